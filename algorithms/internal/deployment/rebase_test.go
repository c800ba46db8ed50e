package deployment_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// tables are those of a package: children that refer to parents.
const tables = `
	create table s.parent (uid uuid primary key default gen_random_uuid(), name text unique);
	create table s.child (
		uid uuid primary key default gen_random_uuid(), name text unique, parent uuid references s.parent (uid) on delete cascade,
		constraint short check (length(name) < 20)
	);
	insert into s.parent values ('00000000-0000-0000-0000-000000000001', 'p1'), ('00000000-0000-0000-0000-000000000002', 'p2');
	insert into s.child values
		('00000000-0000-0000-0000-00000000000a', 'a', '00000000-0000-0000-0000-000000000001'),
		('00000000-0000-0000-0000-00000000000b', 'b', '00000000-0000-0000-0000-000000000001');`

// clone is a clone with these tables, none of whose edits are known to central.
func clone(t *testing.T) *pgtest.DB {
	t.Helper()
	return structured(t, `
		create schema s;`+tables+`
		delete from lizsync.server_metadata;
		insert into lizsync.server_metadata (server_name) values ('tablet');
		select lizsync.record_deployment(gen_random_uuid(), lizsync.system_identifier(), '10:10:', gen_random_uuid(), gen_random_uuid(), '{"\"s\".\"parent\"","\"s\".\"child\""}');
		select audit.audit_table('s.parent'), audit.audit_table('s.child')`)
}

// deployAgain makes the tables anew, as central has them meanwhile, and rebases the clone's edits on them. It returns the rows
// that were given up.
func deployAgain(t *testing.T, db *pgtest.DB, meanwhile string) (refused []string, err error) {
	t.Helper()
	err = pgx.BeginFunc(t.Context(), db.Conn(t), func(tx pgx.Tx) error {
		const list = `'{"\"s\".\"parent\"","\"s\".\"child\""}'`
		for _, command := range []string{
			"select lizsync.stage_unsent_edits(null, lizsync.system_identifier(), '20:20:', " + list + ", false)",
			"drop table s.parent, s.child;" + tables + meanwhile,
		} {
			if _, err := tx.Exec(t.Context(), command); err != nil {
				return err
			}
		}
		rows, err := tx.Query(t.Context(), "select lizsync.rebase_edits("+list+")")
		if err != nil {
			return err
		}
		if refused, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), fmt.Sprintf(`
			select audit.audit_table('s.parent'), audit.audit_table('s.child');
			select lizsync.forget_edits(%[1]s);
			select lizsync.record_deployment(gen_random_uuid(), lizsync.system_identifier(), '20:20:', gen_random_uuid(), gen_random_uuid(), %[1]s)`, list))
		return err
	})
	return refused, err
}

// TestRowsAreRebasedAfterThoseThatTheyNeed: a row stands where its first edit was.
func TestRowsAreRebasedAfterThoseThatTheyNeed(t *testing.T) {
	t.Parallel()
	db := clone(t)
	db.Exec(t, `
		update s.child set name = 'first' where name = 'a';
		insert into s.parent (name) values ('new');
		update s.child set parent = (select uid from s.parent where name = 'new') where name = 'first';
		update s.child set name = 'a' where name = 'b'`)
	before := db.Rows(t, "select event_id, session_user_name, action_tstamp_clk, action, uid from audit.logged_actions order by 1")
	refused, err := deployAgain(t, db, "")
	require.NoError(t, err)
	assert.Empty(t, refused)
	assert.Equal(t, [][]string{{"a", "p1"}, {"first", "new"}}, db.Rows(t, "select c.name, p.name from s.child c join s.parent p on p.uid = c.parent order by 1"))

	assert.Equal(t, before, db.Rows(t, "select event_id, session_user_name, action_tstamp_clk, action, uid from audit.logged_actions order by 1"))
	assert.Equal(t, "t", db.Text(t, "select bool_and(relid in ('s.parent'::regclass, 's.child'::regclass)) from audit.logged_actions"))
	assert.Equal(t, [][]string{{"10:10:", "f", "3"}}, db.Rows(t, "select received::text, given_up, count(*) from lizsync.pending_changes group by 1, 2"))
	assert.Equal(t, "0", db.Text(t, "select (select count(*) from lizsync.rebased_rows) + (select count(*) from lizsync.incoming)"))
}

