-- The one place that judges a uid column that LizSync did not make, so that prepare, package and add_uid_columns say the
-- same. A column without a default is usable, since it takes no null.
create or replace function lizsync.uid_column_problem(p_relid regclass)
returns table (problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    select p.problem, p.severity, p.explanation, p.remedy
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    cross join format('%I.%I', n.nspname, c.relname) as label
    cross join lizsync.uid_unfinished(p_relid) as u (unfinished)
    cross join lateral (
        values
            (
                0, u.unfinished,
                'uid_unfinished', 'error',
                'its column uid is not filled yet: its preparation was interrupted',
                'prepare it again with initialize_central_database and ADD_UID_COLUMNS=true, which goes on from there'
            ),
            (
                1, a.atttypid <> 'uuid'::regtype or a.attgenerated <> '',
                'uid_wrong_type', 'error',
                format(
                    'its column uid is %s%s, and LizSync knows rows by a uid of type uuid',
                    case when a.attgenerated <> '' then 'generated, of type ' else 'of type ' end,
                    format_type(a.atttypid, a.atttypmod)
                ),
                format('ALTER TABLE %s RENAME COLUMN uid TO old_uid; then prepare the table again', label)
            ),
            (
                2, not a.attnotnull,
                'uid_nullable', 'error',
                'its column uid may be null, so that rows could not be told apart',
                format(
                    'UPDATE %1$s SET uid = gen_random_uuid() WHERE uid IS NULL; ALTER TABLE %1$s ALTER COLUMN uid SET NOT NULL, ALTER COLUMN uid SET DEFAULT gen_random_uuid()',
                    label
                )
            ),
            (
                3,
                not exists (
                    select from pg_index i
                    where i.indrelid = a.attrelid and i.indisunique and i.indisvalid and i.indimmediate
                        and i.indpred is null and i.indnkeyatts = 1 and i.indkey[0] = a.attnum
                ),
                'uid_not_unique', 'error',
                'its column uid has no unique constraint (a deferrable or partial one is not enough)',
                format('ALTER TABLE %s ADD UNIQUE (uid)', label)
            ),
            (
                4, not a.atthasdef,
                'uid_without_default', 'warning',
                'its column uid has no default, so that every client must give one to add a row',
                format('ALTER TABLE %s ALTER COLUMN uid SET DEFAULT gen_random_uuid()', label)
            )
    ) as p (n, found, problem, severity, explanation, remedy)
    where a.attrelid = p_relid and a.attname = 'uid' and not a.attisdropped and p.found
        -- The others say nothing about a column that is to be replaced.
        and (p.n = 1 or (a.atttypid = 'uuid'::regtype and a.attgenerated = ''))
        and (p.n = 0 or not u.unfinished)
    order by p.n
$$;
comment on function lizsync.uid_column_problem(regclass) is
    'On both sides: what is wrong with a table''s column uid, and the commands that put it right; nothing when it has none.';
revoke all on function lizsync.uid_column_problem(regclass) from public;
