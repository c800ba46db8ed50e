package exchange_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// editBoth makes the n-th edits of a test: the clone's, and central's of another field of the same row, and of another row, which the
// clone is sent early.
func editBoth(t *testing.T, clone *clonetest.Clone, n int) {
	t.Helper()
	set(t, clone.DB, "a", fmt.Sprintf("x = %d", n))
	set(t, clone.Central.DB, "a", fmt.Sprintf("y = %d", -n))
	set(t, clone.Central.DB, "b", fmt.Sprintf("x = %d", n))
}

// settled synchronises a clone twice after a fault and requires that all edits, those of [editBoth] since the last time and n times
// that in all, have come to the other side once; that nothing is left to do or left behind; and that the histories say so.
func settled(t *testing.T, clone *clonetest.Clone, via clonetest.Via, n int, fault string) {
	t.Helper()
	central := clone.Central
	for _, db := range []*pgtest.DB{central.DB, clone.DB} {
		var either []string
		for _, x := range []int{n - 1, n} {
			for _, y := range []int{n - 1, n} {
				either = append(either, fmt.Sprintf("%d %d 0", x, -y))
			}
		}
		require.Contains(t, either, tree(t, db, "a"), fault)
		require.Contains(t, []string{fmt.Sprintf("%d 0 0", n-1), fmt.Sprintf("%d 0 0", n)}, tree(t, db, "b"), fault)
	}
	clone.MustSync(t, via)
	require.Zero(t, clone.MustSync(t, via), fault)
	trees(t, "a", fmt.Sprintf("%d %d 0", n, -n), central.DB, clone.DB)
	trees(t, "b", fmt.Sprintf("%d 0 0", n), central.DB, clone.DB)
	clonetest.RequireEqual(t, central, clone)
	require.Equal(t, fmt.Sprint(3*n), events(t, central), fault)
	require.Equal(t, "0", clone.Text(t, "select count(*) from audit.logged_actions"), fault)
	for _, db := range []*pgtest.DB{central.DB, clone.DB} {
		require.Equal(t, "0 0", db.Text(t, `
			select concat_ws(' ', (select count(*) from lizsync.conflicts) + (select count(*) from lizsync.pending_changes),
				(select count(*) from lizsync.exchanges) + (select count(*) from lizsync.incoming) + (select count(*) from lizsync.changeset) + (select count(*) from lizsync.held_rows)
					+ (select count(*) from lizsync.outgoing))`), fault)
	}

	// Central's history counts what it has written; the clone's what has arrived there, in the items that central knows.
	const items = "select sync_id, number_replayed_to_central from lizsync.history where sync_type = 'partial' order by sync_id"
	there := map[string]string{}
	for _, item := range central.Rows(t, items) {
		there[item[0]] = item[1]
	}
	for _, item := range clone.Rows(t, items) {
		require.Equal(t, there[item[0]], item[1], fault)
	}
	for _, item := range central.Rows(t, `
		select sync_data ->> 'sync_id', count(*) from audit.logged_actions where sync_data is not null group by 1`) {
		require.Equal(t, there[item[0]], item[1], fault)
	}
	require.Equal(t, fmt.Sprint(n), central.Text(t, "select sum(number_replayed_to_central) from lizsync.history"), fault)
	require.Equal(t, fmt.Sprint(2*n), clone.Text(t, "select sum(number_replayed_to_clone) from lizsync.history"), fault)
}

// gate makes a function of the structure wait at its start until the session that is returned ends its transaction.
func gate(t *testing.T, db *pgtest.DB, function string) (holder *pgx.Conn, restore func()) {
	t.Helper()
	const lock = "pg_advisory_xact_lock_shared(15112)"
	original := db.Text(t, "select pg_get_functiondef($1::text::regprocedure)", function)
	head, body, _ := strings.Cut(original, "AS $function$")
	if strings.Contains(head, "LANGUAGE plpgsql") {
		body = strings.Replace(body, "\nbegin\n", "\nbegin\n perform "+lock+";\n", 1)
	} else {
		body = "\nselect " + lock + ";" + body
	}
	clonetest.Alter(t, db, head+"AS $function$"+body)
	require.Contains(t, db.Text(t, "select prosrc from pg_proc where oid = $1::text::regprocedure", function), lock)
	holder = begin(t, db)
	execute(t, holder, "select pg_advisory_xact_lock(15112)")
	return holder, func() { clonetest.Alter(t, db, original) }
}

