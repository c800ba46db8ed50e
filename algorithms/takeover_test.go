package algorithms

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/sql"
)

const (
	trunk  = `"Ville été"."L'arbre ""x"".y"`
	cloneA = "a0000000-0000-4000-8000-000000000000"
	cloneB = "b0000000-0000-4000-8000-000000000000"
)

// original is a central database of the original LizSync and its clone a, each with edits that the other has not received.
// Nobody is a superuser.
type original struct {
	central, clone *pgtest.DB
	owner          pgtest.Login // of both
	anna           pgtest.Login // as whom the clone speaks to central
}

// shape tells the versions up to 0.4.5 from the later ones: what the fixtures call the log, and the publication list.
type shape struct{ version, log, trigger, whiteList, entries string }

var shapes = []shape{
	{"0.4.5", "audit", "audit_trigger", "create table lizsync.synchronized_schemas (server_id uuid primary key, sync_schemas jsonb)", `["Ville été"]`},
	{"0.7.3", "lizsync", "lizsync_audit_trigger", "create table lizsync.synchronized_tables (server_id uuid primary key, sync_tables jsonb)",
		`["\"Ville été\".\"rue\"", "\"Ville été\".\"L'arbre \"x\".y\""]`},
}

func (s shape) script(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return strings.NewReplacer("@log", s.log, "@trigger", s.trigger, "@version", s.version).Replace(string(text))
}

func (s shape) listed(servers ...string) string {
	var values []string
	for _, server := range servers {
		values = append(values, fmt.Sprintf("('%s', '%s')", server, strings.ReplaceAll(s.entries, "'", "''")))
	}
	table := strings.Fields(s.whiteList)[2]
	return fmt.Sprintf("insert into %s values %s", table, strings.Join(values, ", "))
}

// as runs statements as a role.
func as(t *testing.T, db *pgtest.DB, role pgtest.Login, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.As(t, role))
	require.NoError(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	for _, statement := range statements {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, database.Explain(err), statement)
	}
}

func newOriginal(t *testing.T, s shape) original {
	t.Helper()
	o := original{owner: pgtest.Role(t), anna: pgtest.Role(t)}
	o.central = pgtest.Database(t)
	o.central.Exec(t, fmt.Sprintf("alter database %s owner to %s", o.central.Name, o.owner.Name))
	as(t, o.central, o.owner, s.script(t, "original.sql"), s.whiteList)

	o.clone = o.central.Copy(t)
	o.clone.Exec(t, fmt.Sprintf(`alter database %s owner to %s;
		create extension dblink schema public; create extension postgres_fdw schema public;
		grant usage on foreign data wrapper postgres_fdw to %[2]s`, o.clone.Name, o.owner.Name))
	u, err := url.Parse(o.central.URL)
	require.NoError(t, err)

	as(t, o.central, o.owner, s.script(t, "original_central.sql"), s.listed(cloneA, cloneB))
	for _, schema := range []string{"lizsync", s.log, `"Ville été"`} {
		as(t, o.central, o.owner, fmt.Sprintf("grant usage on schema %[1]s to %[2]s; grant all on all tables in schema %[1]s to %[2]s; grant all on all sequences in schema %[1]s to %[2]s", schema, o.anna.Name))
	}
	as(t, o.clone, o.owner, s.script(t, "original_clone.sql"), fmt.Sprintf(`
		create server central_server foreign data wrapper postgres_fdw options (host '%s', port '%s', dbname '%s');
		create user mapping for current_user server central_server options (user '%s', password '%s');
		create schema central_lizsync;
		import foreign schema lizsync from server central_server into central_lizsync;
		create schema "central_Ville été";
		import foreign schema "Ville été" from server central_server into "central_Ville été"`,
		u.Hostname(), u.Port(), o.central.Name, o.anna.Name, o.anna.Password))
	if s.log == "lizsync" {
		as(t, o.clone, o.owner, s.listed(cloneA))
	} else {
		as(t, o.clone, o.owner, "create schema central_audit; import foreign schema audit from server central_server into central_audit")
	}
	return o
}

