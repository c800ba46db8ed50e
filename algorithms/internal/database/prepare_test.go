package database_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// prepare prepares everything in a database, without waiting long for anybody.
func prepare(t *testing.T, conn *pgx.Conn, told *recorder) database.Prepared {
	t.Helper()
	options := database.PrepareOptions{AddUIDs: true, AddAudit: true, LockTimeout: 50 * time.Millisecond}
	prepared, err := database.Prepare(t.Context(), conn, states(t, conn), options, told)
	require.NoError(t, err)
	return prepared
}

func states(t *testing.T, conn *pgx.Conn) []database.TableState {
	t.Helper()
	states, err := database.TableStates(t.Context(), conn, nil)
	require.NoError(t, err)
	return states
}

// ready lists the tables that lack nothing.
func ready(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	var labels []string
	for _, state := range states(t, conn) {
		if len(state.Lacks()) == 0 {
			labels = append(labels, state.Label)
		}
	}
	return labels
}

func TestTableLockedByAnOpenEditIsLeftAndNamed(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city; create table city.bench (name text); create table city.tree (name text); create table city.wall (name text)`)
	editor := db.Conn(t)
	edit, err := editor.Begin(t.Context())
	require.NoError(t, err)
	_, err = edit.Exec(t.Context(), "set application_name = 'QGIS of Zoe'; insert into city.tree values ('plane')")
	require.NoError(t, err)
	var process int32
	var since string
	require.NoError(t, edit.QueryRow(t.Context(), "select pg_backend_pid(), to_char(now(), 'YYYY-MM-DD HH24:MI:SS')").Scan(&process, &since))

	conn := connect(t, db.URL, &recorder{})
	var told recorder
	prepared := prepare(t, conn, &told)
	assert.Equal(t, 2, prepared.UIDs)
	assert.Equal(t, 2, prepared.Audited)
	assert.Equal(t, []string{"city.bench", "city.wall"}, ready(t, conn))
	require.Len(t, prepared.Left, 1)
	reason := fmt.Sprintf("locked by postgres in QGIS of Zoe (process %d), in a transaction since %s", process, since)
	assert.Equal(t, reason, prepared.Left[0].Reason)
	assert.EqualError(t, prepared.Failure(), "1 table is not prepared: city.tree: "+reason)
	assert.Equal(t, "ask them to save their edits or close their sessions; then run this again: what is done stays done", failure(t, prepared.Failure()).Hint)
	assert.Contains(t, told.lines, "warning: city.tree is left as it was: "+reason)

	require.NoError(t, edit.Commit(t.Context()))
	prepared = prepare(t, conn, &recorder{})
	assert.NoError(t, prepared.Failure())
	assert.Equal(t, 1, prepared.UIDs)
	assert.Equal(t, "1", db.Text(t, "select count(uid) from city.tree"))
}

func TestPreparedTableIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city; create table city.tree (name text)`)
	conn := connect(t, db.URL, &recorder{})
	require.NoError(t, prepare(t, conn, &recorder{}).Failure())

	edit, err := db.Conn(t).Begin(t.Context())
	require.NoError(t, err)
	_, err = edit.Exec(t.Context(), "lock table city.tree in access exclusive mode")
	require.NoError(t, err)
	var told recorder
	prepared := prepare(t, conn, &told)
	assert.NoError(t, prepared.Failure())
	assert.Empty(t, told.lines)
	assert.NoError(t, edit.Rollback(t.Context()))
}

func TestTableThatFailsHalfWayIsLeftWhole(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `
		create schema city; create table city.tree (name text); create table city.wall (name text);
		create function public.refuse() returns event_trigger language plpgsql as
		$$ begin if current_query() ~ 'city.*tree|audit_table' and exists (
			select from pg_event_trigger_ddl_commands() where object_identity ~ 'city.tree$' and command_tag = 'CREATE TRIGGER' or object_identity ~ 'on city.tree$'
		) then raise exception 'no triggers here'; end if; end $$;
		create event trigger refuse on ddl_command_end when tag in ('CREATE TRIGGER') execute function public.refuse()`)
	conn := connect(t, db.URL, &recorder{})
	prepared := prepare(t, conn, &recorder{})
	assert.EqualError(t, prepared.Failure(), "1 table is not prepared: city.tree: no triggers here")
	assert.Equal(t, "0", db.Text(t, "select count(*) from pg_attribute where attrelid = 'city.tree'::regclass and attname = 'uid'"))
	assert.Equal(t, []string{"city.wall"}, ready(t, conn))
}

