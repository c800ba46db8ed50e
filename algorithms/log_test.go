package algorithms

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// The secrets: the passwords of the connections, of the role that is made, and of a user mapping in an additional SQL file.
func TestDebugLogHasStatementsAndNoSecret(t *testing.T) {
	t.Parallel()
	log, kept := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	ctx := provider.WithLog(t.Context(), log)
	central, clone := pgtest.Database(t), pgtest.Database(t)
	here, there := pgtest.Role(t, "superuser"), pgtest.Role(t, "superuser")
	central.Exec(t, `
		create schema s;
		create table s.t (id serial primary key, nom text default 'sesame1');
		insert into s.t (nom) values ('sesame2');
		create function s.f() returns text language sql as $$ select 'password=sesame3' $$`)
	additional := filepath.Join(t.TempDir(), "more.sql")
	require.NoError(t, os.WriteFile(additional, []byte(`
		-- sesame4
		create foreign data wrapper w; create server w foreign data wrapper w;
		create user mapping for public server w options (password E'sesame5\'')`), 0o600))
	path := filepath.Join(t.TempDir(), "package.zip")
	to := map[string]any{"CONNECTION_NAME_CENTRAL": central.As(t, there)}
	both := map[string]any{"CONNECTION_NAME_CENTRAL": central.As(t, there), "CONNECTION_NAME_CLONE": clone.As(t, here)}
	with := func(input map[string]any, more map[string]any) map[string]any {
		for name, value := range input {
			more[name] = value
		}
		return more
	}
	for _, step := range []struct {
		id    string
		input map[string]any
	}{
		{"create_database_structure", map[string]any{"CONNECTION_NAME": central.As(t, there)}},
		{"initialize_central_database", with(to, map[string]any{"ADD_UID_COLUMNS": true, "ADD_AUDIT_TRIGGERS": true})},
		{"package_central_database", with(to, map[string]any{"PG_LAYERS": []any{"s.t"}, "ZIP_FILE": path, "ADDITIONAL_SQL_FILE": additional})},
		{"deploy_database_server_package", with(both, map[string]any{"ZIP_FILE": path, "CREATE_CENTRAL_ROLE": true})},
		{"synchronize_database", both},
		{"show_synchronization_status", both},
		{"upgrade_database_structure", map[string]any{"CONNECTION_NAME": clone.As(t, here)}},
	} {
		_, err := run(ctx, t, step.id, step.input, &story{})
		require.NoError(t, err, step.id)
	}
	dropRoleOf(t, central)
	made := clone.Text(t, "select substr(o, 10) from pg_user_mappings, unnest(umoptions) as o where srvname = 'central_server' and o ~ '^password='")
	require.Len(t, made, len(here.Password))

	var lines strings.Builder
	for _, entry := range kept.AllEntries() {
		assert.NotEmpty(t, entry.Data["duration"])
		line, err := entry.String()
		require.NoError(t, err)
		lines.WriteString(line)
	}
	for _, secret := range []string{here.Password, there.Password, made, "sesame"} {
		assert.NotContains(t, lines.String(), secret)
	}
	for _, told := range []string{
		"msg=connect", "create role ", " login password '…'", "lizsync.create_central_server_fdw($1, $2, $3, $4, $5)", "lizsync.exchange(",
		" to stdout", " from stdin with (freeze)", "run lizsync/api/synchronize.sql", "run additional.sql",
	} {
		assert.Contains(t, lines.String(), told)
	}
}
