package project

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// source is the text by which QGIS finds a table of PostgreSQL, in the parts that it is made of: key=value, in which table
// is "schema"."table" (geometry), and sql, the filter, takes the rest.
// Source: https://api.qgis.org/api/classQgsDataSourceUri.html and its setters' text form.
type source []part

type part struct {
	key, value string
	table      string // of the key table, whose value is then the schema; empty when that has no schema
	text       string // all of it as it is written, with the space after it
}

// connecting are the keys that say how to connect, and to what.
var connecting = []string{"service", "host", "hostaddr", "port", "dbname", "user", "username", "password", "authcfg", "sslmode"}

// parseSource reads one. It is not ok when the text is something else.
func parseSource(text string) (s source, ok bool) {
	database := false
	for rest := text; ; {
		key, after, found := strings.Cut(rest, "=")
		key = strings.TrimSpace(key)
		if !found {
			return s, key == "" && database
		}
		if key == "" || strings.ContainsFunc(key, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' }) {
			return nil, false
		}
		p := part{key: key}
		if key == "sql" {
			p.value, p.text = after, rest
			s = append(s, p)
			return s, database
		}
		if p.value, after, ok = cutValue(strings.TrimLeft(after, " ")); !ok {
			return nil, false
		}
		if key == "table" {
			if name, more, ok := cutValue(strings.TrimPrefix(after, ".")); ok && strings.HasPrefix(after, ".") {
				p.table, after = name, more
			}
			if trimmed := strings.TrimLeft(after, " "); strings.HasPrefix(trimmed, "(") {
				end := strings.IndexByte(trimmed, ')')
				if end < 0 {
					return nil, false
				}
				after = trimmed[end+1:]
			}
		}
		if key == "dbname" || key == "service" {
			database = true
		}
		after = strings.TrimLeftFunc(after, unicode.IsSpace)
		p.text = rest[:len(rest)-len(after)]
		s = append(s, p)
		rest = after
	}
}

// cutValue reads a value, which is quoted when it has a space in it; in quotes a backslash stands before a quote.
func cutValue(text string) (value, rest string, ok bool) {
	if text == "" || text[0] != '\'' && text[0] != '"' {
		end := strings.IndexFunc(text, unicode.IsSpace)
		if end < 0 {
			end = len(text)
		}
		return text[:end], text[end:], true
	}
	var made strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			r, size := utf8.DecodeRuneInString(text[i:])
			made.WriteRune(r)
			i += size - 1
		case text[i] == text[0]:
			return made.String(), text[i+1:], true
		default:
			made.WriteByte(text[i])
		}
	}
	return "", "", false
}

func (s source) get(key string) string {
	for _, p := range s {
		if p.key == key {
			return p.value
		}
	}
	return ""
}

// relation is the table; its schema is empty when it is written without one, as queries are.
func (s source) relation() (schema, table string) {
	for _, p := range s {
		if p.key == "table" && p.table != "" {
			return p.value, p.table
		}
		if p.key == "table" {
			return "", p.value
		}
	}
	return "", ""
}

// conninfo leads to the database, without a password.
func (s source) conninfo() string {
	var parts []string
	for _, key := range []string{"service", "host", "port", "dbname", "user"} {
		if v := s.get(key); v != "" {
			parts = append(parts, setting(key, v))
		}
	}
	return strings.Join(parts, " ")
}

func setting(key, value string) string {
	return fmt.Sprintf("%s='%s'", key, strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value))
}

// without is the text without some of its keys.
func (s source) without(keys ...string) string {
	var made strings.Builder
	for _, p := range s {
		if !slices.Contains(keys, p.key) {
			made.WriteString(p.text)
		}
	}
	return made.String()
}

// at is the text with another connection.
func (s source) at(c Connection) string {
	return strings.TrimSpace(c.String() + " " + s.without(connecting...))
}

// Connection is how layers find a database: by a service, or by the rest.
type Connection struct {
	Service        string
	Host           string
	Port           int
	Database, User string
}

// String is as QGIS writes it.
func (c Connection) String() string {
	if c.Service != "" {
		return setting("service", c.Service)
	}
	host := "host=" + c.Host
	if strings.ContainsAny(c.Host, ` '\`) { // such as a socket's folder
		host = setting("host", c.Host)
	}
	text := fmt.Sprintf("%s %s port=%d", setting("dbname", c.Database), host, c.Port)
	if c.User != "" {
		text += " " + setting("user", c.User)
	}
	return text
}
