package pgtest

import (
	"fmt"
	"testing"
)

// Bound lets the sessions of an application write no file beyond a size: they find the disk full there, though the kernel
// calls it a file that is too large. Other sessions have room.
func (db *DB) Bound(t testing.TB, application string, size int) {
	t.Helper()
	pids := db.Rows(t, "select pid from pg_stat_activity where datname = current_database() and application_name = $1", application)
	if len(pids) == 0 {
		t.Fatalf("%s has no session of %s", db.Name, application)
	}
	// Only the server's own account may do that to them. The server wants what it writes to be read.
	for _, pid := range pids {
		db.Exec(t, fmt.Sprintf("copy (select) to program 'cat; prlimit --pid %s --fsize=%d'", pid[0], size))
	}
}

// BoundLog lets them write no more to the server's write-ahead log, whose files are not made longer: the next commit brings the
// server down, as PostgreSQL does when there is no room for it.
func (db *DB) BoundLog(t testing.TB, application string) {
	t.Helper()
	// The place in the file of 16 MB is beyond the bound, and what comes next does not reach the file's end.
	conn := db.Conn(t)
	WaitFor(t, conn, `
		select case
			when n < 4 then pg_logical_emit_message(false, 'filler', repeat('x', 1 << 20)) is null
			when n > 10 then pg_switch_wal() is null
			else true
		end
		from (select (pg_walfile_name_offset(pg_current_wal_insert_lsn())).file_offset >> 20 as n) as place`)
	db.Bound(t, application, 1<<20)
}
