package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// withSecret is a city with a table that its clones do not synchronise.
func withSecret(t *testing.T) *clonetest.Central {
	t.Helper()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.tree (uid uuid primary key default gen_random_uuid(), name text, x integer, y integer, z integer);
		create table city.secret (uid uuid primary key default gen_random_uuid(), name text);
		insert into city.tree (name, x, y, z) values ('a', 0, 0, 0);
		insert into city.secret (name) values ('hidden')`, "city.tree")
	central.Exec(t, "select audit.audit_table('city.secret')")
	return central
}

// open opens the clone's exchange by hand, in a transaction on central.
func open(t *testing.T, clone *clonetest.Clone) (there *pgx.Conn) {
	t.Helper()
	here, there := clone.Conns(t)
	g := greet(t, here)
	execute(t, here, "rollback")
	execute(t, there, "begin isolation level repeatable read")
	_, err := there.Exec(t.Context(), "select lizsync.open_exchange($1::text::lizsync.handshake, $2::text::lizsync.table_column[], null, '0', false)",
		pgx.QueryExecModeExec, g.handshake, g.columns)
	require.NoError(t, err)
	return there
}

func TestAClonesRoleReadsNothingOfLizSync(t *testing.T) {
	t.Parallel()
	central := withSecret(t)
	clone := central.Clone(t)
	set(t, central.DB, "a", "x = 1")
	_, there := clone.Conns(t)
	tables := central.Rows(t, "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('audit', 'lizsync')")
	require.NotEmpty(t, tables)
	for _, table := range append(tables, []string{"city.secret"}) {
		for _, statement := range []string{"select from %s", "delete from %s", "truncate %s", "insert into %s default values"} {
			_, err := there.Exec(t.Context(), fmt.Sprintf(statement, table[0]))
			require.ErrorContains(t, err, "permission denied", statement, table[0])
		}
	}
	for _, call := range []string{
		"audit.replay_event(1)", "audit.rollback_event(1)", "audit.audit_table('city.tree')", "lizsync.give_up('city.tree', gen_random_uuid())",
		"lizsync.revoke_clone(gen_random_uuid())", "lizsync.current_rows('city.secret'::regclass, '{}')", "lizsync.make_reply(gen_random_uuid())",
		"lizsync.attribute_events()", "lizsync.clear_exchange()", "lizsync.synchronize()",
		fmt.Sprintf("lizsync.register_clone(gen_random_uuid(), 'x', '%s', '{city.secret}', '1:1:', gen_random_uuid(), '1:1:', 1)", clone.Role.Name),
	} {
		_, err := there.Exec(t.Context(), "select "+call)
		require.ErrorContains(t, err, "permission denied", call)
	}
}

func TestACloneSpeaksForNoOther(t *testing.T) {
	t.Parallel()
	central := withSecret(t)
	victim, thief := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "x = 1")
	set(t, victim.DB, "a", "z = 1")
	victim.MustSync(t, via)
	token := central.Text(t, "select offered_token from lizsync.clones where server_id = $1::text::uuid", victim.ID)
	require.Equal(t, "1", central.Text(t, "select count(*) from lizsync.reply"))

	here, _ := victim.Conns(t)
	g := greet(t, here)
	execute(t, here, "rollback")
	_, there := thief.Conns(t)
	execute(t, there, "begin isolation level repeatable read")
	_, err := there.Exec(t.Context(), "select lizsync.open_exchange($1::text::lizsync.handshake, $2::text::lizsync.table_column[], null, '0', false)",
		pgx.QueryExecModeExec, g.handshake, g.columns)
	require.ErrorContains(t, err, "central refuses the clone")
	execute(t, there, "rollback")
	_, err = there.Exec(t.Context(), "select lizsync.reply_batch($1::text::uuid, 1, $2::text::uuid)", pgx.QueryExecModeExec, victim.ID, token)
	require.ErrorContains(t, err, "no longer has part 1")

	// What it sends in its own exchange is its own, and of its own tables, whatever it says.
	there = open(t, thief)
	uid := central.Text(t, "select uid from city.tree")
	const separator = "\n01234567-0123-0123-0123-0123456789ab\n"
	var batch strings.Builder
	for i, c := range []struct{ relation, uid, action, fields string }{
		{`"city"."secret"`, central.Text(t, "select uid from city.secret"), "U", `"name"=>"stolen"`},
		{`"lizsync"."clones"`, uid, "U", `"role_name"=>"thief"`},
		{`"city"."tree"`, uid, "U", fmt.Sprintf(`"y"=>"9", "sync_data"=>"{\"origin\": \"%s\"}"`, victim.ID)},
		{`"city"."nowhere"`, uid, "X", ""},
	} {
		batch.WriteString(separator + text(t, there, `
			select concat('(', $1::integer, ',', 9000000000000 + $1, ',"', replace($2, '"', '""'), '",', $3::text, ',', $4::text, ',"', replace(replace($5, '\', '\\'), '"', '""'), '",infinity,postgres)')`,
			pgx.QueryExecModeExec, i+1, c.relation, c.uid, c.action, c.fields))
	}
	execute(t, there, "select lizsync.receive_batch($1)", pgx.QueryExecModeExec, batch.String())
	execute(t, there, "select lizsync.exchange()")
	execute(t, there, "commit")
	require.Equal(t, "hidden", central.Text(t, "select name from city.secret"))
	trees(t, "a", "1 9 1", central.DB)
	require.Equal(t, thief.ID, central.Text(t, "select sync_data ->> 'origin' from audit.logged_actions where sync_data is not null and changed_fields::text like '%\"y\"%'"))
	require.Equal(t, "0", central.Text(t, "select count(*) from audit.logged_actions where table_name <> 'tree'"))
	require.Equal(t, exchange.Counts{ReplayedToClone: 1}, victim.MustSync(t, via))
	trees(t, "a", "1 9 1", victim.DB)
}

