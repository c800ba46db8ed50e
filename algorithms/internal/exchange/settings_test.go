package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/link"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// seen makes triggers of central write what they see: all settings, but for the path, to which LizSync's is added at the end, and
// the one that says how long an exchange waits for a lock; and the time in forms that depend on them.
const seen = `
	create table public.seen (name text, settings jsonb);
	create function city.look() returns trigger language plpgsql security definer as $$ begin
		insert into public.seen select new.name, jsonb_object_agg(name, setting) || jsonb_build_object(
			'path', regexp_replace(current_setting('search_path'), '(, )?public, pg_temp$', ''),
			'a date', '2026-11-30'::date::text, 'an interval', interval '1 day 2 hours'::text, 'bytes', '\x00ff'::bytea::text,
			'today', (timestamptz '2026-11-30 23:30:00+00')::date::text, 'a number', (0.1::float8 / 3)::text
		)
		from pg_settings
		where name not in ('search_path', 'lock_timeout', 'application_name', 'transaction_read_only') and name !~ '^(tcp_|lizsync\.)';
		return new;
	end $$;
	create trigger look before insert or update on city.tree for each row execute function city.look()`

// seenOtherwise are the settings that were seen first and another time with another value.
const seenOtherwise = `
	select s.name, k.key, k.value, s.settings -> k.key
	from (select * from public.seen limit 1) as h cross join jsonb_each(h.settings) as k cross join public.seen as s
	where s.settings -> k.key is distinct from k.value`

// Rule 12.
// On central a trigger sees what it would see for any client of that role in that database.
func TestTriggersOfCentralSeeTheSettingsOfTheClient(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "", seen)
		clone := central.Clone(t)
		for name, value := range map[string]string{
			"timezone": "Europe/Paris", "datestyle": "German", "work_mem": "7MB", "jit_above_cost": "123", "search_path": "city, public",
			"statement_timeout": "17min", "random_page_cost": "3", "enable_nestloop": "off",
		} {
			central.Exec(t, fmt.Sprintf("alter database %s set %s = %s", central.Name, name, quoted(name, value)))
		}
		for name, value := range map[string]string{
			"intervalstyle": "sql_standard", "bytea_output": "escape", "extra_float_digits": "-3", "jit": "on",
			"idle_in_transaction_session_timeout": "19min", "xmloption": "document", "default_statistics_target": "99",
		} {
			central.Exec(t, fmt.Sprintf("alter role %s set %s = %s", clone.Role.Name, name, quoted(name, value)))
		}
		clone.Disconnect()
		hand, err := pgx.Connect(t.Context(), central.As(t, clone.Role))
		require.NoError(t, err)
		defer hand.Close(context.WithoutCancel(t.Context()))
		execute(t, hand, "begin isolation level repeatable read; update city.tree set x = 1 where name = 'a'; insert into city.tree (name) values ('by hand'); commit")
		require.Equal(t, "01.12.2026", central.Text(t, "select settings ->> 'today' from public.seen where name = 'a'"))

		set(t, clone.DB, "b", "x = 1")
		clone.Exec(t, "insert into city.tree (name) values ('synchronised')")
		// Two that swap what is unique are written as a group.
		clone.Exec(t, "update city.tree set badge = null where name = 'c'; update city.tree set badge = 3 where name = 'd'; update city.tree set badge = 4 where name = 'c'")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 4, ReplayedToClone: 2}, clone.MustSync(t, via))
		require.Empty(t, central.Rows(t, seenOtherwise))
		require.Equal(t, "6", central.Text(t, "select count(distinct name) from public.seen"))
	})
}

// quoted is the value of a setting as SQL has it: a list is not quoted.
func quoted(name, value string) string {
	if name == "search_path" {
		return value
	}
	return "'" + value + "'"
}