// Rule 1: whichever server dies, and wherever the synchronisation is.
func TestAServerKilledAtAnyStepLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	first, second := pgtest.Cluster(t), pgtest.Cluster(t)
	central := cityOn(t, first, "")
	clone := central.CloneOn(t, second)
	n := 0
	for _, step := range steps {
		for _, victim := range []*pgtest.DB{central.DB, clone.DB} {
			for _, via := range transports {
				n++
				editBoth(t, clone, n)
				db, name := clone.DB, "the clone"
				if step.onCentral {
					db = central.DB
				}
				if victim == central.DB {
					name = "central"
				}
				fault := fmt.Sprintf("%s killed at %s, %s", name, step.function, via)
				clone.Conns(t)
				watch := db.Conn(t)
				holder, restore := gate(t, db, step.function)
				done := start(t, clone, via)
				blocked(t, watch, holder)
				require.NoError(t, victim.Cluster.Kill(t.Context()), fault)
				if victim != db {
					execute(t, holder, "commit")
				}
				err := (<-done).err
				// Once the reply is there, central is no longer needed.
				if victim == clone.DB || step.central != committed || step.onCentral {
					require.Error(t, err, fault)
				}
				require.NoError(t, victim.Cluster.Restart(t.Context()), fault)
				restore()
				settled(t, clone, via, n, fault)
			}
		}
	}
}

// The program as a person runs it; what its sessions have under way goes on for a while without it.
func TestAProgramKilledAtAnyStepLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "lizsync")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/lizsync/lizsync/cmd/lizsync").CombinedOutput()
	require.NoError(t, err, string(output))
	central := city(t, "")
	clone := central.Clone(t)
	here, there := clone.Conn(t), central.Conn(t)
	run := func() *exec.Cmd {
		return exec.CommandContext(t.Context(), program, "run", "synchronize_database",
			"CONNECTION_NAME_CENTRAL="+central.As(t, clone.Role)+"?application_name=killed", "CONNECTION_NAME_CLONE="+clone.As(t, clone.Session)+"?application_name=killed")
	}
	for i, step := range steps {
		editBoth(t, clone, i+1)
		db, watch := clone.DB, here
		if step.onCentral {
			db, watch = central.DB, there
		}
		holder, restore := gate(t, db, step.function)
		killed := run()
		require.NoError(t, killed.Start())
		blocked(t, watch, holder)
		require.NoError(t, killed.Process.Kill())
		require.Error(t, killed.Wait(), step.function)
		execute(t, holder, "commit")
		for _, conn := range []*pgx.Conn{here, there} {
			pgtest.WaitFor(t, conn, "select not exists (select from pg_stat_activity where datname = current_database() and application_name = 'killed')")
		}
		restore()
		sent := 1
		if decided(t, clone, "a", fmt.Sprintf("%d %d 0", i+1, -i-1)) {
			sent = 0
		}
		if !step.onCentral && step.central == notCommitted {
			require.Equal(t, 1, sent, step.function)
		}
		output, err := run().Output()
		require.NoError(t, err, step.function)
		require.Contains(t, string(output), fmt.Sprintf("%d rows written on central, 2 on the clone, 0 conflicts, 0 pending", sent), step.function)
		settled(t, clone, clonetest.ViaProgram, i+1, step.function)
	}
}

// full lets a table that is empty find the disk full, until the test calls what it returns. The error is the kernel's: nothing
// fits into /dev/full.
func full(t *testing.T, db *pgtest.DB, table string) (freed func()) {
	t.Helper()
	db.Exec(t, "truncate "+table)
	file := db.Text(t, "select current_setting('data_directory') || '/' || pg_relation_filepath($1::text::regclass)", table)
	require.NoError(t, os.Rename(file, file+".free"))
	require.NoError(t, os.Symlink("/dev/full", file))
	return func() { require.NoError(t, os.Rename(file+".free", file)) }
}

func TestAFullDiskLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	central := cityOn(t, pgtest.Cluster(t), "", "create table city.note (uid uuid primary key default gen_random_uuid(), words text)")
	clone := central.Clone(t)
	// A session keeps a file open that it has found once.
	sync := func(via clonetest.Via) (exchange.Counts, error) {
		counts, err := clone.Sync(t, via)
		here, there := clone.Conns(t)
		require.NoError(t, here.Close(t.Context()))
		require.NoError(t, there.Close(t.Context()))
		return counts, err
	}
	n := 0
	for _, via := range transports {
		for _, where := range []struct {
			db    *pgtest.DB
			table string
		}{
			{central.DB, "lizsync.exchanges"}, {central.DB, "lizsync.incoming"}, {central.DB, "lizsync.changeset"}, {central.DB, "lizsync.reply"},
			{clone.DB, "lizsync.exchanges"}, {clone.DB, "lizsync.incoming"}, {clone.DB, "lizsync.changeset"}, {clone.DB, "lizsync.outgoing"},
		} {
			if where.table == "lizsync.outgoing" && via != clonetest.ViaSQL {
				continue
			}
			n++
			fault := fmt.Sprintf("%s of %s, %s", where.table, where.db.Name, via)
			editBoth(t, clone, n)
			freed := full(t, where.db, where.table)
			_, err := sync(via)
			freed()
			var pg *pgconn.PgError
			require.ErrorAs(t, err, &pg, fault)
			require.Equal(t, pgerrcode.DiskFull, pg.Code, "%s: %v", fault, err)
			if where.db == clone.DB && where.table != "lizsync.exchanges" && where.table != "lizsync.outgoing" {
				require.Regexp(t, "(?i)central (is|may be) done", whole(err), fault) // it is at work meanwhile
			} else {
				require.NotRegexp(t, "(?i)central (is|may be) done", whole(err), fault)
			}
			settled(t, clone, via, n, fault)
		}
	}

	// The rows themselves. Those of a full disk are not pending, one after the other: there is nothing wrong with them.
	for _, via := range transports {
		for _, db := range []*pgtest.DB{clone.DB, central.DB} {
			from := map[*pgtest.DB]*pgtest.DB{clone.DB: central.DB, central.DB: clone.DB}[db]
			for _, side := range []*pgtest.DB{clone.DB, central.DB} {
				side.Exec(t, "delete from city.note")
			}
			clone.MustSync(t, via)
			clone.MustSync(t, via)
			from.Exec(t, "insert into city.note (words) select 'words' from generate_series(1, 3)")
			db.Exec(t, "alter table city.note disable trigger user")
			freed := full(t, db, "city.note")
			db.Exec(t, `
				do $$ declare v_trigger name; begin
					for v_trigger in select tgname from pg_trigger where tgrelid = 'city.note'::regclass and not tgisinternal loop
						execute format('alter table city.note enable always trigger %I', v_trigger);
					end loop;
				end $$`)
			_, err := sync(via)
			freed()
			require.ErrorContains(t, err, "No space left on device")
			if db == central.DB {
				require.NotRegexp(t, "(?i)central (is|may be) done", whole(err))
			}
			require.Empty(t, pending(t, clone.DB))
			clone.MustSync(t, via)
			require.Zero(t, clone.MustSync(t, via))
			require.Equal(t, "3", db.Text(t, "select count(*) from city.note"))
			clonetest.RequireEqual(t, central, clone)
		}
	}
}

