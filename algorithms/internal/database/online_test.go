package database_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// big makes PostgreSQL take a table for one of 200,000 rows.
func big(t *testing.T, db *pgtest.DB, table string) {
	t.Helper()
	db.Exec(t, "update pg_class set reltuples = 200000, relpages = greatest(relpages, 1) where oid = $1::text::regclass", table)
}

// afterEach is a log that calls do after each statement of a connection.
type afterEach struct{ do func(sql string) }

func (afterEach) Levels() []logrus.Level { return logrus.AllLevels }

func (a afterEach) Fire(entry *logrus.Entry) error {
	if text, ok := entry.Data["sql"].(string); ok && entry.Message == "query" {
		a.do(text)
	}
	return nil
}

// traced connects with a log that calls do after each statement.
func traced(t *testing.T, value string, do func(sql string)) *pgx.Conn {
	t.Helper()
	log := logrus.New()
	log.SetOutput(discard{})
	log.SetLevel(logrus.DebugLevel)
	log.AddHook(afterEach{do})
	conn, err := database.Connect(provider.WithLog(t.Context(), log), value, &recorder{})
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// prepareOne prepares one table with a patience.
func prepareOne(ctx context.Context, conn *pgx.Conn, label string, patience time.Duration, told *recorder) (database.Prepared, error) {
	states, err := database.TableStates(ctx, conn, nil)
	if err != nil {
		return database.Prepared{}, err
	}
	states = slices.DeleteFunc(states, func(s database.TableState) bool { return s.Label != label })
	options := database.PrepareOptions{AddUIDs: true, AddAudit: true, LockTimeout: patience}
	return database.Prepare(ctx, conn, states, options, told)
}

// requireWhole checks that a table has its uid column, and nothing that the filling has left.
func requireWhole(t *testing.T, db *pgtest.DB, table string) {
	t.Helper()
	require.Equal(t, [][]string{{"t", "t", "gen_random_uuid()", "1", "1", "0", "0"}}, db.Rows(t, `
		select
			lizsync.has_uid_column(a.attrelid), a.attnotnull, pg_get_expr(d.adbin, 0),
			(select count(*) from pg_constraint where conrelid = a.attrelid and contype = 'u' and conkey = array[a.attnum]),
			(select count(*) from pg_index where indrelid = a.attrelid and a.attnum = any (indkey)),
			(select count(*) from pg_constraint where conrelid = a.attrelid and contype = 'c'),
			(select count(*) from pg_trigger where tgrelid = a.attrelid and tgname = 'lizsync_fill_uid')
		from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
		where a.attrelid = $1::text::regclass and a.attname = 'uid'`, table), table)
	require.Equal(t, "t", db.Text(t, "select count(*) = count(distinct uid) from "+table))
	require.Equal(t, "t", db.Text(t, "select is_audited from lizsync.table_states() where format('%I.%I', schema_name, table_name) = $1", table))
}

func TestPreparationThatIsKilledAtAnyStepGoesOn(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema "L'été"`)
	var steps []string
	for kill := 0; ; kill++ {
		name := fmt.Sprintf(`"L'été"."100%%s ""x"".y %d"`, kill)
		db.Exec(t, fmt.Sprintf("create table %s (name text); insert into %[1]s select n from generate_series(1, 500) as n", name))
		big(t, db, name)
		var conn *pgx.Conn
		done := 0
		killed := false
		conn = traced(t, db.URL, func(sql string) {
			steps = append(steps, sql)
			if conn.PgConn().TxStatus() != 'I' {
				return // it leaves what the last transaction did
			}
			if done++; done == kill+1 && !killed {
				killed = true
				db.Exec(t, "select pg_terminate_backend($1::text::integer, 60000)", fmt.Sprint(conn.PgConn().PID()))
			}
		})
		steps = nil
		_, err := prepareOne(t.Context(), conn, name, time.Second, &recorder{})
		if killed && err == nil {
			break // after the last statement
		}
		require.True(t, killed, name)
		require.Error(t, err)
		db.Exec(t, fmt.Sprintf("insert into %s values ('meanwhile'); update %[1]s set name = 'é' where name like '%%7'", name))

		again := connect(t, db.URL, &recorder{})
		prepared, err := prepareOne(t.Context(), again, name, time.Second, &recorder{})
		require.NoError(t, err)
		require.NoError(t, prepared.Failure(), "after %s", steps[len(steps)-1])
		requireWhole(t, db, name)
		require.Equal(t, "501", db.Text(t, "select count(*) from "+name))
		require.NoError(t, again.Close(t.Context()))
		db.Exec(t, "drop table "+name)
	}
	all := strings.Join(steps, "\n")
	for _, step := range []string{"add column", "update only", "create unique index concurrently", "not valid", "validate constraint", "set not null", "audit_table"} {
		assert.Contains(t, all, step)
	}
}

func TestWhoeverWorksOnABigTableIsNotKeptOut(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `
		create schema city; create table city.tree (id serial primary key, name text);
		insert into city.tree (name) select 'oak' from generate_series(1, 20000);
		select audit.audit_table('city.tree');
		create function city.count() returns trigger language plpgsql as $$ begin perform nextval('city.fired'); return new; end $$;
		create sequence city.fired;
		create trigger count before update on city.tree for each row execute function city.count();
		-- What each command holds on the table at its end.
		create table city.held (command text, modes text[]);
		create function city.hold() returns event_trigger language plpgsql as $$
		begin
			insert into city.held
			select current_query(), array_agg(mode order by mode) from pg_catalog.pg_locks
			where pid = pg_backend_pid() and relation = 'city.tree'::regclass;
		end $$;
		create event trigger hold on ddl_command_end execute function city.hold()`)
	big(t, db, "city.tree")
	file := db.Text(t, "select relfilenode from pg_class where oid = 'city.tree'::regclass")

	// A row that somebody has locked keeps the filling at its first step, and whoever reads with an old snapshot keeps the index waiting.
	locker, writer := db.Conn(t), db.Conn(t)
	holder, err := db.Conn(t).BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	require.NoError(t, err)
	_, err = holder.Exec(t.Context(), "select 1")
	require.NoError(t, err)
	locked, err := locker.Begin(t.Context())
	require.NoError(t, err)
	_, err = locked.Exec(t.Context(), "select from city.tree where id = 77 for update")
	require.NoError(t, err)

	conn := connect(t, db.URL, &recorder{})
	pid := conn.PgConn().PID()
	type outcome struct {
		prepared database.Prepared
		err      error
	}
	done := make(chan outcome, 1)
	watcher := db.Conn(t)
	// The exclusive lock is had only when the open transaction is over.
	start := func() {
		go func() {
			prepared, err := prepareOne(context.Background(), conn, "city.tree", time.Minute, &recorder{})
			done <- outcome{prepared, err}
		}()
	}
	start()
	const asks = "select exists (select from pg_locks where pid = $1 and relation = 'city.tree'::regclass and mode = 'AccessExclusiveLock' and granted = $2)"
	pgtest.WaitFor(t, watcher, asks, pid, false)
	require.NoError(t, locked.Rollback(t.Context()))

	// Whoever edits has no patience at all from here on.
	edit := func() {
		t.Helper()
		require.NoError(t, pgx.BeginFunc(t.Context(), writer, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), "set local lock_timeout = '1s'")
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), "insert into city.tree (name) values ('elm')")
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), "update city.tree set name = 'ash' where id = 20000")
			return err
		}))
	}
	pgtest.WaitFor(t, watcher, "select exists (select from pg_stat_activity where pid = $1 and query like 'create unique index concurrently%' and wait_event_type = 'Lock')", pid)
	for range 3 {
		edit()
		var modes string
		require.NoError(t, watcher.QueryRow(t.Context(), `
			select string_agg(distinct mode, ' ' order by mode) from pg_locks where pid = $1 and relation = 'city.tree'::regclass`, pid).Scan(&modes))
		assert.Equal(t, "ShareUpdateExclusiveLock", modes, "reads and edits go on beside it")
	}
	_, err = writer.Exec(t.Context(), "insert into city.tree (name, uid) values ('without', null)")
	require.NoError(t, err)
	require.NoError(t, holder.Commit(t.Context()))
	end := <-done
	require.NoError(t, end.err)
	require.NoError(t, end.prepared.Failure())
	edit()

	requireWhole(t, db, "city.tree")
	assert.Equal(t, file, db.Text(t, "select relfilenode from pg_class where oid = 'city.tree'::regclass"), "it is not written anew")
	assert.Equal(t, "20005", db.Text(t, "select count(uid) from city.tree"))
	assert.Equal(t, "4", db.Text(t, "select last_value from city.fired"), "of the four edits")
	assert.Equal(t, "6", db.Text(t, "select count(*) from audit.logged_actions"), "five inserts, and the one update that changed anything")
	for _, row := range db.Rows(t, "select command, modes from city.held where command ~ '^alter table' and command !~ 'enable always'") {
		if strings.Contains(row[0], "validate constraint") {
			assert.NotContains(t, row[1], "AccessExclusiveLock", row[0])
			assert.Contains(t, row[1], "ShareUpdateExclusiveLock", row[0])
		}
	}
	assert.Equal(t, "1", db.Text(t, "select count(*) from city.held where command ~ 'validate constraint'"))
}

func TestRowsThatStayLockedAreNamedAndFilledTheNextTime(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city; create table city.tree (id serial primary key, name text); insert into city.tree (name) select 'oak' from generate_series(1, 3000)`)
	big(t, db, "city.tree")
	editor := db.Conn(t)
	var edit pgx.Tx
	conn := traced(t, db.URL, func(sql string) {
		if edit == nil && sql == "commit" && db.Text(t, "select lizsync.uid_unfinished('city.tree')") == "t" {
			var err error
			edit, err = editor.Begin(context.Background())
			require.NoError(t, err)
			_, err = edit.Exec(context.Background(), "select from city.tree where id in (5, 2999) for update")
			require.NoError(t, err)
		}
	})
	var told recorder
	prepared, err := prepareOne(t.Context(), conn, "city.tree", 50*time.Millisecond, &told)
	require.NoError(t, err)
	require.NotNil(t, edit)
	require.Len(t, prepared.Left, 1)
	reason := fmt.Sprintf("locked by postgres (process %d)", editor.PgConn().PID())
	assert.Contains(t, prepared.Left[0].Reason, reason)
	assert.Contains(t, strings.Join(told.lines, "\n"), "warning: city.tree is left half-way: "+reason)
	assert.Equal(t, "2", db.Text(t, "select count(*) from city.tree where uid is null"))

	unsafe, err := database.UnsafeTables(t.Context(), conn, []string{"city"})
	require.NoError(t, err)
	assert.Empty(t, unsafe, "it is not harmful, but lacks its uid column")
	assert.Equal(t, []string{"its uid column", "its audit triggers"}, states(t, conn)[0].Lacks())
	_, err = conn.Exec(t.Context(), "select lizsync.add_uid_columns('city', 'tree')")
	require.ErrorContains(t, err, "city.tree: its column uid is not filled yet: its preparation was interrupted")

	require.NoError(t, edit.Rollback(t.Context()))
	prepared, err = prepareOne(t.Context(), conn, "city.tree", 50*time.Millisecond, &told)
	require.NoError(t, err)
	require.NoError(t, prepared.Failure())
	requireWhole(t, db, "city.tree")
}

