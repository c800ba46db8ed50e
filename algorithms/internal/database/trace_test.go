package database_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

func TestNoStringOfAStatementIsLogged(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		`select $1::text, 'a' || 12`:                                 `select $1::text, '…' || 12`,
		`create role anna login password 'sesame'`:                   `create role anna login password '…'`,
		`alter role "an'na" password 'ses''ame' valid until 'x'`:     `alter role "an'na" password '…' valid until '…'`,
		`alter role "a""'b" password 'sesame'`:                       `alter role "a""'b" password '…'`,
		`alter role anna password E'a\'sesame'`:                      `alter role anna password '…'`,
		`alter role anna password e'a\\', 'sesame'`:                  `alter role anna password '…', '…'`,
		`alter role anna password E'a''sesame\''`:                    `alter role anna password '…'`,
		`select E'a\' 'b\'sesame'`:                                   `select '…'b\'…'`,
		`select 'a\', 'sesame'`:                                      `select …`,
		`select 'a\'sesame'`:                                         `select …`,
		`select 'a''\', 'sesame'`:                                    `select …`,
		"select E'a'\n'b\\'sesame'":                                  "select '…' …",
		`select U&'\0441' uescape '!', 'sesame'`:                     `select U&…`,
		`select n'sesame', b'01', x'1F'`:                             `select n'…', b'…', x'…'`,
		`select name'sesame'`:                                        `select name'…'`,
		`select $$sesame$$, $a$ $$ sesame $b$ $a$, 1`:                `select '…', '…', 1`,
		`select a$$b, 'sesame'`:                                      `select a$$b, '…'`,
		`select $1$$sesame$$`:                                        `select $1'…'`,
		`select $é_1$sesame$é_1$`:                                    `select '…'`,
		`select $a$sesame$A$`:                                        `select …`,
		`select 'sesame`:                                             `select …`,
		`select E'sesame\'`:                                          `select …`,
		`select "sesame`:                                             `select …`,
		"select 1 -- sesame's\n, 'sesame'":                           "select 1 , '…'",
		"select 1 -- it's\r, 'sesame'":                               "select 1 , '…'",
		`select 1 /* it's /* a */ sesame */, 'sesame'`:               `select 1 , '…'`,
		`select 1 /* sesame /* */`:                                   `select 1 …`,
		`select '--', 'sesame'`:                                      `select '…', '…'`,
		`select "--", "/*", 'sesame'`:                                `select "--", "/*", '…'`,
		`select dblink_connect('c', 'host=h password=''sesame'' x')`: `select dblink_connect('…', '…')`,
		`create user mapping for u server s options (user 'u', password 'sesame')`: `create user mapping for u server s options (user '…', password '…')`,
		`do $do$ begin execute 'alter role u password ''sesame'''; end $do$`:       `do '…'`,
		"": "",
	} {
		assert.Equal(t, want, database.WithoutValues(sql), sql)
		assert.NotContains(t, database.WithoutValues(sql), "sesame")
	}
}

// Whatever stands before and between, no secret gets out.
func TestNoMixtureOfStringsIsLogged(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{
		`'sesame'`, `''`, `'''sesame'''`, `E'sesame\'sesame'`, `E'\\'`, `e'sesame''\\\''`, `U&'\0061sesame'`, `N'sesame'`, `'sesame\'`,
		`$$sesame$$`, `$$ ' " -- /* sesame $$`, `$x$ sesame $$ $y$ $x$`, `"it's"`, `"a""$$"`, `"--"`, `"/*"`, `U&"\0061"`,
		"-- sesame ' $$ \"\n", `/* sesame ' " $$ */`, `/* /* */ sesame */`, `$1`, `a$b$c`, `e`, `E`, `été`, `1e5`, `;`, `,`, `::text`, `(`, `)`, `||`,
		`-`, `/`, `*`,
	}
	for range 100_000 {
		var sql strings.Builder
		for range 1 + random.IntN(8) {
			sql.WriteString(pieces[random.IntN(len(pieces))] + []string{" ", "\n", "\t "}[random.IntN(3)])
		}
		require.NotContains(t, database.WithoutValues(sql.String()), "sesame", sql.String())
	}
}

func TestConnectionTellsTheLogOfItsStatements(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	role := pgtest.Role(t, "superuser")
	log, kept := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	ctx := provider.WithLog(t.Context(), log)
	conn, err := database.Connect(ctx, db.As(t, role), provider.Silent{})
	require.NoError(t, err)
	defer database.Close(ctx, conn)
	_, err = conn.Exec(ctx, "select $1::text", "sesame")
	require.NoError(t, err)
	_, err = conn.Exec(ctx, "select 'sesame'::integer")
	require.ErrorContains(t, err, "sesame")
	_, err = conn.Exec(ctx, "begin; create role "+role.Name+"_2 password 'sesame'; rollback")
	require.NoError(t, err)
	done := database.Trace(ctx, conn, "copy (select 'sesame') to stdout")
	done(pgconn.NewCommandTag("COPY 1"), nil)

	var told []logrus.Fields
	for _, entry := range kept.AllEntries() {
		assert.Equal(t, logrus.DebugLevel, entry.Level)
		line, err := entry.String()
		require.NoError(t, err)
		assert.NotContains(t, line, "sesame")
		assert.NotContains(t, line, role.Password)
		duration, err := time.ParseDuration(entry.Data["duration"].(string))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, duration, time.Duration(0))
		assert.Equal(t, conn.PgConn().PID(), entry.Data["pid"])
		assert.Contains(t, entry.Data["database"], role.Name+"@127.0.0.1:")
		if entry.Message == "query" {
			delete(entry.Data, "duration")
			delete(entry.Data, "pid")
			delete(entry.Data, "database")
			told = append(told, entry.Data)
		}
	}
	assert.Equal(t, []logrus.Fields{
		{"sql": "select $1::text", "commandTag": "SELECT 1"},
		{"sql": "select '…'::integer", "failed": true, "sqlstate": pgerrcode.InvalidTextRepresentation},
		{"sql": "begin; create role " + role.Name + "_2 password '…'; rollback", "commandTag": "ROLLBACK"},
		{"sql": "copy (select '…') to stdout", "commandTag": "COPY 1"},
	}, told)

	// A connection whose log nobody reads works as well.
	other := connect(t, db.URL, provider.Silent{})
	_, err = other.Exec(t.Context(), "select 1")
	require.NoError(t, err)
}