func TestUnusableUIDColumnIsNeverAltered(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ column, want string }{
		"text":          {"uid text not null unique", "its column uid is of type text, and LizSync knows rows by a uid of type uuid"},
		"generated":     {"name uuid, uid uuid generated always as (name) stored", "its column uid is generated, of type uuid, and LizSync knows rows by a uid of type uuid"},
		"nullable":      {"uid uuid unique default gen_random_uuid()", "its column uid may be null, so that rows could not be told apart"},
		"not unique":    {"uid uuid not null default gen_random_uuid()", "its column uid has no unique constraint (a deferrable or partial one is not enough)"},
		"deferrable":    {"uid uuid not null default gen_random_uuid() unique deferrable", "its column uid has no unique constraint (a deferrable or partial one is not enough)"},
		"with others":   {"n integer, uid uuid not null default gen_random_uuid(), unique (uid, n)", "its column uid has no unique constraint (a deferrable or partial one is not enough)"},
		"several flaws": {"uid uuid", "its column uid may be null, so that rows could not be told apart; its column uid has no unique constraint (a deferrable or partial one is not enough)"},
	}
	db := installed(t)
	db.Exec(t, `create schema "L'été"; create table "L'été".z (name text)`)
	for name, c := range cases {
		db.Exec(t, fmt.Sprintf(`create table "L'été"."x.%s" (%s)`, name, c.column))
	}
	const columns = `select string_agg(attrelid::regclass || ' ' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull, ', ' order by attrelid, attnum)
		from pg_attribute where attrelid::regclass::text like '"L''été"."x.%"' and attnum > 0`
	before := db.Text(t, columns)
	require.Contains(t, before, "uid text true")
	conn := connect(t, db.URL, &recorder{})
	prepared := prepare(t, conn, &recorder{})
	assert.Len(t, prepared.Left, len(cases))
	for _, left := range prepared.Left {
		assert.Equal(t, cases[strings.TrimPrefix(left.Table.Name, "x.")].want, left.Reason, left.Table.Name)
	}
	assert.Equal(t, before, db.Text(t, columns))
	assert.Equal(t, []string{`"L'été".z`}, ready(t, conn))

	for _, left := range prepared.Left {
		db.Exec(t, strings.TrimSuffix(left.Remedy, "; then prepare the table again"))
	}
	assert.NoError(t, prepare(t, conn, &recorder{}).Failure(), "the remedies help")
	assert.Len(t, ready(t, conn), 1+len(cases))
}

func TestUsableUIDColumnIsKept(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `
		create schema city;
		create table city.key (uid uuid primary key default gen_random_uuid());
		create table city.client (name text, uid uuid not null);
		create unique index on city.client (uid) include (name)`)
	prepared := prepare(t, connect(t, db.URL, &recorder{}), &recorder{})
	assert.NoError(t, prepared.Failure())
	assert.Equal(t, 0, prepared.UIDs)
	assert.Equal(t, 2, prepared.Audited)
}

func TestTableAuditedBeforeItsUIDIsAuditedAgainAsItWas(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `
		create schema city;
		create table city.tree (name text, "seen, ""by""" text);
		select audit.audit_table('city.tree', true, true, array['seen, "by"', 'é''s'])`)
	conn := connect(t, db.URL, &recorder{})
	require.NoError(t, prepare(t, conn, &recorder{}).Failure())
	assert.Equal(t, []string{"city.tree"}, ready(t, conn))
	db.Exec(t, "insert into city.tree values ('plane'); update city.tree set \"seen, \"\"by\"\"\" = 'Zoé'")
	assert.Equal(t, [][]string{{"I", "t", "t"}}, db.Rows(t, "select action, client_query is not null, l.uid = t.uid from audit.logged_actions l, city.tree t"),
		"the uid is recorded, and the choices of whoever audited it are kept")
}