// The same for whom an event is undone.
func TestTriggersSeeTheSettingsOfWhoUndoesAnEvent(t *testing.T) {
	t.Parallel()
	central := city(t, "", seen)
	conn := central.Conn(t)
	execute(t, conn, "set timezone = 'Europe/Paris'; set datestyle = 'German'; set intervalstyle = 'sql_standard'")
	execute(t, conn, "update city.tree set x = 1 where name = 'a'")
	execute(t, conn, "select audit.rollback_event(max(event_id)) from audit.logged_actions")
	require.Empty(t, central.Rows(t, seenOtherwise))
	require.Equal(t, "2", central.Text(t, "select count(*) from public.seen"))
}

// A domain may forbid null, and a column of it that the clone does not send, or that did not change, is not null for that.
func TestDomainsThatForbidNull(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := clonetest.NewCentral(t, `
			create schema city;
			create domain city.number as integer not null;
			create sequence city.plot_id_seq;
			create domain city.code as varchar(5) check (value is not null and value <> 'no');
			create domain city.second as city.code check (length(value) > 1);
			create table city.plot (
				id city.number default nextval('city.plot_id_seq'::regclass) primary key, name text unique, code city.code, again city.second, x integer,
				twice city.number generated always as (x * 2) stored
			);
			insert into city.plot (name, code, again, x) select 'p' || n, 'c' || n, 'd' || n, n from generate_series(1, 4) as n`)
		clone := central.Clone(t, options...)
		central.Exec(t, "update city.plot set x = 10 where name = 'p1'; insert into city.plot (name, code, again, x) values ('p5', 'c5', 'd5', 5)")
		clone.Exec(t, "update city.plot set code = 'new' where name = 'p2'; update city.plot set x = 30 where name = 'p3'; insert into city.plot (name, code, again, x) values ('p6', 'c6', 'd6', 6)")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 3, ReplayedToClone: 2}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)

		// What a domain does not take stays where it was made.
		central.Exec(t, "alter domain city.code drop constraint code_check; update city.plot set code = 'no' where name = 'p1'; update city.plot set code = null where name = 'p4'; update city.plot set x = 0 where name = 'p2'")
		require.Equal(t, exchange.Counts{ReplayedToClone: 1, Pending: 2}, clone.MustSync(t, via))

		// Undoing an event writes some columns, too.
		central.Exec(t, "select audit.rollback_event(event_id) from audit.logged_actions where action = 'U' and row_data operator(public.->) 'name' = 'p4'")
		require.Equal(t, "c4", central.Text(t, "select code from city.plot where name = 'p4'"))
	})
}

// A "char" above 127 is another text from PostgreSQL 16 on: databases on either side of it would not have the same.
func TestServersThatReadACharOtherwiseAreRefused(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `create schema city; create table city.sign (name text primary key, kind "char", kinds "char"[], letter char)`)
	clone := central.Clone(t)
	for i, via := range transports {
		clone.Exec(t, fmt.Sprintf(`insert into city.sign values ('stop %d', 's', '{a,b}', 'c'), ('high %[1]d', (-56)::"char", null, null)`, i))
		require.Equal(t, exchange.Counts{ReplayedToCentral: 2}, clone.MustSync(t, via))
		require.Equal(t, "-56", central.Text(t, fmt.Sprintf("select kind::integer from city.sign where name = 'high %d'", i)))
	}
	columns := clone.Text(t, "select pg_get_functiondef('lizsync.table_columns(uuid)'::regprocedure)")
	newer := strings.Replace(columns, "current_setting('server_version_num')::integer", "180004", 1)
	require.NotEqual(t, columns, newer)
	clonetest.Alter(t, clone.DB, newer)
	for _, via := range transports {
		_, err := clone.Sync(t, via)
		require.ErrorContains(t, err, `"city"."sign".kind is "char" of PostgreSQL 15 and before on central and "char" of PostgreSQL 16 and later on the clone; "city"."sign".kinds is`)
		require.NotContains(t, err.Error(), "letter")
	}
}