func takeOver(t *testing.T, value string) (*story, error) {
	t.Helper()
	var told story
	_, err := run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": value, "RUN_MIGRATIONS": true}, &told)
	return &told, database.Explain(err)
}

// synchronize returns the four numbers.
func (o original) synchronize(t *testing.T, via clonetest.Via) ([]string, error) {
	t.Helper()
	if via == clonetest.ViaProgram {
		result, err := run(t.Context(), t, "synchronize_database", map[string]any{
			"CONNECTION_NAME_CENTRAL": o.central.As(t, o.anna), "CONNECTION_NAME_CLONE": o.clone.As(t, o.owner),
		}, &story{})
		if err != nil {
			return nil, err
		}
		return []string{fmt.Sprint(result["NUMBER_REPLAYED_TO_CENTRAL"]), fmt.Sprint(result["NUMBER_REPLAYED_TO_CLONE"]),
			fmt.Sprint(result["NUMBER_CONFLICTS"]), fmt.Sprint(result["NUMBER_PENDING"])}, nil
	}
	conn, err := pgx.Connect(t.Context(), o.clone.As(t, o.owner))
	require.NoError(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	var numbers []string
	err = conn.QueryRow(t.Context(), "select array[number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending]::text[] from lizsync.synchronize()").Scan(&numbers)
	return numbers, database.Explain(err)
}

func (o original) requireEqual(t *testing.T) {
	t.Helper()
	clonetest.RequireEqual(t, &clonetest.Central{DB: o.central, Tables: []string{trunk, `"Ville été"."rue"`}}, &clonetest.Clone{DB: o.clone})
}

// overShapes runs a test on databases of both shapes.
func overShapes(t *testing.T, test func(t *testing.T, s shape)) {
	t.Helper()
	for _, s := range shapes {
		t.Run(s.version, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

func TestDatabasesOfTheOriginalSynchroniseAfterBothWereUpgraded(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		for _, via := range []clonetest.Via{clonetest.ViaProgram, clonetest.ViaSQL} {
			for _, centralFirst := range []bool{true, false} {
				t.Run(fmt.Sprintf("via %s, central first %t", via, centralFirst), func(t *testing.T) {
					t.Parallel()
					o := newOriginal(t, s)
					first, second := o.central, o.clone
					if !centralFirst {
						first, second = second, first
					}
					_, err := takeOver(t, first.As(t, o.owner))
					require.NoError(t, err)
					o.requireRefusal(t, s, centralFirst)
					_, err = takeOver(t, second.As(t, o.owner))
					require.NoError(t, err)

					numbers, err := o.synchronize(t, via)
					require.NoError(t, err)
					// Trees 1, 5, 8, 12, 10 that became 100, and a street; trees 1, 3, 4, 11, and 6 that became 66; tree 8.
					assert.Equal(t, []string{"7", "6", "1", "0"}, numbers)
					o.requireEqual(t)
					assert.Equal(t, [][]string{
						{"of the clone", "10.5"}, {"to a", "22"}, {"from a", "33"}, {"arbre 7", "70"}, {"later", "8"}, {"arbre 9", "9"},
						{"of central", pgtest.Null}, {"new", pgtest.Null}, {"sixty-six", "66"}, {"a hundred", "10"},
					}, o.clone.Rows(t, `select "Nom", hauteur from `+trunk+` order by uid`))
					assert.Equal(t, [][]string{
						{pgtest.Null, "update … 'to a'", "update … 'lost'", "clone", "original LizSync", "last_modified"},
						{"Nom", "earlier", "later", "central", "last edit wins", pgtest.Null},
					}, o.central.Rows(t, "select field_name, central_value, clone_value, rejected, rule_applied, row_data operator(public.->) 'rule_applied' from lizsync.conflicts order by id"))
					assert.Equal(t, "7", o.central.Text(t, "select count(*) from lizsync.history"))
					assert.Equal(t, "tablet", o.central.Text(t, "select server_name from lizsync.clones where server_id = $1", cloneA))
					assert.Equal(t, "0", o.clone.Text(t, "select count(*) from audit.logged_actions"))

					numbers, err = o.synchronize(t, via)
					require.NoError(t, err)
					assert.Equal(t, []string{"0", "0", "0", "0"}, numbers)

					// And it goes on as with any clone.
					as(t, o.central, o.owner, `update `+trunk+` set hauteur = 99 where id = 1`)
					as(t, o.clone, o.owner, `update `+trunk+` set "Nom" = 'one' where id = 1`)
					numbers, err = o.synchronize(t, via)
					require.NoError(t, err)
					assert.Equal(t, []string{"1", "1", "0", "0"}, numbers)
					o.requireEqual(t)
				})
			}
		}
	})
}

// requireRefusal: only one of the databases was upgraded, and each way of synchronising says which versions there are.
func (o original) requireRefusal(t *testing.T, s shape, centralFirst bool) {
	t.Helper()
	_, err := o.synchronize(t, clonetest.ViaProgram)
	require.ErrorContains(t, err, fmt.Sprintf("has the original LizSync %s, and this program needs version %d of the LizSync structure", s.version, sql.Current().Version()))
	assert.Contains(t, hint(t, err), "upgrade_database_structure")
	if !centralFirst {
		_, err := o.synchronize(t, clonetest.ViaSQL)
		require.EqualError(t, err, fmt.Sprintf("central has version %s of the original LizSync and this clone version %d of the LizSync structure", s.version, sql.Current().Version()))
		return
	}
	// What the clone's old functions read.
	names := []string{"central_lizsync.sys_structure_metadonnee", "central_lizsync.synchronized_schemas"}
	if s.log == "lizsync" {
		names[1] = "central_lizsync.logged_actions"
	}
	for _, name := range names {
		conn, err := pgx.Connect(t.Context(), o.clone.As(t, o.owner))
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), "select * from "+name)
		require.NoError(t, conn.Close(t.Context()))
		require.ErrorContains(t, err, fmt.Sprintf("has version %d of the LizSync structure, and the original LizSync cannot synchronise with it", sql.Current().Version()), name)
	}
}