func TestPreparationOfABigTableCanBeCancelledWhileItsIndexWaits(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city; create table city.tree (name text); insert into city.tree values ('oak')`)
	big(t, db, "city.tree")
	editor := db.Conn(t)
	var edit pgx.Tx
	conn := traced(t, db.URL, func(sql string) {
		if edit == nil && strings.Contains(sql, "where uid is null)") {
			var err error
			edit, err = editor.Begin(context.Background())
			require.NoError(t, err)
			_, err = edit.Exec(context.Background(), "insert into city.tree values ('elm')")
			require.NoError(t, err)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := prepareOne(ctx, conn, "city.tree", time.Minute, &recorder{})
		done <- err
	}()
	pgtest.WaitFor(t, db.Conn(t), "select exists (select from pg_stat_activity where datname = current_database() and query like 'create unique index concurrently%' and wait_event_type = 'Lock')")
	cancel()
	require.Error(t, <-done)
	require.NoError(t, edit.Commit(t.Context()))
	assert.Equal(t, "f", db.Text(t, "select indisvalid from pg_index where indrelid = 'city.tree'::regclass"), "the index is left half-way")
	again := connect(t, db.URL, &recorder{})
	prepared, err := prepareOne(t.Context(), again, "city.tree", time.Second, &recorder{})
	require.NoError(t, err)
	require.NoError(t, prepared.Failure())
	requireWhole(t, db, "city.tree")
}

func TestWhatTheFillingWouldSetOffIsDoneAtOnceAsBefore(t *testing.T) {
	t.Parallel()
	const (
		function = "create function city.f() returns trigger language plpgsql as $$ begin raise 'it fired'; end $$;"
		trigger  = function + "create trigger t before update on city.tree for each row execute function city.f()"
	)
	for name, c := range map[string]struct {
		made, rights string
		owner        bool
		want         string // the obstacle; empty for none
	}{
		"a trigger, and no right to keep it from firing":  {made: trigger, owner: true, want: "its trigger t would fire for every row"},
		"a trigger, and the right to keep it from firing": {made: trigger, owner: true, rights: "grant set on parameter session_replication_role to %s"},
		"a trigger that always fires":                     {made: trigger + "; alter table city.tree enable always trigger t", want: "its trigger t would fire for every row"},
		"a trigger for another column":                    {made: function + "create trigger t before update of name on city.tree for each row execute function city.f()", owner: true},
		"a trigger for inserts":                           {made: function + "create trigger t before insert on city.tree for each row execute function city.f()", owner: true},
		"a rule":                                          {made: "create rule r as on update to city.tree do instead nothing; alter table city.tree enable always rule r", want: "its rule r would replace the filling"},
		"a constraint that rows break":                    {made: "alter table city.tree add constraint k check (name <> 'oak') not valid", want: "its constraint k was never validated, and rows may break it"},
		"published without an identity":                   {made: "create publication %[2]s for table city.tree", want: "it is published for logical replication without a replica identity"},
		"nothing":                                         {owner: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			owner := pgtest.Role(t)
			db := pgtest.EmptyDatabase(t)
			db.Exec(t, fmt.Sprintf("grant create on database %s to %s", db.Name, owner.Name))
			value := db.URL
			if c.owner {
				value = db.As(t, owner)
			}
			require.NoError(t, install(t, db.As(t, owner), database.InstallOptions{}, &recorder{}))
			db.Exec(t, `create schema city; create table city.tree (name text); insert into city.tree select 'oak' from generate_series(1, 500)`)
			db.Exec(t, strings.ReplaceAll(c.made, "%[2]s", db.Name))
			if c.rights != "" {
				db.Exec(t, fmt.Sprintf(c.rights, owner.Name))
			}
			db.Exec(t, fmt.Sprintf("alter table city.tree owner to %s; grant usage, create on schema city to %[1]s", owner.Name))
			big(t, db, "city.tree")
			file := db.Text(t, "select relfilenode from pg_class where oid = 'city.tree'::regclass")
			conn := connect(t, value, &recorder{})
			before, err := database.Announce(t.Context(), conn, states(t, conn)[0])
			require.NoError(t, err)
			var told recorder
			prepared, err := prepareOne(t.Context(), conn, "city.tree", time.Second, &told)
			require.NoError(t, err)
			require.NoError(t, prepared.Failure())
			after := db.Text(t, "select relfilenode from pg_class where oid = 'city.tree'::regclass")
			if c.want == "" {
				assert.Regexp(t, `^city.tree has about 200,000 rows and takes .* kB; its uid column is added while people read and edit it, which takes about \d+ s$`, before)
				assert.Equal(t, file, after)
			} else {
				assert.Regexp(t, `^city.tree has about 200,000 rows and takes .* kB; adding its uid column writes it anew, and nobody can read or edit it for about \d+ s, because `+c.want+` otherwise; .`, before)
				assert.NotEqual(t, file, after)
			}
			assert.Equal(t, "500", db.Text(t, "select count(distinct uid) from city.tree"))
			assert.Equal(t, "0", db.Text(t, "select count(*) from pg_constraint where conrelid = 'city.tree'::regclass and conname like 'lizsync%'"))
		})
	}
}

func TestTableThatSomebodyElsePreparesIsLeft(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city; create table city.tree (name text); insert into city.tree values ('oak')`)
	big(t, db, "city.tree")
	second := connect(t, db.URL, &recorder{})
	all := states(t, second)
	tried := false
	conn := traced(t, db.URL, func(sql string) {
		if !tried && strings.Contains(sql, "where uid is null)") {
			tried = true
			options := database.PrepareOptions{AddUIDs: true, LockTimeout: time.Second}
			prepared, err := database.Prepare(context.Background(), second, all, options, &recorder{})
			assert.NoError(t, err)
			assert.EqualError(t, prepared.Failure(), "1 table is not prepared: city.tree: it is being prepared by somebody else")
		}
	})
	prepared, err := prepareOne(t.Context(), conn, "city.tree", time.Second, &recorder{})
	require.NoError(t, err)
	require.NoError(t, prepared.Failure())
	assert.True(t, tried)
	requireWhole(t, db, "city.tree")
	prepared, err = database.Prepare(t.Context(), second, all, database.PrepareOptions{AddUIDs: true, LockTimeout: time.Second}, &recorder{})
	require.NoError(t, err)
	assert.NoError(t, prepared.Failure(), "what somebody else has done is done")
}