// Whichever side is slow, and whoever synchronises may be one whose idle sessions are ended at once, on either side.
func TestASlowCloneIsNotTakenForOneThatHasVanished(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		central.Exec(t, fmt.Sprintf(`
			alter role %[1]s set idle_in_transaction_session_timeout = '1s'; alter role %[1]s set idle_session_timeout = '1s';
			alter role %[2]s set idle_in_transaction_session_timeout = '1s'; alter role %[2]s set idle_session_timeout = '1s'`,
			clone.Session.Name, clone.Role.Name))
		impatient(t, central)
		small := central.Text(t, "select pg_get_functiondef('lizsync.batch_size()'::regprocedure)")
		clonetest.Alter(t, clone.DB, strings.Replace(small, "16 * 1024 * 1024", "1", 1)) // each edit is a batch

		watch := central.Conn(t)
		for i, slow := range []struct {
			side     *pgtest.DB
			function string
		}{
			{clone.DB, "lizsync.outgoing_batch(pg_snapshot, bigint, bigint)"},
			{central.DB, "lizsync.receive_batch(text)"},
			{clone.DB, "lizsync.receive_prefetch(text)"},
		} {
			for _, name := range []string{"a", "b", "c"} {
				set(t, clone.DB, name, fmt.Sprint("x = ", i+1))
			}
			set(t, central.DB, "d", fmt.Sprint("x = ", i+1))
			clone.Disconnect() // those who may be idle for a second are not used twice
			holder, restore := gate(t, slow.side, slow.function)
			begun := central.Text(t, "select clock_timestamp()")
			done := start(t, clone, via)
			blocked(t, watch, holder)
			pgtest.WaitFor(t, watch, "select clock_timestamp() > $1::text::timestamptz + '2.5 s'", begun)
			execute(t, holder, "commit")
			end := <-done
			restore()
			require.NoError(t, end.err, slow.function)
		}
		trees(t, "a", "3 0 0", central.DB)
		clonetest.RequireEqual(t, central, clone)
	})
}

// A limit that ends an exchange is named.
func TestAnExchangeThatALimitEndsNamesIt(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		impatient(t, central)
		l := newLink(t, central)
		set(t, clone.DB, "a", "x = 1")
		// Central has opened the exchange, and the clone learns of it late.
		l.Watch(func(data []byte) {
			if bytes.Contains(data, []byte("lizsync.open_exchange(")) {
				l.Spoil(link.Down, link.Fault{Delay: 3 * time.Second})
			}
		})
		_, err := through(t, l.Address(), clone, via)
		l.Mend()
		require.ErrorContains(t, err, "idle-in-transaction timeout")
		require.NotContains(t, whole(err), "central may be done")
		var failure *provider.Failure
		require.ErrorAs(t, database.Explain(err), &failure)
		require.Contains(t, failure.Hint, "heard nothing of the clone for 30 seconds (idle_in_transaction_session_timeout)")
		require.Contains(t, failure.Hint, "then synchronise again")

		// What cuts the connection itself names nothing.
		l.Watch(func(data []byte) {
			if bytes.Contains(data, []byte("lizsync.open_exchange(")) {
				l.Spoil(link.Down, link.Fault{Hang: true})
				l.Mend()
			}
		})
		_, err = through(t, l.Address(), clone, via)
		require.Error(t, err)
		require.ErrorAs(t, database.Explain(err), &failure)
		require.Contains(t, failure.Hint, "tcp_user_timeout")
		l.Watch(nil)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
	})
}

// impatient lets a central wait a second for its clones.
func impatient(t *testing.T, central *clonetest.Central) {
	t.Helper()
	open := central.Text(t, "select pg_get_functiondef('lizsync.open_exchange'::regproc)")
	const limit = "'idle_in_transaction_session_timeout', '30s'"
	require.Contains(t, open, limit)
	clonetest.Alter(t, central.DB, strings.Replace(open, limit, "'idle_in_transaction_session_timeout', '1s'", 1))
}
