package exchange_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/synctest"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// editBoth makes the n-th edit of a test on each side.
func editBoth(t *testing.T, clone *synctest.Clone, n int) {
	t.Helper()
	set(t, clone.DB, "a", fmt.Sprintf("x = %d", n))
	set(t, clone.Central.DB, "b", fmt.Sprintf("x = %d", n))
}

// settled synchronises a clone twice after a fault and requires that all its edits, one on each side since the last time and n
// in all, have come to the other side once; that nothing is left to do or left behind; and that the histories say so.
func settled(t *testing.T, clone *synctest.Clone, via synctest.Via, n int, fault string) {
	t.Helper()
	central := clone.Central
	for _, db := range []*pgtest.DB{central.DB, clone.DB} {
		require.Contains(t, []string{fmt.Sprintf("%d 0 0", n-1), fmt.Sprintf("%d 0 0", n)}, tree(t, db, "a"), fault)
		require.Contains(t, []string{fmt.Sprintf("%d 0 0", n-1), fmt.Sprintf("%d 0 0", n)}, tree(t, db, "b"), fault)
	}
	clone.MustSync(t, via)
	require.Zero(t, clone.MustSync(t, via), fault)
	trees(t, "a", fmt.Sprintf("%d 0 0", n), central.DB, clone.DB)
	trees(t, "b", fmt.Sprintf("%d 0 0", n), central.DB, clone.DB)
	synctest.RequireEqual(t, central, clone)
	require.Equal(t, fmt.Sprint(2*n), events(t, central), fault)
	require.Equal(t, "0", clone.Text(t, "select count(*) from audit.logged_actions"), fault)
	for _, db := range []*pgtest.DB{central.DB, clone.DB} {
		require.Equal(t, "0 0", db.Text(t, `
			select concat_ws(' ', (select count(*) from lizsync.conflicts) + (select count(*) from lizsync.pending_changes),
				(select count(*) from lizsync.exchanges) + (select count(*) from lizsync.incoming) + (select count(*) from lizsync.replay) + (select count(*) from lizsync.standing))`), fault)
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
	require.Equal(t, fmt.Sprint(n), clone.Text(t, "select sum(number_replayed_to_clone) from lizsync.history"), fault)
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
	db.Exec(t, head+"AS $function$"+body)
	require.Contains(t, db.Text(t, "select prosrc from pg_proc where oid = $1::text::regprocedure", function), lock)
	holder = begin(t, db)
	execute(t, holder, "select pg_advisory_xact_lock(15112)")
	return holder, func() { db.Exec(t, original) }
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
				if victim == clone.DB || !step.done || step.onCentral {
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
		output, err := run().Output()
		require.NoError(t, err, step.function)
		sent := 1
		if step.done {
			sent = 0
		}
		require.Contains(t, string(output), fmt.Sprintf("%d rows written on central, 1 on the clone, 0 conflicts, 0 pending", sent), step.function)
		settled(t, clone, synctest.ViaProgram, i+1, step.function)
	}
}