func TestTableThatIsSomebodyElsesIsLeft(t *testing.T) {
	t.Parallel()
	owner, other := pgtest.Role(t), pgtest.Role(t)
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, fmt.Sprintf(`
		grant create on database %s to %s;
		create schema city; create table city.mine (name text); create table city.theirs (name text);
		alter table city.theirs owner to %[3]s;
		grant usage, create on schema city to %[2]s, %[3]s; alter table city.mine owner to %[2]s`, db.Name, owner.Name, other.Name))
	require.NoError(t, install(t, db.As(t, owner), database.InstallOptions{}, &recorder{}))
	conn := connect(t, db.As(t, owner), &recorder{})
	prepared := prepare(t, conn, &recorder{})
	assert.EqualError(t, prepared.Failure(), "1 table is not prepared: city.theirs: it belongs to "+other.Name)
	assert.Contains(t, failure(t, prepared.Failure()).Hint, "connect as "+other.Name)
	assert.Equal(t, []string{"city.mine"}, ready(t, conn))
}

func TestOwnerOfLizSyncMayReadWhatIsPrepared(t *testing.T) {
	t.Parallel()
	owner := pgtest.Role(t)
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, fmt.Sprintf(`grant create on database %s to %s; create schema "L'été"; create table "L'été"."x.y" (name text)`, db.Name, owner.Name))
	require.NoError(t, install(t, db.As(t, owner), database.InstallOptions{}, &recorder{}))
	require.NoError(t, prepare(t, connect(t, db.URL, &recorder{}), &recorder{}).Failure())
	conn := connect(t, db.As(t, owner), &recorder{})
	var rows int
	require.NoError(t, conn.QueryRow(t.Context(), `select count(*) from "L'été"."x.y"`).Scan(&rows))
}

func TestOwnerOfLizSyncMayReadTheSequencesOfWhatIsPrepared(t *testing.T) {
	t.Parallel()
	owner := pgtest.Role(t)
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, fmt.Sprintf(`
		grant create on database %s to %s; create schema "L'été";
		create table "L'été"."x.y" ("n °" serial primary key); create table "L'été".z (n integer generated always as identity)`, db.Name, owner.Name))
	require.NoError(t, install(t, db.As(t, owner), database.InstallOptions{}, &recorder{}))
	conn := connect(t, db.URL, &recorder{})
	require.NoError(t, prepare(t, conn, &recorder{}).Failure())
	const sequences = `
		select string_agg(sequencename, ' ' order by sequencename) from pg_sequences
		where schemaname = 'L''été' and has_sequence_privilege($1, format('%I.%I', schemaname, sequencename), 'select')`
	require.Equal(t, "x.y_n °_seq z_n_seq", db.Text(t, sequences, owner.Name))
	require.Len(t, ready(t, conn), 2)

	db.Exec(t, `revoke select on sequence "L'été"."x.y_n °_seq" from `+owner.Name)
	require.Equal(t, []string{`"L'été".z`}, ready(t, conn))
	require.NoError(t, prepare(t, conn, &recorder{}).Failure())
	require.Len(t, ready(t, conn), 2)
}

