package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
)

// hostile are texts that mean something to one of the languages on the way: SQL, the text forms of rows, arrays, hstore,
// JSON and COPY, format(), and the quotes and separators of the transports.
var hostile = []string{
	`'; drop schema lizsync cascade; --`, `$$`, `$batch_$`, `$1`, `\`, `\N`, `\.`, `\x00`, `"`, `""`, `'`, `''`, `,`, `(a,b)`, `{a,NULL}`, `NULL`,
	`null`, ``, ` `, `"a"=>"b"`, `=>`, `{"a": null}`, `%I %L %s %%`, `E'\n'`, "a\nb", "\n", "\r\n", "\t", "\x01", `&amp;<b>`, `é€😀`, "e\u0301",
	"\n00000000-0000-4000-8000-000000000000\n", `{{.}}`, `${HOME}`, `:name`, `?`,
}

func TestValuesAndNamesThatLookLikeSomethingElseArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	const table = `"Ville ""d'été"". $$"."arbre 'vieux'. É"`
	const key, text, list = `"clé ""1"". '$1'"`, `"%I ; drop"`, `"liste{}"`
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := clonetest.NewCentral(t, fmt.Sprintf(`
			create schema "Ville ""d'été"". $$";
			create table %s (%s text primary key, %s text, %s text[])`, table, key, text, list))
		clone := central.Clone(t)
		insert := fmt.Sprintf("insert into %s values ($1, $2, array[$1, null, $2])", table)
		for i, value := range hostile {
			clone.Exec(t, insert, "clone "+value, hostile[len(hostile)-1-i])
			central.Exec(t, insert, "central "+value, hostile[len(hostile)-1-i])
		}
		n := len(hostile)
		require.Equal(t, exchange.Counts{ReplayedToCentral: n, ReplayedToClone: n}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)

		// Both sides edit the same rows, and each value loses once.
		for i, value := range hostile {
			update := fmt.Sprintf("update %s set %s = $2, %s = array[$2] where %s = $1", table, text, list, key)
			clone.Exec(t, update, "clone "+value, "ours "+hostile[(i+1)%n])
			central.Exec(t, update, "clone "+value, "theirs "+hostile[(i+1)%n])
		}
		require.Equal(t, exchange.Counts{ReplayedToClone: n, Conflicts: 2 * n}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
		for i := range hostile {
			require.Equal(t, "1", central.Text(t, "select count(*) from lizsync.conflicts where object_table = $1 and field_name = '%I ; drop' and clone_value = $2",
				table, "ours "+hostile[(i+1)%n]))
		}

		for _, value := range hostile {
			clone.Exec(t, fmt.Sprintf("delete from %s where %s = $1", table, key), "clone "+value)
		}
		require.Equal(t, exchange.Counts{ReplayedToCentral: n}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// A row that could be recorded and not be sent would hold up every clone. Here the limit is a hundredth of what it is.
func TestARowThatIsTooLargeToBeSentIsRefusedAtTheEdit(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.photo (name text primary key, bytes bytea, more bytea);
		insert into city.photo (name) values ('a')`)
	clonetest.Alter(t, central.DB, strings.Replace(central.Text(t, "select pg_get_functiondef('audit.largest_row()'::regprocedure)"), "480 *", "4.8 *", 1))
	clone := central.Clone(t)
	conn := clone.DB.Conn(t)
	execute(t, conn, "update city.photo set bytes = decode(repeat('ab', 600000), 'hex') where name = 'a'")
	_, err := conn.Exec(t.Context(), "update city.photo set more = decode(repeat('ab', 1900000), 'hex') where name = 'a'")
	require.ErrorContains(t, err, "the row is too large to be synchronised: column more of city.photo has 3 MB as text", "all of the row may have to be sent")
	_, err = conn.Exec(t.Context(), "insert into city.photo (name, bytes) values ('b', decode(repeat('ab', 2450000), 'hex'))")
	require.ErrorContains(t, err, "the row is too large to be synchronised: column bytes of city.photo has 4 MB as text")
	execute(t, conn, "insert into city.photo (name, bytes) values ('c', decode(repeat('ab', 2350000), 'hex'))")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 2}, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)

	// From before the table was audited.
	central.Exec(t, "alter table city.photo disable trigger all; update city.photo set more = decode(repeat('ab', 3000000), 'hex'); alter table city.photo enable trigger all")
	central.Exec(t, "delete from city.photo")
	require.Equal(t, exchange.Counts{ReplayedToClone: 2}, clone.MustSync(t, via))
}