func TestTakenOverCentralKnowsWhatEachCloneLacks(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := newOriginal(t, s)
		before := o.central.Text(t, fmt.Sprintf("select count(*) from %s.logged_actions", s.log))
		told, err := takeOver(t, o.central.As(t, o.owner))
		require.NoError(t, err)
		assert.Empty(t, told.warnings)
		assert.Contains(t, strings.Join(told.messages, "\n"), fmt.Sprintf("clone %s may be synchronised by %s, %s", cloneA, o.owner.Name, o.anna.Name))
		for clone, want := range map[string]string{cloneA: "U2 U3 U1 D4 I11 U8 D6 I66 U66", cloneB: "U2 U3 U7 U2 U3 U1 D4 I11 U8 D6 I66 U66"} {
			assert.Equal(t, want, o.central.Text(t, `
				select string_agg(l.action || ltrim(right(l.uid::text, 2), '0'), ' ' order by l.event_id)
				from audit.logged_actions l join lizsync.clones c on not lizsync.is_received(l.transaction_id, c.taken_over)
				where c.server_id = $1 and l.uid is not null and l.transaction_id < 100`, clone))
		}
		// One event became two.
		assert.Equal(t, before, o.central.Text(t, "select count(*) - 1 from audit.logged_actions"))
		assert.Equal(t, [][]string{{"a", "2021-08-15 10:00:00+02"}, {"a", "2022-01-01 01:00:00+01"}, {"b", "2022-01-01 01:00:00+01"}}, o.central.Rows(t, `
			select left(sync_data ->> 'origin', 1), (sync_data ->> 'time')::timestamptz from audit.logged_actions where sync_data ->> 'origin' <> '' order by event_id`))
		o.central.Exec(t, `update "Ville été".rue set nom = 'x'`)
		assert.Equal(t, "1", o.central.Text(t, `select count(*) from audit.logged_actions where changed_fields operator(public.->) 'nom' = 'x'`))

		_, err = run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": o.central.As(t, o.owner), "OVERRIDE": true, "FORCE": true}, &story{})
		require.NoError(t, err)
	})
}