func TestSchemaThatCannotBeOpenedToTheOwnerIsNamed(t *testing.T) {
	t.Parallel()
	owner, editor := pgtest.Role(t), pgtest.Role(t)
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, fmt.Sprintf(`grant create on database %s to %s`, db.Name, owner.Name))
	require.NoError(t, install(t, db.As(t, owner), database.InstallOptions{}, &recorder{}))
	db.Exec(t, fmt.Sprintf(`
		create schema city; create table city.tree (name text); alter table city.tree owner to %[1]s;
		grant usage, create on schema city to %[1]s;
		grant usage on schema audit, lizsync to %[1]s;
		grant all on all tables in schema audit to %[1]s;
		grant execute on all functions in schema audit, lizsync to %[1]s`, editor.Name))
	prepared := prepare(t, connect(t, db.As(t, editor), &recorder{}), &recorder{})
	assert.EqualError(t, prepared.Failure(), fmt.Sprintf("1 table is not prepared: city.tree: the owner of LizSync, %s, may not use the schema city", owner.Name))
	assert.Contains(t, failure(t, prepared.Failure()).Hint, "GRANT USAGE ON SCHEMA city TO "+owner.Name)
	assert.Equal(t, "0", db.Text(t, "select count(*) from pg_trigger where tgrelid = 'city.tree'::regclass"))
}

func TestBigTableIsAnnounced(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city; create table city.tree (n integer); insert into city.tree select generate_series(1, 150000); analyze city.tree`)
	var told recorder
	require.NoError(t, prepare(t, connect(t, db.URL, &recorder{}), &told).Failure())
	require.Len(t, told.lines, 2)
	assert.Regexp(t, "^message: city.tree has about 150,000 rows and takes 5336 kB; its uid column is added while people read and edit it, which takes about \\d+ s$", told.lines[0])
	assert.Equal(t, "message: city.tree: uid column added, audited from now on", told.lines[1])
	assert.Equal(t, "150000", db.Text(t, "select count(distinct uid) from city.tree"))
}

func TestPreparationCanBeCancelledWithinATable(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city; create table city.a (name text); create table city.b (name text)`)
	edit, err := db.Conn(t).Begin(t.Context())
	require.NoError(t, err)
	_, err = edit.Exec(t.Context(), "lock table city.b in access exclusive mode")
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	conn := connect(t, db.URL, &recorder{})
	done := make(chan error)
	go func() {
		states, err := database.TableStates(ctx, conn, nil)
		if err == nil {
			options := database.PrepareOptions{AddUIDs: true, AddAudit: true, LockTimeout: time.Hour}
			_, err = database.Prepare(ctx, conn, states, options, &recorder{})
		}
		done <- err
	}()
	const waiting = "select exists (select from pg_locks where relation = 'city.b'::regclass and not granted) = $1"
	watcher := db.Conn(t)
	pgtest.WaitFor(t, watcher, waiting, true)
	cancel()
	require.Error(t, <-done)
	pgtest.WaitFor(t, watcher, waiting, false)
	require.NoError(t, edit.Rollback(t.Context()))
	assert.Equal(t, []string{"city.a"}, ready(t, connect(t, db.URL, &recorder{})))
}

