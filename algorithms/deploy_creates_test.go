package algorithms

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// absent is a database that there is not yet, and that goes with the test.
func absent(t *testing.T, server *pgtest.DB, name string) *pgtest.DB {
	t.Helper()
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	u.Path = "/" + name
	t.Cleanup(func() {
		server.Exec(t, `drop database if exists "`+strings.ReplaceAll(name, `"`, `""`)+`" with (force)`)
	})
	return &pgtest.DB{Server: server.Server, Name: name, URL: u.String()}
}

// odd names a database as nobody should, and differently in each test.
func odd(central *pgtest.DB) string { return `L'été "50%" = ` + central.Name[len(central.Name)-8:] }

func quoted(t *testing.T, db *pgtest.DB) string {
	t.Helper()
	return `"` + strings.ReplaceAll(db.Name, `"`, `""`) + `"`
}

// obey runs the commands that a message asks a superuser for, where it says.
func obey(t *testing.T, hint string, server, clone *pgtest.DB) {
	t.Helper()
	commands := strings.TrimSuffix(hint, "; then deploy again")
	if first, more, found := strings.Cut(strings.TrimPrefix(commands, "a superuser runs there: "), "; and in the database "+quoted(t, clone)+": "); found {
		server.Exec(t, first)
		commands = more
	}
	commands = strings.TrimPrefix(strings.TrimPrefix(commands, "a superuser runs in the database "+quoted(t, clone)+": "), "a superuser runs in the database "+clone.Name+": ")
	clone.Exec(t, commands)
}

func TestDeploymentCreatesTheDatabaseOfTheClone(t *testing.T) {
	role := pgtest.Role(t, "createdb")
	central, path := small(t)
	services := filepath.Join(t.TempDir(), "services")
	t.Setenv("PGSERVICEFILE", services)
	for name, connection := range map[string]func(u *url.URL, name string) string{
		"a URI": func(u *url.URL, _ string) string { return u.String() },
		"keywords": func(u *url.URL, name string) string {
			return fmt.Sprintf("host=%s port=%s user=%s password=%s dbname='%s'", u.Hostname(), u.Port(), role.Name, role.Password, strings.ReplaceAll(name, "'", `\'`))
		},
		"a service": func(u *url.URL, name string) string {
			text := fmt.Sprintf("[tablet]\nhost=%s\nport=%s\nuser=%s\npassword=%s\ndbname=%s\n", u.Hostname(), u.Port(), role.Name, role.Password, name)
			require.NoError(t, os.WriteFile(services, []byte(text), 0o600))
			return "service=tablet"
		},
	} {
		t.Run(name, func(t *testing.T) {
			clone := absent(t, central, odd(central))
			asRole := clone.As(t, role)
			u, err := url.Parse(asRole)
			require.NoError(t, err)
			told, err := tryDeploy(t.Context(), t, central, clone, path, map[string]any{"CONNECTION_NAME_CLONE": connection(u, clone.Name)})
			require.NoError(t, err)
			require.NotEmpty(t, told.messages)
			assert.Equal(t, fmt.Sprintf("the database %s did not exist on %s:%s, and was created", quoted(t, clone), u.Hostname(), u.Port()), told.messages[0])
			assert.Equal(t, [][]string{{role.Name, "2"}}, clone.Rows(t, "select pg_get_userbyid(datdba), (select count(*) from s.t) from pg_database where datname = current_database()"))
			synchronize(t, central, clone)
			require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t"}, nil), map[string]any{"CONNECTION_NAME_CLONE": asRole}), "it is there now")
		})
	}
}