// Every function that a clone's role was granted, called alone and in the middle of an exchange, with foreign arguments.
func TestHostileCallsOfEachFunctionShowAndChangeNothing(t *testing.T) {
	t.Parallel()
	central := withSecret(t)
	clone, victim := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "x = 1")
	victim.MustSync(t, via)
	granted := central.Rows(t, `
		select p.proname, array_to_string(array(select format_type(a, null) from unnest(p.proargtypes) as a), ','), pg_get_function_arguments(p.oid)
		from pg_proc p
		where p.pronamespace in ('lizsync'::regnamespace, 'audit'::regnamespace) and has_function_privilege($1, p.oid, 'execute') and p.prorettype <> 'trigger'::regtype
		order by p.proname`, clone.Role.Name)
	require.Greater(t, len(granted), 15)
	arguments := map[string][]string{
		"oid": {"'city.secret'::regclass", "'audit.logged_actions'::regclass", "0"}, "regclass": {"'city.secret'::regclass"},
		"text": {"'D'", "null", "'garbage'"}, "text[]": {"'{}'", "null"}, "integer": {"0", "2147483647"}, "boolean": {"true", "false"},
		"uuid": {fmt.Sprintf("'%s'", victim.ID), "null"}, "uuid[]": {"'{}'", "null"}, "oid[]": {"array['city.secret'::regclass::oid]", "null"},
		"hstore[]": {"null"}, "name": {"'secret'"}, "interval": {"'1 day'", "null"},
		"lizsync.handshake":      {"null", fmt.Sprintf("row('%s','x',lizsync.current_version(),(select digest from lizsync.functions_state()),'x',1,null,1,gen_random_uuid(),'1:1:','1:1:')::lizsync.handshake", victim.ID)},
		"lizsync.table_column[]": {"null", "'{}'"}, "lizsync.pending_row[]": {"null", "'{}'"}, "lizsync.exchanges": {"null"}, "pg_snapshot": {"'1:1:'"},
		"bigint": {"0"}, "hstore": {"null"},
		"lizsync.staged_range": {
			"null", "row('city.secret'::regclass,'D','{}',0,0,true)::lizsync.staged_range",
			"row('audit.logged_actions'::regclass,'U','{uid}',2147483647,2147483647,false)::lizsync.staged_range",
		},
	}
	state := func() string {
		return central.Text(t, `
			select concat_ws('|', (select string_agg(t::text, ',') from city.tree t), (select string_agg(s::text, ',') from city.secret s),
				(select string_agg(c::text, ',' order by server_id) from lizsync.clones c), (select count(*) from audit.logged_actions),
				(select count(*) from lizsync.conflicts), (select count(*) from lizsync.pending_changes), (select count(*) from lizsync.reply))`)
	}
	before := state()
	for _, opened := range []bool{false, true} {
		for _, function := range granted {
			var types []string
			if function[1] != "" {
				types = strings.Split(function[1], ",")
			}
			for variant := range 3 {
				var values []string
				for _, name := range types {
					all, ok := arguments[strings.TrimPrefix(name, "public.")]
					require.True(t, ok, "arguments of the type %s for %s", name, function[0])
					values = append(values, all[variant%len(all)])
				}
				call := fmt.Sprintf("select coalesce(string_agg(f::text, ' '), '') from lizsync.%s(%s) as f", function[0], strings.Join(values, ", "))
				_, there := clone.Conns(t)
				if opened {
					there = open(t, clone)
				} else {
					execute(t, there, "begin")
				}
				var shown string
				err := there.QueryRow(t.Context(), call).Scan(&shown)
				execute(t, there, "rollback")
				if err == nil {
					require.NotContains(t, shown, "hidden", call)
					require.NotContains(t, shown, clone.Role.Name, call)
				}
				require.Equal(t, before, state(), "%s: %v", call, err)
			}
		}
	}
	// Left half-way, the exchange is no harm to the next one.
	there := open(t, clone)
	execute(t, there, "select lizsync.close_exchange()")
	execute(t, there, "commit")
	require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone, victim)
}