// structure is the schema-only dump of a database.
func structure(t *testing.T, db *pgtest.DB) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "pg_dump", "--schema-only", "--dbname", db.URL).CombinedOutput()
	require.NoError(t, err, string(output))
	var lines []string
	for line := range strings.Lines(string(output)) {
		if !strings.HasPrefix(line, `\`) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestTakenOverStructureEqualsAFreshOne(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := newOriginal(t, s)
		// Whoever does it, the owner is the same.
		for _, value := range []string{o.central.As(t, o.owner), o.clone.URL} {
			for range 2 {
				_, err := takeOver(t, value)
				require.NoError(t, err)
			}
		}
		fresh := pgtest.Database(t)
		fresh.Exec(t, fmt.Sprintf("alter database %s owner to %s", fresh.Name, o.owner.Name))
		_, err := run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": fresh.As(t, o.owner)}, &story{})
		require.NoError(t, err)

		o.central.Exec(t, fmt.Sprintf(`drop schema "Ville été" cascade; drop owned by %s;
			drop view lizsync.logged_actions, lizsync.sys_structure_metadonnee, lizsync.synchronized_schemas`, o.anna.Name))
		assert.Equal(t, structure(t, fresh), structure(t, o.central))
		assert.Equal(t, "central_Ville été", o.clone.Text(t, "select string_agg(nspname, ' ') from pg_namespace where nspname like 'central%'"))
		o.clone.Exec(t, `drop schema "Ville été", "central_Ville été" cascade; drop extension postgres_fdw cascade; drop extension dblink`)
		assert.Equal(t, structure(t, fresh), structure(t, o.clone))
	})
}

// upgraded is a pair of which both were upgraded and have not synchronised since.
func upgraded(t *testing.T, s shape, more ...string) original {
	t.Helper()
	o := newOriginal(t, s)
	as(t, o.clone, o.owner, more...)
	for _, db := range []*pgtest.DB{o.central, o.clone} {
		_, err := takeOver(t, db.As(t, o.owner))
		require.NoError(t, err)
	}
	return o
}

func TestEditOfATransactionThatWasOpenDuringTheTakeOverIsSent(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := newOriginal(t, s)
		open := map[*pgtest.DB]pgx.Tx{}
		for _, db := range []*pgtest.DB{o.central, o.clone} {
			tx, err := db.Conn(t).Begin(t.Context())
			require.NoError(t, err)
			// It has its number before the upgrade.
			_, err = tx.Exec(t.Context(), "select pg_current_xact_id()")
			require.NoError(t, err)
			open[db] = tx
			db.Exec(t, "select pg_current_xact_id()") // a later transaction that has ended
			_, err = takeOver(t, db.As(t, o.owner))
			require.NoError(t, err)
		}
		for db, tx := range open {
			column := map[bool]string{true: "hauteur = 900", false: `"Nom" = 'nine'`}[db == o.central]
			_, err := tx.Exec(t.Context(), "update "+trunk+" set "+column+" where id = 9")
			require.NoError(t, err)
			require.NoError(t, tx.Commit(t.Context()))
		}
		numbers, err := o.synchronize(t, clonetest.ViaSQL)
		require.NoError(t, err)
		assert.Equal(t, []string{"8", "7", "1", "0"}, numbers)
		o.requireEqual(t)
		assert.Equal(t, [][]string{{"nine", "900"}}, o.central.Rows(t, `select "Nom", hauteur from `+trunk+` where id = 9`))
	})
}

func TestLostReplyToATakenOverCloneIsFetchedOnce(t *testing.T) {
	t.Parallel()
	o := upgraded(t, shapes[1])
	const apply = "lizsync.apply_reply(lizsync.acknowledgement)"
	restore := o.clone.Text(t, "select pg_get_functiondef($1::text::regprocedure)", apply)
	clonetest.Alter(t, o.clone, strings.Replace(restore, "begin\n", "begin\n    raise exception 'the reply is lost';\n", 1))
	_, err := o.synchronize(t, clonetest.ViaProgram)
	require.ErrorContains(t, err, "the reply is lost")
	clonetest.Alter(t, o.clone, restore)
	numbers, err := o.synchronize(t, clonetest.ViaProgram)
	require.NoError(t, err)
	assert.Equal(t, []string{"0", "6", "0", "0"}, numbers)
	o.requireEqual(t)
}

func TestRowThatIsHeldAtTheFirstSynchronisationIsDecidedAtTheNext(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		// Refused by central: trees 2 and 8; refused by the clone: tree 11.
		o := upgraded(t, s, `update `+trunk+` set hauteur = 2000 where id in (2, 8)`)
		as(t, o.central, o.owner, `alter table `+trunk+` add constraint low check (hauteur < 1000)`)
		as(t, o.clone, o.owner, `alter table `+trunk+` add constraint name check ("Nom" <> 'of central')`)
		numbers, err := o.synchronize(t, clonetest.ViaSQL)
		require.NoError(t, err)
		assert.Equal(t, []string{"6", "5", "0", "3"}, numbers)
		as(t, o.central, o.owner, `alter table `+trunk+` drop constraint low`)
		as(t, o.clone, o.owner, `alter table `+trunk+` drop constraint name`)
		numbers, err = o.synchronize(t, clonetest.ViaSQL)
		require.NoError(t, err)
		// The name of tree 8 is a conflict, and nothing else: the clone had the height of tree 2 that it changed.
		assert.Equal(t, []string{"2", "1", "1", "0"}, numbers)
		o.requireEqual(t)
	})
}

func TestTakenOverCloneIsDeployedWithItsUnsentEdits(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := upgraded(t, s)
		zip := t.TempDir() + "/package.zip"
		_, err := run(t.Context(), t, "package_central_database", map[string]any{
			"CONNECTION_NAME_CENTRAL": o.central.As(t, o.owner), "PG_LAYERS": []any{trunk, `"Ville été"."rue"`}, "ZIP_FILE": zip,
		}, &story{})
		require.NoError(t, err)
		input := map[string]any{
			"CONNECTION_NAME_CENTRAL": o.central.As(t, o.owner), "CONNECTION_NAME_CLONE": o.clone.As(t, o.owner), "ZIP_FILE": zip,
			"CENTRAL_ROLE": o.anna.Name, "STORE_CENTRAL_CONNECTION": false,
		}
		_, err = run(t.Context(), t, "deploy_database_server_package", input, &story{})
		require.ErrorContains(t, err, "the clone tablet has 8 edits that were not synchronised")
		input["KEEP_UNSENT_CHANGES"] = true
		_, err = run(t.Context(), t, "deploy_database_server_package", input, &story{})
		require.NoError(t, err)
		for range 2 {
			_, err = o.synchronize(t, clonetest.ViaProgram)
			require.NoError(t, err)
		}
		o.requireEqual(t)
		assert.Equal(t, [][]string{{"Nom", "earlier", "later", "central"}},
			o.central.Rows(t, "select field_name, central_value, clone_value, rejected from lizsync.conflicts where field_name <> ''"))
		assert.Equal(t, "0", o.clone.Text(t, "select count(*) from lizsync.pending_changes"))
	})
}

// The original left numbers to each database, also where foreign keys reference them.
func TestTakenOverCentralSharesTheNumbersThatForeignKeysReference(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := newOriginal(t, s)
		for _, db := range []*pgtest.DB{o.central, o.clone} {
			as(t, db, o.owner, `create table "Ville été".feuille (id serial primary key, uid uuid not null unique default gen_random_uuid(), arbre integer references `+trunk+`, nom text)`,
				fmt.Sprintf(`create trigger %s_row after insert or update or delete on "Ville été".feuille for each row execute function %s.if_modified_func('true')`, s.trigger, s.log))
			if s.log == "lizsync" {
				as(t, db, o.owner, `update lizsync.synchronized_tables set sync_tables = sync_tables || '["\"Ville été\".\"feuille\""]'`)
			}
		}
		as(t, o.central, o.owner, fmt.Sprintf(`grant all on "Ville été".feuille, "Ville été".feuille_id_seq to %s`, o.anna.Name),
			`insert into "Ville été".feuille (arbre, nom) values (11, 'of of central'), (9, 'of arbre 9')`)
		// Both have a tree 11, and the clone's 10 is another row.
		as(t, o.clone, o.owner, `insert into "Ville été".feuille (arbre, nom) values (11, 'of new'), (10, 'of a hundred'), (7, 'of arbre 7')`)

		told, err := takeOver(t, o.central.As(t, o.owner))
		require.NoError(t, err)
		require.Len(t, told.warnings, 1)
		assert.Contains(t, told.warnings[0], "the numbers of "+trunk+" are the same on all databases from now on")
		assert.Contains(t, told.warnings[0], "KEEP_UNSENT_CHANGES")
		told, err = takeOver(t, o.clone.As(t, o.owner))
		require.NoError(t, err)
		assert.Empty(t, told.warnings)

		for _, via := range []clonetest.Via{clonetest.ViaProgram, clonetest.ViaSQL} {
			_, err = o.synchronize(t, via)
			require.ErrorContains(t, err, `central has changed how the keys of these tables are numbered: "Ville été"."L'arbre ""x"".y"`)
			assert.Contains(t, hint(t, err), "KEEP_UNSENT_CHANGES")
		}
		zip := t.TempDir() + "/package.zip"
		_, err = run(t.Context(), t, "package_central_database", map[string]any{
			"CONNECTION_NAME_CENTRAL": o.central.As(t, o.owner), "PG_LAYERS": []any{trunk, `"Ville été"."rue"`, `"Ville été"."feuille"`}, "ZIP_FILE": zip,
		}, &story{})
		require.NoError(t, database.Explain(err))
		told = &story{}
		_, err = run(t.Context(), t, "deploy_database_server_package", map[string]any{
			"CONNECTION_NAME_CENTRAL": o.central.As(t, o.owner), "CONNECTION_NAME_CLONE": o.clone.As(t, o.owner), "ZIP_FILE": zip,
			"CENTRAL_ROLE": o.anna.Name, "STORE_CENTRAL_CONNECTION": false, "KEEP_UNSENT_CHANGES": true,
		}, told)
		require.NoError(t, database.Explain(err))
		assert.Contains(t, told.all(), "2 rows that the clone has made get new numbers") // trees 12 and 100
		for range 2 {
			numbers, err := o.synchronize(t, clonetest.ViaProgram)
			require.NoError(t, err)
			assert.Equal(t, "0", numbers[3])
		}
		clonetest.RequireEqual(t, &clonetest.Central{DB: o.central, Tables: []string{trunk, `"Ville été"."rue"`, `"Ville été"."feuille"`}}, &clonetest.Clone{DB: o.clone})
		for _, db := range []*pgtest.DB{o.central, o.clone} {
			assert.Equal(t, "of a hundred, of arbre 7, of arbre 9, of new, of of central", db.Text(t, `select string_agg(nom, ', ' order by nom) from "Ville été".feuille`))
			assert.Empty(t, db.Rows(t, `select l.nom, a."Nom" from "Ville été".feuille l join `+trunk+` a on a.id = l.arbre where l.nom <> 'of ' || a."Nom"`))
		}
	})
}

func TestTakenOverCloneIsOfTheRolesThatHadIt(t *testing.T) {
	t.Parallel()
	o := upgraded(t, shapes[1])
	stranger := o.central.Role(t)
	o.central.Exec(t, "select lizsync.grant_exchange($1)", stranger.Name)
	anna := o.anna
	o.anna = stranger
	_, err := o.synchronize(t, clonetest.ViaProgram)
	require.ErrorContains(t, err, "central refuses the clone tablet for the role "+stranger.Name)

	o.central.Exec(t, "select lizsync.entrust_clone($1, $2)", cloneA, stranger.Name)
	o.anna = anna
	_, err = o.synchronize(t, clonetest.ViaSQL)
	require.ErrorContains(t, err, "central refuses the clone tablet for the role "+anna.Name)
	assert.Contains(t, hint(t, err), "lizsync.entrust_clone")
	o.central.Exec(t, "select lizsync.entrust_clone($1, $2)", cloneA, anna.Name)
	_, err = o.synchronize(t, clonetest.ViaSQL)
	require.NoError(t, err)
}

func TestGenericAuditToolKeepsItsLogAndItsTriggers(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("testdata/generic_audit.sql")
	require.NoError(t, err)
	const events = "select string_agg(l::text, E'\n' order by event_id) from (select event_id, schema_name, table_name, relid, transaction_id, client_query, action, row_data, changed_fields from audit.logged_actions where event_id <= 3) as l"
	const acts = `"Mairie"."acte"`

	t.Run("in a new central database", func(t *testing.T) {
		t.Parallel()
		db := pgtest.Database(t)
		db.Exec(t, string(script))
		before := db.Text(t, events)
		_, err := run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &story{})
		require.NoError(t, err)
		assert.Equal(t, before, db.Text(t, events))
		_, err = run(t.Context(), t, "initialize_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": db.URL, "ADD_AUDIT_TRIGGERS": true, "SCHEMAS": "Mairie"}, &story{})
		require.NoError(t, err)

		zip := t.TempDir() + "/package.zip"
		_, err = run(t.Context(), t, "package_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": db.URL, "PG_LAYERS": []any{acts}, "ZIP_FILE": zip}, &story{})
		require.NoError(t, err)
		clone := pgtest.Database(t)
		require.NoError(t, deploy(t, db, clone, zip, nil))
		db.Exec(t, `update "Mairie".acte set texte = 'central' where id = 1`)
		clone.Exec(t, `update "Mairie".acte set texte = 'clone' where id = 2; insert into "Mairie".acte (texte) values ('new')`)
		synchronize(t, db, clone)
		clonetest.RequireEqual(t, &clonetest.Central{DB: db, Tables: []string{acts}}, &clonetest.Clone{DB: clone})
		// Both record each edit, the tool in its own way.
		assert.Equal(t, "3", db.Text(t, "select count(*) from audit.logged_actions where event_id > 3 and uid is null"))
		assert.Equal(t, "3", db.Text(t, "select count(*) from audit.logged_actions where uid is not null"))

		_, err = run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": db.URL, "OVERRIDE": true, "FORCE": true}, &story{})
		require.ErrorContains(t, err, "and they would be lost: function audit.if_modified_func()")
		assert.Equal(t, before, db.Text(t, events))
	})

	t.Run("beside the original LizSync", func(t *testing.T) {
		t.Parallel()
		o := newOriginal(t, shapes[1])
		for _, db := range []*pgtest.DB{o.central, o.clone} {
			as(t, db, o.owner, string(script))
			before := db.Text(t, events)
			_, err := takeOver(t, db.As(t, o.owner))
			require.NoError(t, err)
			assert.Equal(t, before, db.Text(t, events))
		}
		numbers, err := o.synchronize(t, clonetest.ViaProgram)
		require.NoError(t, err)
		assert.Equal(t, []string{"7", "6", "1", "0"}, numbers)
		o.requireEqual(t)
		o.central.Exec(t, `delete from "Mairie".acte`)
		assert.Equal(t, "2", o.central.Text(t, `select count(*) from audit.logged_actions where table_name = 'acte' and action = 'D' and uid is null`))
	})
}
