package archive

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamesAreFoundInTexts(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		sql   string
		names string
	}{
		"call":           {"select Other.F (x)", "select other.f() x"},
		"quotes":         {`"L'a""b"."É.c"`, `L'a"b.É.c`},
		"spaces":         {"a /* . */ . b -- .c", "a.b"},
		"comments":       {"-- a.b(c)\n/* d.e() */ f", "f"},
		"column":         {"a.b.c", "a.b.c"},
		"string":         {"nextval('\"l''A\".b')", "nextval() =l'A.b"},
		"word of a text": {"'see a.b()'", "'see 'a.b()"},
		"dollars":        {"$q$ a.b(1) $q$", "'a.b()"},
		"escape":         {`E'a.b'`, "=a.b"},
		"table":          {"insert into a.b select from c join \"d\"", "insert into @a.b select from @c join @d"},
		"cast":           {"x::a.b := c::d", "x ^a.b c ^d"},
		"no end":         {`a."b`, "a."},
		"statement":      {"execute 'select a.b()' using c;", "execute 'select 'a.b() using c"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, composes := mentions(want.sql)
			assert.False(t, composes)
			var names []string
			for _, m := range found {
				text := strings.Join(m.parts, ".")
				switch {
				case m.wholly:
					text = "=" + text
				case m.text:
					text = "'" + text
				}
				if m.table {
					text = "@" + text
				}
				if m.casting {
					text = "^" + text
				}
				if m.call {
					text += "()"
				}
				names = append(names, text)
			}
			assert.Equal(t, want.names, strings.Join(names, " "))
		})
	}
}

func TestStatementsThatAreComposedAreNoticed(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]bool{
		"execute 'select 1';":                              false,
		"execute $q$ select $1 $q$ into x using y;":        false,
		"for r in execute 'select 1' loop":                 false,
		"execute 'select ' || x;":                          true,
		"execute format('select %I', x);":                  true,
		"execute v_sql":                                    true,
		"create trigger t execute function s.f()":          false,
		"$f$ execute v $f$":                                true,
		"perform x; EXECUTE\n-- of the settings\n'a' || b": true,
	} {
		_, composes := mentions(sql)
		assert.Equal(t, want, composes, sql)
	}
}

func FuzzNamesAreFoundInAnything(f *testing.F) {
	for _, seed := range []string{"a.b(c)", `"a`, "'a.b", "$a$ $b$", "E'\\", "execute", "a.", "$$", "::a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		found, _ := mentions(sql)
		for _, m := range found {
			assert.NotEmpty(t, m.parts)
		}
	})
}
