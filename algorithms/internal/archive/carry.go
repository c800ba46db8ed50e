package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/provider"
)

// Carried are the edits of a clone that central has not received, on their way over a deployment. They stay in the log with
// author and time, and the rows are written again in the new tables. Each row then stands still from the cursor that the
// clone had before: the next synchronisation compares the edits with all that central did since, as if no deployment had
// come between. A row that no longer fits here is given up, so that its values go to lizsync.conflicts and central's row
// stays.
type Carried struct {
	Edits, Rows int
	Received    int      // edits that central has, which are not carried
	OtherCopy   bool     // what central has received are not edits of this copy of the clone, and all are carried
	GivenUp     []string // rows that do not fit, with the reason
}

// Received is what central has received of a clone.
type Received struct {
	Snapshot string // of the clone
	Digest   string // of the edits visible in it that the clone still has to have
	// The rows that central has refused, and the older snapshots from which they are unreceived.
	Relations, UIDs, Snapshots []string
}

// loggedName is the name of the table of an event l of the log, as publication lists hold it.
const loggedName = `format('"%s"."%s"', replace(l.schema_name, '"', '""'), replace(l.table_name, '"', '""'))`

// unsent are the events of the clone's tables that are in its log. A table that was dropped there has left its name alone.
const unsent = `audit.logged_actions l join lizsync.publication_list(lizsync.server_id()) as w on coalesce(w.relid = l.relid, w.relation = ` + loggedName + `)`

// Unsent counts the edits that central has not received, or whose answer the clone has not, and names their tables.
func (r *Restorer) Unsent(ctx context.Context) (edits int, tables []string, err error) {
	err = r.Tx.QueryRow(ctx, `
		select coalesce(sum(n), 0), coalesce(array_agg(format('%s (%s)', relation, n) order by relation), '{}')
		from (select w.relation, count(*) as n from `+unsent+` group by w.relation) as t`).Scan(&edits, &tables)
	if err != nil {
		return 0, nil, fmt.Errorf("look for edits that were not synchronised: %w", err)
	}
	return edits, tables, nil
}

// Keep notes the edits in the log, before the old tables go, less those that central has received: the clone still has
// them when the answer was lost. Where received is nil, nobody can tell which. When central was restored meanwhile, nobody can tell what the
// clone has received: the snapshot is the package's then, and begins at the first transaction of all, by which
// lizsync.record_purged_conflicts knows it.
func (r *Restorer) Keep(ctx context.Context, received *Received) (*Carried, error) {
	m := r.Package.Manifest
	var carried Carried
	_, err := r.Tx.Exec(ctx, `
		create temporary table lizsync_carried on commit drop as
			select l.event_id, l.transaction_id, w.relation, l.uid, l.action, case l.action when 'U' then l.changed_fields when 'I' then l.row_data end as fields,
				l.action_tstamp_clk as edited_at
			from `+unsent+`
			where l.uid is not null`)
	if err == nil && received != nil {
		carried.Received, carried.OtherCopy, err = r.leaveReceived(ctx, received)
	}
	if err != nil {
		return nil, fmt.Errorf("keep the edits of the clone: %w", err)
	}
	for _, command := range []string{
		`create index on pg_temp.lizsync_carried (relation, uid)`,
		`analyze pg_temp.lizsync_carried`,
		`create temporary table lizsync_standing on commit drop as
			select c.relation, c.uid, c.first_event, p.received, coalesce(p.given_up, false) as given_up, p.error
			from (select relation, uid, min(event_id) as first_event from pg_temp.lizsync_carried group by relation, uid) as c
			left join lizsync.pending_changes p on p.object_table = c.relation and p.object_uid = c.uid`,
	} {
		if _, err := r.Tx.Exec(ctx, command); err != nil {
			return nil, fmt.Errorf("keep the edits of the clone: %w", err)
		}
	}
	_, err = r.Tx.Exec(ctx, `
		update pg_temp.lizsync_standing s
		set received = case when c.system_identifier in (0, $1) then coalesce(s.received, c.cursor) else regexp_replace($2, '^\d+', '3')::pg_snapshot end
		from lizsync.central c`, m.Central.SystemIdentifier, m.Central.Snapshot)
	if err != nil {
		return nil, fmt.Errorf("keep the edits of the clone: %w", err)
	}
	var outside []string
	err = r.Tx.QueryRow(ctx, `
		select (select count(*) from pg_temp.lizsync_carried), count(*),
			coalesce(array_agg(distinct relation) filter (where relation <> all ($1)), '{}')
		from pg_temp.lizsync_standing`, m.WhiteList()).Scan(&carried.Edits, &carried.Rows, &outside)
	if err != nil {
		return nil, fmt.Errorf("keep the edits of the clone: %w", err)
	}
	if len(outside) > 0 {
		return nil, &provider.Failure{
			Text: "the clone has edits that were not synchronised in tables that are not in the package: " + strings.Join(outside, ", "),
			Hint: "run synchronize_database first, or package these tables as well; " +
				"if central no longer has a table under that name, rename it back there until the clone has synchronised",
		}
	}
	return &carried, nil
}

