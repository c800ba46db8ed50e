package lexer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lizsync/lizsync/algorithms/internal/lexer"
)

// kinds are the letters by which the test names what tokens are.
var kinds = map[lexer.Kind]string{
	lexer.Other: "o", lexer.Space: "s", lexer.Comment: "c", lexer.Word: "w", lexer.Name: "n",
	lexer.String: "S", lexer.Escape: "E", lexer.Dollar: "D",
}

func TestTokensAreThoseOfPostgreSQL(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		`select $1`:           `w:select s:  o:$ o:1`,
		`'it''s'||''`:         `S:'it''s' o:| o:| S:''`,
		`E'\'' e'\\'`:         `E:E'\'' s:  E:e'\\'`,
		`nameE'\'`:            `w:nameE S:'\'`,
		`N'a' U&'\0061'`:      `w:N S:'a' s:  w:U o:& S:'\0061'`,
		`"a""b"."$$"`:         `n:"a" n:"b" o:. n:"$$"`,
		`$$'$$$a$ $b$ $$ $a$`: `D:$$'$$ D:$a$ $b$ $$ $a$`,
		`a$$b $é1$x$é1$`:      `w:a$$b s:  D:$é1$x$é1$`,
		"--'\n1--\r2":         "c:--' s:\n o:1 c:-- s:\r o:2",
		`/*/**/'*/1/**/`:      `c:/*/**/'*/ o:1 c:/**/`,
		`'a`:                  `S:'a…`,
		`"a`:                  `n:"a…`,
		`E'a\'`:               `E:E'a\'…`,
		`$a$ $A$`:             `D:$a$ $A$…`,
		`/* /* */`:            `c:/* /* */…`,
		"E'a'\n'b'":           "E:E'a' s:\n S:'b'",
		`été_1`:               `w:été_1`,
		"\xff'a'":             "w:\xff S:'a'",
		`e`:                   `w:e`,
		`-/`:                  `o:- o:/`,
	} {
		var tokens []string
		for rest := sql; rest != ""; {
			token := lexer.Next(rest)
			rest = rest[len(token.Text):]
			text := kinds[token.Kind] + ":" + token.Text
			if token.Open {
				text += "…"
			}
			tokens = append(tokens, text)
		}
		assert.Equal(t, want, strings.Join(tokens, " "), fmt.Sprintf("%q", sql))
	}
}