func TestOneMessageSaysWhatASuperuserHasToDoForTheClone(t *testing.T) {
	t.Parallel()
	for name, right := range map[string]string{"may not create databases": "nocreatedb", "may create databases": "createdb"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			role := pgtest.Role(t, right)
			central := centralDatabase(t, "create table public.tree (id serial primary key, geom geometry(Point, 2154)); insert into public.tree (geom) values (null)")
			path := pack(t, central, []any{"public.tree"}, nil)
			clone := absent(t, central, odd(central))
			as := map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, role)}
			err := deploy(t, central, clone, path, as)
			require.Error(t, err)
			assert.Contains(t, hint(t, err), `CREATE EXTENSION "postgis" SCHEMA "public" CASCADE; CREATE EXTENSION "dblink" SCHEMA "public" CASCADE; `+
				`CREATE EXTENSION "postgres_fdw" SCHEMA "public" CASCADE; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO `+role.Name+`; then deploy again`)
			if right == "nocreatedb" {
				require.ErrorContains(t, err, "there is no database "+quoted(t, clone)+" on ")
				require.ErrorContains(t, err, "and the role "+role.Name+" may not create one")
			} else {
				require.ErrorContains(t, err, "the role "+role.Name+" may not create in the database "+quoted(t, clone)+" what the package needs")
			}

			// What it says is all that there is to do.
			obey(t, hint(t, err), central, clone)
			require.NoError(t, deploy(t, central, clone, path, as))
			owner := &pgtest.DB{Server: clone.Server, Name: clone.Name, URL: clone.As(t, role)}
			owner.Exec(t, "insert into public.tree (geom) values (public.st_point(1, 2, 2154))")
			assert.Equal(t, "1", owner.Text(t, "select number_replayed_to_central from lizsync.synchronize()"))
		})
	}
}

// TestOneMessageSaysWhatIsMissingInADatabase: since PostgreSQL 15 not everybody may create in public.
func TestOneMessageSaysWhatIsMissingInADatabase(t *testing.T) {
	t.Parallel()
	role := pgtest.Role(t)
	central := centralDatabase(t, "create table public.tree (id serial primary key, geom geometry(Point, 2154)); insert into public.tree (geom) values (null)")
	path := pack(t, central, []any{"public.tree"}, nil)
	clone := pgtest.EmptyDatabase(t)
	clone.Exec(t, "revoke create on schema public from public")
	as := map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, role)}
	err := deploy(t, central, clone, path, as)
	require.ErrorContains(t, err, "the role "+role.Name+" may not create in the database "+clone.Name+" what the package needs")
	for _, command := range []string{
		`CREATE EXTENSION "postgis"`, `CREATE EXTENSION "hstore"`, "GRANT CREATE ON DATABASE " + clone.Name + " TO " + role.Name,
		"GRANT CREATE, USAGE ON SCHEMA public TO " + role.Name,
	} {
		assert.Contains(t, hint(t, err), command)
	}
	obey(t, hint(t, err), central, clone)
	require.NoError(t, deploy(t, central, clone, path, as))
	assert.Equal(t, role.Name, clone.Text(t, "select pg_get_userbyid(relowner) from pg_class where oid = 'public.tree'::regclass"))
}

// TestDatabaseIsCreatedFromWhereverTheRoleMayConnect: with the encoding of what central has, whatever the server's own is.
func TestDatabaseIsCreatedFromWhereverTheRoleMayConnect(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	server := pgtest.Cluster(t)
	role := server.Role(t, "createdb")
	super := server.EmptyDatabase(t)
	for _, statement := range []string{
		"revoke connect on database postgres from public", "alter database template1 is_template false", "drop database template1",
		"create database template1 template template0 encoding 'LATIN1' locale 'C' is_template true",
	} {
		super.Exec(t, statement)
	}
	clone := absent(t, super, "tablet")
	as := map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, role)}
	require.NoError(t, deploy(t, central, clone, path, as))
	assert.Equal(t, "UTF8", clone.Text(t, "show server_encoding"))

	super.Exec(t, "revoke connect on database template1 from public")
	other := absent(t, super, "other")
	err := deploy(t, central, other, path, map[string]any{"CONNECTION_NAME_CLONE": other.As(t, role)})
	require.ErrorContains(t, err, "there is no database other on ")
	require.ErrorContains(t, err, "neither postgres nor template1 lets this role in to create it")
	assert.Equal(t, `create it: CREATE DATABASE "other"`, hint(t, err))
}

func TestNoDatabaseIsCreatedForADamagedPackage(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := absent(t, central, odd(central))
	damaged := rewrite(t, path, func(members map[string][]byte) { members["data/00001.copy"] = []byte("x") })
	require.Error(t, deploy(t, central, clone, damaged, nil))
	assert.Equal(t, "0", central.Text(t, "select count(*) from pg_database where datname = $1", clone.Name))
}