// leaveReceived takes the edits that central has received from those to be carried, and counts them. The digest is central's
// own function, to which the edits are shown as if they had just been received here.
func (r *Restorer) leaveReceived(ctx context.Context, received *Received) (edits int, otherCopy bool, err error) {
	_, err = r.Tx.Exec(ctx, `
		insert into lizsync.incoming (exchange, event_id, transaction_id, relation, uid, action, edited_at)
		select pg_current_xact_id()::text::bigint, event_id, transaction_id, relation, uid, action, edited_at from pg_temp.lizsync_carried`)
	if err != nil {
		return 0, false, err
	}
	var known bool
	err = r.Tx.QueryRow(ctx, "select $2 = lizsync.events_digest($1::text::pg_snapshot)", received.Snapshot, received.Digest).Scan(&known)
	if err != nil {
		return 0, false, err
	}
	if _, err := r.Tx.Exec(ctx, "delete from lizsync.incoming where exchange = pg_current_xact_id()::text::bigint"); err != nil {
		return 0, false, err
	}
	if !known {
		return 0, true, nil
	}
	tag, err := r.Tx.Exec(ctx, `
		delete from pg_temp.lizsync_carried c
		where lizsync.is_received(c.transaction_id, coalesce(
			(select p.received from unnest($2::text[], $3::text[], $4::text[]) as p (relation, uid, received) where p.relation = c.relation and p.uid = c.uid::text),
			$1
		)::pg_snapshot)`,
		received.Snapshot, received.Relations, received.UIDs, received.Snapshots)
	return int(tag.RowsAffected()), false, err
}

