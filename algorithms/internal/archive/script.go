package archive

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lizsync/lizsync/algorithms/internal/lexer"
	"github.com/lizsync/lizsync/provider"
)

// statement is a statement of a script, or a command of psql's such as \restrict.
type statement struct {
	start, end int      // in the script, without the comments before it and with its semicolon
	words      []string // its first words, in lower case, quoted ones left out
	stdin      bool     // stdin is one of its words
	generated  bool     // generated is
}

// isMeta tells whether it is a command of psql's.
func (s statement) isMeta(script string) bool { return script[s.start] == '\\' }

// begins tells whether its first words are these.
func (s statement) begins(words ...string) bool {
	return len(s.words) >= len(words) && slices.Equal(s.words[:len(words)], words)
}

const keptWords = 8

// statements splits a script as psql does: a semicolon ends a statement unless it is in a quoted text, a comment,
// parentheses or the body of an SQL function.
// Source: PostgreSQL's src/fe_utils/psqlscan.l.
func statements(script string) []statement {
	var found []statement
	current := statement{start: -1}
	parentheses, body := 0, 0
	begin := func(at int) {
		if current.start < 0 {
			current.start = at
		}
	}
	finish := func(end int) {
		if current.start >= 0 {
			current.end = end
			found = append(found, current)
		}
		current, parentheses, body = statement{start: -1}, 0, 0
	}
	for i := 0; i < len(script); {
		if script[i] == '\\' && current.start < 0 {
			begin(i)
			i += strings.IndexAny(script[i:]+"\n", "\r\n")
			finish(i)
			continue
		}
		token := lexer.Next(script[i:])
		if token.Kind != lexer.Space && token.Kind != lexer.Comment && (token.Text != ";" || parentheses > 0 || body > 0) {
			begin(i)
		}
		i += len(token.Text)
		switch token.Kind {
		case lexer.Word:
			word := strings.ToLower(token.Text)
			if len(current.words) < keptWords {
				current.words = append(current.words, word)
			}
			current.stdin = current.stdin || word == "stdin"
			current.generated = current.generated || word == "generated"
			body = bodyDepth(current, word, body)
		case lexer.Other:
			switch token.Text {
			case "(":
				parentheses++
			case ")":
				parentheses = max(0, parentheses-1)
			case ";":
				if parentheses == 0 && body == 0 {
					finish(i)
				}
			}
		}
	}
	finish(len(script))
	return found
}

// bodyDepth follows BEGIN ATOMIC … END in the definition of an SQL function.
func bodyDepth(s statement, word string, depth int) int {
	words := s.words
	if s.begins("create", "or", "replace") {
		words = words[2:]
	}
	if len(words) < 2 || words[0] != "create" && words[0] != "replace" || words[1] != "function" && words[1] != "procedure" {
		return 0
	}
	switch {
	case word == "begin", word == "case" && depth > 0:
		return depth + 1
	case word == "end" && depth > 0:
		return depth - 1
	}
	return depth
}

// structureOnly removes from a script of pg_restore's what is about the session: commands of psql's (recent minor
// versions write \restrict) and settings, of which newer versions write some that an older server does not know. The
// session in which the script runs has the settings that it needs.
func structureOnly(script string) string {
	var kept strings.Builder
	from := 0
	for _, s := range statements(script) {
		if s.isMeta(script) || s.begins("set") || s.begins("select", "pg_catalog", "set_config") {
			kept.WriteString(script[from:s.start])
			from = s.end
		}
	}
	kept.WriteString(script[from:])
	return kept.String()
}

// checkAdditional refuses what cannot run inside the transaction of a deployment, or would end it.
func checkAdditional(name, script string) error {
	for _, s := range statements(script) {
		var why string
		first := append(s.words, "")[0]
		switch {
		case s.isMeta(script):
			why = "it is a command of psql's and not SQL"
		case s.begins("copy") && s.stdin:
			why = "it reads rows from the standard input, which a deployment has not; use INSERT"
		case s.begins("rollback", "to"), s.begins("rollback", "work", "to"), s.begins("rollback", "transaction", "to"):
		case slices.Contains([]string{"begin", "start", "commit", "end", "rollback", "abort"}, first), s.begins("prepare", "transaction"):
			why = "the file runs inside the transaction of the deployment, which it must not end"
		}
		if why != "" {
			return &provider.Failure{
				Text: fmt.Sprintf("line %d of %s cannot be deployed: %s: %s", 1+strings.Count(script[:s.start], "\n"), name, firstLine(script[s.start:s.end]), why),
				Hint: "take it out of the file and make the package again",
			}
		}
	}
	return nil
}

// firstLine is the beginning of a text, for a message.
func firstLine(text string) string {
	line, more, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(line); len(runes) > 60 {
		return string(runes[:60]) + "…"
	} else if more != "" {
		return line + " …"
	}
	return line
}