// PostgreSQL goes down when it has no room for its write-ahead log, and comes back once there is some.
func TestAServerWithoutRoomForItsLogLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	central := cityOn(t, pgtest.Cluster(t), "")
	clone := central.CloneOn(t, pgtest.Cluster(t))
	n := 0
	for _, via := range transports {
		for _, where := range []struct {
			db       *pgtest.DB
			function string
		}{{central.DB, "lizsync.close_exchange()"}, {clone.DB, "lizsync.close_reply(lizsync.acknowledgement, lizsync.pending_row[])"}} {
			n++
			fault := fmt.Sprintf("%s, %s", where.function, via)
			editBoth(t, clone, n)
			clone.Conns(t)
			watch := where.db.Conn(t)
			holder, restore := gate(t, where.db, where.function)
			done := start(t, clone, via)
			blocked(t, watch, holder)
			application := text(t, watch, "select application_name from pg_stat_activity where $1 = any (pg_blocking_pids(pid))", holder.PgConn().PID())
			where.db.BoundLog(t, application)
			execute(t, holder, "commit")
			require.Error(t, (<-done).err, fault)
			require.NoError(t, where.db.Cluster.Kill(t.Context()), fault)
			require.NoError(t, where.db.Cluster.Restart(t.Context()), fault)
			restore()
			settled(t, clone, via, n, fault)
		}
	}
}

// deadlock synchronises into one: an editor has a tree that the synchronisation will wait for, having written the street that the
// editor wants next. The synchronisation, which waits first, is the one that the server breaks off.
func deadlock(t *testing.T, db *pgtest.DB, clone *clonetest.Clone, via clonetest.Via) outcome {
	t.Helper()
	watch := db.Conn(t)
	editor := begin(t, db)
	execute(t, editor, "set local deadlock_timeout = '1min'; select from city.tree where name = 'a' for update")
	done := start(t, clone, via)
	blocked(t, watch, editor)
	execute(t, editor, "select from city.street for update")
	execute(t, editor, "commit")
	return <-done
}

func TestADeadlockWithAnEditorIsBrokenAndTriedAgain(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		edits := "update city.street set name = name || '!'; update city.tree set x = x + 1 where name = 'a'"

		clone.Exec(t, edits)
		end := deadlock(t, central.DB, clone, via)
		require.NoError(t, end.err)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 3}, end.Counts)

		central.Exec(t, edits)
		clone.Exec(t, fmt.Sprintf("alter database %s set deadlock_timeout = '900ms'", clone.Name)) // less than it waits for a row, 1 s
		here, _ := clone.Conns(t)
		require.NoError(t, here.Close(t.Context()))
		end = deadlock(t, clone.DB, clone, via)
		require.ErrorContains(t, end.err, "deadlock detected")
		require.Contains(t, strings.ToLower(whole(end.err)), "central is done; the clone receives it with the next synchronisation")
		require.Equal(t, exchange.Counts{ReplayedToClone: 3}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
		require.Zero(t, clone.MustSync(t, via))
		require.Empty(t, conflicts(t, central))
	})
}

func TestAnExchangeThatNeverGetsThroughSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, failure := range []string{"serialization_failure", "deadlock_detected"} {
		overEach(t, func(t *testing.T, via clonetest.Via) {
			central := city(t, "", "create sequence city.tries; grant usage on sequence city.tries to public")
			clone := central.Clone(t)
			editBoth(t, clone, 1)
			restore := replaced(t, central.DB, "lizsync.close_exchange()",
				fmt.Sprintf("perform nextval('city.tries'); raise exception 'somebody was quicker' using errcode = '%s';", failure))
			_, err := clone.Sync(t, via)
			restore()
			require.ErrorContains(t, err, "somebody was quicker")
			var hint string
			if via == clonetest.ViaProgram {
				var failed *provider.Failure
				require.ErrorAs(t, database.Explain(err), &failed)
				hint = failed.Hint
			} else {
				var pg *pgconn.PgError
				require.ErrorAs(t, err, &pg)
				hint = pg.Hint
			}
			require.Contains(t, hint, "again")
			require.NotContains(t, whole(err), "entral is done")
			require.Equal(t, "5", central.Text(t, "select last_value from city.tries"))
			settled(t, clone, via, 1, failure)
		})
	}
}