// carryRow is a function that writes the edits of one row again, in their order. Keys that each database numbers for
// itself are numbered anew. A row that is not there any more was deleted on central, which the next synchronisation
// settles. A delete may not take rows along that the clone has not seen.
const carryRow = `
	create function pg_temp.lizsync_carry_row(p_relation text, p_uid uuid) returns void
	language plpgsql
	as $function$
	declare
		v_relid constant regclass := p_relation::regclass;
		v_event record;
		v_columns text[];
		v_found boolean;
		v_check text;
	begin
		for v_event in
			select action, fields from pg_temp.lizsync_carried where relation = p_relation and uid = p_uid order by event_id
		loop
			v_columns := array(select c from unnest(lizsync.sent_columns(v_relid)) as c where v_event.fields ? c);
			if v_event.action = 'D' then
				for v_check in
					select format(
						'select exists (select from %s c join %s p on %s where p.uid = $1
							and not exists (select from pg_temp.lizsync_carried d where d.relation = %L and d.uid = c.uid))',
						lizsync.relation_name(k.conrelid), p_relation,
						(
							select string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and ')
							from unnest(k.conkey, k.confkey) as u (child, parent)
							join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.child
							join pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.parent
						),
						lizsync.relation_name(k.conrelid)
					)
					from pg_constraint k
					where k.contype = 'f' and k.confrelid = v_relid and k.confdeltype in ('c', 'n', 'd')
				loop
					execute v_check into v_found using p_uid;
					if v_found then
						raise exception 'rows that reference it have come since' using errcode = 'foreign_key_violation';
					end if;
				end loop;
				execute format('delete from %s where uid = $1', p_relation) using p_uid;
				continue;
			end if;
			if cardinality(v_columns) = 0 then
				continue;
			end if;
			execute format(
				'update %1$s as t set %2$s from populate_record(null::%1$s, $1) as r where t.uid = $2 returning true',
				p_relation, (select string_agg(format('%1$I = r.%1$I', c), ', ') from unnest(v_columns) as c)
			)
			into v_found using v_event.fields, p_uid;
			if v_event.action = 'I' and v_found is null then
				execute format(
					'insert into %1$s (%2$s) overriding system value select %3$s from populate_record(null::%1$s, $1) as r',
					p_relation,
					(select string_agg(quote_ident(c), ', ') from unnest(v_columns) as c),
					(select string_agg(format('r.%I', c), ', ') from unnest(v_columns) as c)
				)
				using v_event.fields;
			end if;
		end loop;
	end
	$function$`

// Carry writes the edits again in the new tables. They are not audited yet, and no user trigger fires: what those did is
// among the edits.
func (r *Restorer) Carry(ctx context.Context, carried *Carried) error {
	if carried.Rows == 0 {
		return nil
	}
	r.Feedback.Message(fmt.Sprintf("carrying %d edits of %d rows over to the new tables", carried.Edits, carried.Rows))
	enable, err := r.disableTriggers(ctx)
	if err != nil {
		return err
	}
	// hstore may be in any schema.
	const path = `select set_config('search_path', format('pg_catalog, %s, pg_temp', extnamespace::regnamespace), true) from pg_catalog.pg_extension where extname = 'hstore'`
	for _, command := range []string{carryRow, path} {
		if _, err := r.Tx.Exec(ctx, command); err != nil {
			return fmt.Errorf("carry the edits of the clone: %w", err)
		}
	}
	type row struct{ Relation, UID string }
	found, err := r.Tx.Query(ctx, "select relation, uid::text from pg_temp.lizsync_standing where not given_up order by first_event")
	if err != nil {
		return fmt.Errorf("carry the edits of the clone: %w", err)
	}
	rows, err := pgx.CollectRows(found, pgx.RowToStructByPos[row])
	if err != nil {
		return fmt.Errorf("carry the edits of the clone: %w", err)
	}
	reasons := map[row]string{}
	// A row may need another one that comes later.
	for len(rows) > 0 {
		var left []row
		for _, one := range rows {
			err := pgx.BeginFunc(ctx, r.Tx, func(nested pgx.Tx) error {
				_, err := nested.Exec(ctx, "select pg_temp.lizsync_carry_row($1, $2)", one.Relation, one.UID)
				return err
			})
			switch reason, refused := refusal(err); {
			case refused:
				left, reasons[one] = append(left, one), reason
			case err != nil:
				return fmt.Errorf("carry the edits of %s of %s: %w", one.UID, one.Relation, err)
			}
		}
		if len(left) == len(rows) {
			break
		}
		rows = left
	}
	for _, one := range rows {
		carried.GivenUp = append(carried.GivenUp, fmt.Sprintf("%s of %s: %s", one.UID, one.Relation, reasons[one]))
		_, err := r.Tx.Exec(ctx, "update pg_temp.lizsync_standing set given_up = true, error = $3 where relation = $1 and uid = $2", one.Relation, one.UID, reasons[one])
		if err != nil {
			return fmt.Errorf("carry the edits of the clone: %w", err)
		}
	}
	for _, command := range slices.Concat([]string{"set constraints all immediate", "set local search_path = ''"}, enable) {
		if _, err := r.Tx.Exec(ctx, command); err != nil {
			return fmt.Errorf("carry the edits of the clone: %w", err)
		}
	}
	return nil
}