func TestARevokedCloneCanDoNothing(t *testing.T) {
	t.Parallel()
	central := withSecret(t)
	clone := central.Clone(t)
	set(t, central.DB, "a", "x = 1")
	lost(t, clone, via)
	token := central.Text(t, "select offered_token from lizsync.clones")
	central.Exec(t, "select lizsync.revoke_clone(server_id) from lizsync.clones")
	set(t, clone.DB, "a", "y = 1")
	_, err := clone.Sync(t, via)
	require.ErrorContains(t, err, "central refuses the clone")
	_, there := clone.Conns(t)
	_, err = there.Exec(t.Context(), "select lizsync.reply_batch($1::text::uuid, 1, $2::text::uuid)", pgx.QueryExecModeExec, clone.ID, token)
	require.ErrorContains(t, err, "no longer has part 1")
	trees(t, "a", "1 0 0", central.DB)
	trees(t, "a", "0 1 0", clone.DB)
}

func TestWhatTheRoleMayNotWriteIsPendingAndTheRestPasses(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	central.Exec(t, fmt.Sprintf("revoke insert, update, delete on city.street from %s", clone.Role.Name))
	clone.Exec(t, "update city.street set name = 'New ' || name; insert into city.street (name) values ('e'); update city.tree set x = 1")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 4, Pending: 3}, clone.MustSync(t, via))
	require.Equal(t, "permission denied for table street (42501)", clone.Text(t, "select distinct error from lizsync.pending_changes"))
	central.Exec(t, fmt.Sprintf("grant insert, update on city.street to %s", clone.Role.Name))
	require.Equal(t, exchange.Counts{ReplayedToCentral: 3}, clone.MustSync(t, via))
	central.Exec(t, fmt.Sprintf("revoke update on city.street from %[1]s; grant delete on city.street to %[1]s", clone.Role.Name))
	clone.Exec(t, "delete from city.street where name = 'e'")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)
}