func TestTwoPreparationsAtOnce(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city`)
	for n := range 20 {
		db.Exec(t, fmt.Sprintf("create table city.t%d (name text); insert into city.t%[1]d values ('é')", n))
	}
	both := make(chan error)
	for range 2 {
		conn := connect(t, db.URL, &recorder{})
		all := states(t, conn)
		go func() {
			options := database.PrepareOptions{AddUIDs: true, AddAudit: true, LockTimeout: time.Minute}
			prepared, err := database.Prepare(context.Background(), conn, all, options, &recorder{})
			if err == nil {
				err = prepared.Failure()
			}
			both <- err
		}()
	}
	assert.NoError(t, <-both)
	assert.NoError(t, <-both)
	assert.Len(t, ready(t, connect(t, db.URL, &recorder{})), 20)
}

// extend creates extensions that do not bear an empty search_path.
func extend(t *testing.T, db *pgtest.DB, extensions ...string) {
	t.Helper()
	conn := connect(t, db.URL, &recorder{})
	for _, extension := range extensions {
		_, err := conn.Exec(t.Context(), "create extension "+extension)
		require.NoError(t, err)
	}
}

func TestSchemasAreChosenByName(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	require.NoError(t, install(t, db.URL, database.InstallOptions{}, &recorder{}))
	extend(t, db, "postgis_topology")
	db.Exec(t, `
		create schema city; create schema "Ville"; create schema "a, b"; create schema "say ""é"""; create schema tiger_data`)
	conn := connect(t, db.URL, &recorder{})
	for list, want := range map[string][]string{
		"":                             {"Ville", "a, b", "city", `say "é"`},
		" , ":                          {"Ville", "a, b", "city", `say "é"`},
		"city":                         {"city"},
		" City ,Ville, CITY":           {"city", "Ville"},
		`"a, b", "say ""é""" , "city"`: {"a, b", `say "é"`, "city"},
		`say "é"`:                      {`say "é"`},
		"Public, city":                 {"public", "city"},
	} {
		got, err := database.Schemas(t.Context(), conn, list)
		require.NoError(t, err, list)
		assert.Equal(t, want, got, list)
	}
	for list, want := range map[string]string{
		"city, vile, Cité":    "there is no schema vile, Cité",
		`"City"`:              "there is no schema City",
		"a, b":                "there is no schema a, b",
		"city,audit,pg_toast": "the schema audit, pg_toast is never synchronised",
		"topology":            "the schema topology is never synchronised",
		"tiger_data":          "the schema tiger_data is never synchronised",
		`city, "Ville`:        `"Ville is not the name of a schema`,
		`"city" "Ville"`:      `"city" "Ville" is not the name of a schema`,
	} {
		_, err := database.Schemas(t.Context(), conn, list)
		assert.EqualError(t, err, want)
	}
}

func TestUnsafeTablesAreNamedWithReasonAndRemedy(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	require.NoError(t, install(t, db.URL, database.InstallOptions{}, &recorder{}))
	extend(t, db, "postgis_raster", "postgis_topology")
	db.Exec(t, `
		create schema other; create table other.parent (uid uuid primary key default gen_random_uuid());
		create table public."My parent" (code text, uid uuid primary key default gen_random_uuid());
		create table public.layer_styles (id serial primary key);
		create type public.pair as (a integer)`)
	const (
		uid      = "uid uuid primary key default gen_random_uuid()"
		ordinary = "uid uuid not null unique default gen_random_uuid()"
	)
	cases := map[string]struct {
		made string
		want []string // table, problem and severity
		safe string   // what is left once the remedies of the errors were followed; "no" when they are for a person
	}{
		"nothing": {
			"create table t (id serial primary key, u uuid default gen_random_uuid(), g double precision generated always as (1) stored, p public.geometry)", nil, "",
		},
		"no primary key":           {"create table t (a integer)", []string{"t no_primary_key warning"}, ""},
		"foreign key on local key": {"create table p (id serial primary key, uid uuid not null unique default gen_random_uuid()); create table c (" + uid + ", p_id integer not null references p on delete cascade); insert into lizsync.local_keys values ('p')", []string{"c foreign_key_on_local_key error"}, ""},
		"identity key": {
			"create table p (id integer generated always as identity primary key, uid uuid not null unique default gen_random_uuid()); create table c (" + uid + `, "P id" integer references p); insert into lizsync.local_keys values ('p')`,
			[]string{"c foreign_key_on_local_key error"}, "",
		},
		"composite foreign key on local key": {
			"create table p (id serial unique, n integer, primary key (id, n)); create table c (" + uid + ", id integer, n integer, foreign key (id, n) references p); insert into lizsync.local_keys values ('p')",
			[]string{"c foreign_key_on_local_key error"}, "",
		},
		"one of the columns of a local key": {
			"create table p (id serial, n integer, primary key (id, n)); create table c (" + uid + ", id integer, n integer, foreign key (id, n) references p); insert into lizsync.local_keys values ('p')",
			[]string{"p serial_not_key warning", "p unique_key_filled_alike warning"}, "",
		},
		"shared keys": {
			"create table p (id serial, n integer, primary key (id, n)); create table c (" + uid + ", id integer, n integer, foreign key (id, n) references p)",
			nil, "",
		},
		"foreign key on natural key": {"create table p (code text primary key); create table c (" + uid + ", p text references p)", []string{"p unique_key_filled_alike warning"}, ""},
		"foreign key on uid":         {"create table p (" + uid + "); create table c (" + uid + ", p uuid references p)", nil, ""},
		"foreign key to itself":      {"create table t (id serial primary key, uid uuid not null unique, up integer references t); insert into lizsync.local_keys values ('t')", []string{"t foreign_key_on_local_key error", "t uid_without_default warning"}, "t uid_without_default warning"},
		"reference to local key":     {"create table site (id serial primary key, " + ordinary + "); create table visit (" + uid + ", site_id integer, state integer); insert into lizsync.local_keys values ('site')", []string{"visit reference_to_local_key warning"}, ""},
		"unlogged":                   {"create unlogged table t (" + uid + ")", []string{"t unlogged error"}, ""},
		"partitioned":                {"create table t (a integer) partition by list (a); create table t1 partition of t for values in (1)", []string{"t partitioned error", "t1 partition error"}, "no"},
		"inheritance":                {"create table t (a integer, " + uid + "); create table t1 (primary key (uid)) inherits (t)", []string{"t inheritance error", "t1 inheritance error"}, "no"},
		"typed":                      {"create table t of public.pair (primary key (a))", []string{"t typed_table error", "t unique_key_filled_alike warning"}, "t unique_key_filled_alike warning"},
		"row level security":         {"create table t (" + uid + "); alter table t enable row level security", []string{"t row_level_security error"}, ""},
		"foreign table":              {"create extension postgres_fdw schema public; create server elsewhere foreign data wrapper postgres_fdw; create foreign table t (a integer) server elsewhere", []string{"t foreign_table error"}, "no"},
		"materialized view":          {"create materialized view t as select 1", []string{"t materialized_view warning"}, ""},
		"view":                       {"create view t as select 1", nil, ""},
		"raster":                     {"create table t (" + uid + ", r public.raster)", []string{"t raster_or_topology error"}, "no"},
		"topology":                   {"create table t (" + uid + ", g topology.topogeometry)", []string{"t raster_or_topology error"}, "no"},
		"integer key":                {"create table t (id integer primary key)", []string{"t unique_key_filled_alike warning"}, ""},
		"expression key":             {"create table t (" + uid + ", name text); create unique index on t (lower(name))", []string{"t unique_key_filled_alike warning"}, ""},
		"key with a uuid":            {"create table t (" + uid + ", n integer, unique (uid, n))", nil, ""},
		"serial that is no key":      {"create table t (" + uid + ", n serial, i integer generated by default as identity, a integer generated always as identity); insert into lizsync.local_keys values ('t')", []string{"t serial_not_key warning", "t serial_not_key warning"}, ""},
		"sequence that cycles":       {"create sequence s cycle; create table t (id integer primary key default nextval('s'), " + ordinary + ")", []string{"t sequence_cycles error"}, "no"},
		"sequence that goes down":    {"create sequence s increment -1 maxvalue 1000; create table t (id integer primary key default nextval('s'), " + ordinary + ")", []string{"t sequence_goes_down error"}, "no"},
		"sequence of an extension":   {"create table t (id integer primary key default nextval('topology.topology_id_seq'), " + ordinary + ")", []string{"t sequence_of_extension error"}, "no"},
		"few numbers left":           {"create table t (id smallserial primary key, " + ordinary + "); select setval('t_id_seq', 31000)", []string{"t numbers_run_short warning"}, ""},
		"local keys of such":         {"create sequence s cycle; create table t (id integer primary key default nextval('s'), " + ordinary + "); insert into lizsync.local_keys values ('t')", nil, ""},
		"exclusion constraint":       {"create table t (" + uid + ", r int4range, exclude using gist (r with &&))", []string{"t exclusion_constraint warning"}, ""},
		"instead rule":               {"create table t (" + uid + `); create rule "no delete" as on delete to t do instead nothing`, []string{"t rule error"}, "no"},
		"also rule":                  {"create table t (" + uid + "); create rule n as on delete to t do also notify city", []string{"t rule warning"}, ""},
		"early trigger":              {"create table t (" + uid + `); create trigger "00_a" after update on t for each row execute function suppress_redundant_updates_trigger()`, []string{"t trigger_before_audit warning"}, ""},
		"late, before and statement": {
			"create table t (" + uid + `); create trigger a after update on t for each row execute function suppress_redundant_updates_trigger();
			create trigger "00_b" before update on t for each row execute function suppress_redundant_updates_trigger();
			create trigger "00_c" after update on t execute function suppress_redundant_updates_trigger()`, nil, "",
		},
		"foreign key to public":         {"create table t (" + uid + `, p uuid references public."My parent")`, []string{"t foreign_key_outside warning"}, ""},
		"foreign key to an extension":   {"create table t (" + uid + ", srid integer references public.spatial_ref_sys)", []string{"t foreign_key_to_tool error"}, ""},
		"foreign key to another schema": {"create table t (" + uid + ", p uuid references other.parent)", []string{"t foreign_key_outside warning"}, ""},
		"uid of another type":           {"create table t (id serial primary key, uid integer)", []string{"t uid_wrong_type error"}, ""},
		"nullable uid":                  {"create table t (id serial primary key, uid uuid unique default gen_random_uuid()); insert into t (uid) values (null)", []string{"t uid_nullable error"}, ""},
		"uid not unique":                {"create table t (id serial primary key, uid uuid not null default gen_random_uuid())", []string{"t uid_not_unique error"}, ""},
	}
	names := map[string]string{}
	for name, c := range cases {
		schema := `"` + name + `'s"`
		names[name+"'s"] = name
		db.Exec(t, fmt.Sprintf(`create schema %s; set search_path = %[1]s, public; %s; reset search_path`, schema, c.made))
	}
	conn := connect(t, db.URL, &recorder{})
	look := func() (map[string][]string, []database.UnsafeTable) {
		found := map[string][]string{}
		var all []database.UnsafeTable
		for schema, name := range names {
			unsafe, err := database.UnsafeTables(t.Context(), conn, []string{schema})
			require.NoError(t, err)
			for _, u := range unsafe {
				assert.NotEmpty(t, u.Explanation)
				assert.NotEmpty(t, u.Remedy)
				severity := "warning"
				if u.IsError {
					severity = "error"
				}
				found[name] = append(found[name], u.Name+" "+u.Problem+" "+severity)
			}
			all = append(all, unsafe...)
		}
		return found, all
	}
	found, all := look()
	for name, c := range cases {
		assert.ElementsMatch(t, c.want, found[name], name)
	}

	// A remedy that is all commands is what it takes.
	for _, u := range all {
		name := names[u.Schema]
		if c := cases[name]; u.IsError && c.safe != "no" {
			db.Exec(t, strings.TrimSuffix(u.Remedy, "; then prepare the table again"))
		}
	}
	found, _ = look()
	for name, c := range cases {
		if c.safe == "no" {
			continue
		}
		for _, problem := range found[name] {
			assert.NotContains(t, problem, " error", name)
		}
		if c.safe != "" {
			assert.Equal(t, []string{c.safe}, found[name], name)
		}
	}

	// When public is named, its tables are like others, but for those of PostGIS and QGIS.
	states, err := database.TableStates(t.Context(), conn, []string{"public"})
	require.NoError(t, err)
	require.Len(t, states, 1)
	assert.Equal(t, `public."My parent"`, states[0].Label)
	public, err := database.UnsafeTables(t.Context(), conn, []string{"public"})
	require.NoError(t, err)
	assert.Empty(t, public)
	db.Exec(t, `create table public.part (code integer) partition by list (code); create table public.part_1 partition of public.part for values in (1)`)
	public, err = database.UnsafeTables(t.Context(), conn, []string{"public"})
	require.NoError(t, err)
	require.Len(t, public, 2)
	assert.Equal(t, "ALTER TABLE public.part DETACH PARTITION public.part_1", public[1].Remedy)
}