// refusal tells why a row is not taken; other errors are about the database and not about the row.
func refusal(err error) (reason string, refused bool) {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return "", false
	}
	// Data exceptions, violated constraints, syntax and types, what a function raises, views with a check option.
	for _, class := range []string{"22", "23", "42", "P0", "44"} {
		if strings.HasPrefix(pg.Code, class) {
			return strings.TrimSuffix(pg.Message+"; "+pg.Detail, "; "), true
		}
	}
	return "", false
}

// disableTriggers switches the user triggers of the tables off, and returns the commands that put them back.
func (r *Restorer) disableTriggers(ctx context.Context) (enable []string, err error) {
	if _, err := r.Tx.Exec(ctx, "set constraints all immediate"); err != nil {
		return nil, fmt.Errorf("check the new tables: %w", err)
	}
	tables := r.Package.Manifest.WhiteList()
	rows, err := r.Tx.Query(ctx, `
		select format('alter table %s enable %s trigger %I', lizsync.relation_name(tgrelid), case tgenabled when 'A' then 'always' when 'R' then 'replica' end, tgname)
		from pg_catalog.pg_trigger
		where tgrelid = any (array(select t::regclass::oid from unnest($1::text[]) as t)) and not tgisinternal and tgenabled <> 'D'
		order by 1`, tables)
	if err != nil {
		return nil, fmt.Errorf("look at the triggers: %w", err)
	}
	if enable, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return nil, fmt.Errorf("look at the triggers: %w", err)
	}
	for _, table := range tables {
		if _, err := r.Tx.Exec(ctx, "alter table "+table+" disable trigger user"); err != nil {
			return nil, fmt.Errorf("disable the triggers of %s: %w", table, err)
		}
	}
	return enable, nil
}

// ForgetEdits empties the log of the old and the new tables, but for the edits that were kept: those are now edits of the
// new tables, which nobody has received.
func (r *Restorer) ForgetEdits(ctx context.Context, tables []string, carried *Carried) error {
	kept := "false"
	if carried != nil {
		kept = "exists (select from pg_temp.lizsync_carried c where c.event_id = l.event_id)"
	}
	commands := []string{`
		delete from audit.logged_actions l using unnest($1::text[]) as t (relation)
		where t.relation = ` + loggedName + ` and not ` + kept}
	if carried != nil {
		commands = append(commands, `
			update audit.logged_actions l
			set relid = c.relation::regclass, transaction_id = pg_current_xact_id()::text::bigint
			from pg_temp.lizsync_carried c
			where c.event_id = l.event_id and $1::text[] is not null`)
	}
	commands = append(commands, `delete from audit.logged_relations where to_regclass(relation_name) is null and $1::text[] is not null`)
	for _, command := range commands {
		if _, err := r.Tx.Exec(ctx, command, tables); err != nil {
			return fmt.Errorf("empty the log of the clone: %w", err)
		}
	}
	return nil
}

// Stand records, when the deployment is, the rows that the next synchronisation settles.
func (r *Restorer) Stand(ctx context.Context) error {
	_, err := r.Tx.Exec(ctx, `
		insert into lizsync.pending_changes (clone_id, object_table, object_uid, received, refused_by, error, given_up)
		select lizsync.server_id(), relation, uid, received, 'clone', coalesce(error, 'its edits were carried over a deployment'), given_up
		from pg_temp.lizsync_standing`)
	if err != nil {
		return fmt.Errorf("record the edits that were carried: %w", err)
	}
	return nil
}