func TestARowOfASchemaThatTheRoleMayNotUseIsPending(t *testing.T) {
	t.Parallel()
	central := city(t, "", "create schema other; create table other.t (uid uuid primary key default gen_random_uuid(), x integer); insert into other.t (x) values (1)")
	clone := central.Clone(t)
	central.Exec(t, "revoke usage on schema other from "+clone.Role.Name)
	set(t, clone.DB, "a", "x = 1")
	clone.Exec(t, "update other.t set x = 2")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1, Pending: 1}, clone.MustSync(t, via))
	require.Contains(t, clone.Text(t, "select error from lizsync.pending_changes"), "permission denied for schema other")
}

// The triggers of central see the session's search path, on which anybody may have made functions; LizSync's statements do not.
func TestAFunctionInTheSearchPathIsNotTakenForLizSyncs(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	central.Exec(t, "create schema ext; grant usage on schema ext to public; alter extension hstore set schema ext")
	for _, row := range central.Rows(t, `
		select oid::regprocedure::text from pg_proc
		where pronamespace in ('lizsync'::regnamespace, 'audit'::regnamespace) and array_to_string(proconfig, ' ') like '%search_path%public%'`) {
		central.Exec(t, "alter function "+row[0]+" set search_path = pg_catalog, ext, pg_temp")
	}
	clone := central.Clone(t)
	central.Exec(t, `
		create table public.trap (who text);
		grant insert on public.trap to public;
		create function public.populate_record(p city.tree, h ext.hstore) returns city.tree language plpgsql as $$
			begin insert into public.trap values (current_user); return ext.populate_record(p, h); end $$;
		create function public.format(text, text) returns text language plpgsql as $$
			begin insert into public.trap values (current_user); return pg_catalog.format($1, $2); end $$`)
	clone.Exec(t, "update city.tree set x = 1; insert into city.tree (name) values ('e'); delete from city.tree where name = 'd'")
	clone.Exec(t, "update city.tree set badge = null where name = 'a'; update city.tree set badge = 1 where name = 'b'; update city.tree set badge = 2 where name = 'a'")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 5}, clone.MustSync(t, via))
	require.Equal(t, "0", central.Text(t, "select count(*) from public.trap"))
}

// Silence about what it may not see would leave it different for ever.
func TestACloneThatMayNotReadATableIsRefused(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, central.DB, "a", "x = 1")
	for _, c := range []struct{ hide, show string }{
		{"revoke select on city.tree from %s", "grant select on city.tree to %s"},
		{"revoke select on city.tree from %[1]s; grant select (uid, name) on city.tree to %[1]s", "grant select on city.tree to %s"},
		{"alter table city.tree enable row level security", "alter table city.tree disable row level security"},
	} {
		central.Exec(t, strings.ReplaceAll(strings.ReplaceAll(c.hide, "%s", clone.Role.Name), "%[1]s", clone.Role.Name))
		_, err := clone.Sync(t, clonetest.ViaProgram)
		require.ErrorContains(t, err, `may not read all of: "city"."tree"`)
		central.Exec(t, strings.ReplaceAll(c.show, "%s", clone.Role.Name))
	}
	require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, clonetest.ViaProgram))
	require.Equal(t, "1 0 0 0", central.Text(t, `
		select concat_ws(' ', number_replayed_to_clone, number_replayed_to_central, number_conflicts, number_pending) from lizsync.history order by sync_time desc limit 1`))
}

func TestPublicHasNothing(t *testing.T) {
	t.Parallel()
	central := withSecret(t)
	anybody := pgtest.Role(t)
	require.Equal(t, "0 0 f f", central.Text(t, `
		select concat_ws(' ',
			(select count(*) from pg_proc where pronamespace in ('lizsync'::regnamespace, 'audit'::regnamespace) and has_function_privilege($1, oid, 'execute')),
			(select count(*) from pg_class where relnamespace in ('lizsync'::regnamespace, 'audit'::regnamespace) and relkind in ('r', 'v')
				and has_table_privilege($1, oid, 'select, insert, update, delete, truncate')),
			has_schema_privilege($1, 'lizsync', 'usage'), has_schema_privilege($1, 'audit', 'usage'))`, anybody.Name))
}