func TestRowsThatFitNoMoreAreGivenUp(t *testing.T) {
	t.Parallel()
	db := clone(t)
	db.Exec(t, `
		insert into s.child (uid, name) values ('00000000-0000-0000-0000-00000000000c', 'taken');
		update s.child set name = 'rather long', parent = null where name = 'b';
		delete from s.parent where name = 'p2';
		update s.child set name = 'fits' where name = 'a'`)
	refused, err := deployAgain(t, db, `
		insert into s.child (name, parent) values ('taken', '00000000-0000-0000-0000-000000000002');
		alter table s.child add constraint shorter check (length(name) < 8)`)
	require.NoError(t, err)
	require.Len(t, refused, 3)
	assert.Equal(t, `00000000-0000-0000-0000-00000000000c of "s"."child": duplicate key value violates unique constraint "child_name_key"; Key (name)=(taken) already exists.`, refused[0])
	assert.Contains(t, refused[1], `00000000-0000-0000-0000-00000000000b of "s"."child": new row for relation "child" violates check constraint "shorter"`)
	assert.Equal(t, `00000000-0000-0000-0000-000000000002 of "s"."parent": rows that reference it have come since`, refused[2])
	assert.Equal(t, [][]string{{"b"}, {"fits"}, {"taken"}}, db.Rows(t, "select name from s.child order by 1"))
	assert.Equal(t, "2", db.Text(t, "select count(*) from s.parent"))
	assert.Equal(t, [][]string{
		{"00000000-0000-0000-0000-000000000002", "t", "rows that reference it have come since"},
		{"00000000-0000-0000-0000-00000000000a", "f", "its edits were kept by a deployment"},
	}, db.Rows(t, "select object_uid, given_up, error from lizsync.pending_changes where error !~ 'constraint' order by 1"))
	assert.Equal(t, "2", db.Text(t, "select count(*) from lizsync.pending_changes where given_up and error ~ 'constraint'"))
}

// TestTroubleOfTheDatabaseIsNotBlamedOnARow: the deployment fails, and nothing is given up.
func TestTroubleOfTheDatabaseIsNotBlamedOnARow(t *testing.T) {
	t.Parallel()
	db := clone(t)
	db.Exec(t, `
		update s.child set name = 'c' where name = 'a';
		create function s.full(text) returns boolean language plpgsql as
		$$ begin if $1 = 'c' then raise exception 'the disk is full' using errcode = 'disk_full'; end if; return true; end $$`)
	_, err := deployAgain(t, db, "alter table s.child add check (s.full(name))")
	require.ErrorContains(t, err, "the disk is full")
	assert.Equal(t, "c", db.Text(t, "select name from s.child where name <> 'b'"))
}

func TestTriggersAreAsleepMeanwhileAndThenAsTheyWere(t *testing.T) {
	t.Parallel()
	db := clone(t)
	db.Exec(t, `
		update s.child set name = 'c' where name = 'a';
		create function s.refuse() returns trigger language plpgsql as $$ begin raise exception 'awake'; end $$`)
	refused, err := deployAgain(t, db, `
		create trigger by_default before update on s.child for each row execute function s.refuse();
		create trigger "al""ways" before update on s.child for each row execute function s.refuse();
		create trigger replica before update on s.child for each row execute function s.refuse();
		create trigger disabled before update on s.child for each row execute function s.refuse();
		alter table s.child enable always trigger "al""ways", enable replica trigger replica, disable trigger disabled`)
	require.NoError(t, err)
	assert.Empty(t, refused)
	assert.Equal(t, [][]string{{`al"ways`, "A"}, {"by_default", "O"}, {"disabled", "D"}, {"replica", "R"}},
		db.Rows(t, "select tgname, tgenabled from pg_trigger where tgfoid = 's.refuse'::regproc order by 1"))
}
