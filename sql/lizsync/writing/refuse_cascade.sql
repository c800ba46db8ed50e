-- Keeps a foreign key's cascade from changing or removing rows on a clone, because what a foreign key does comes from
-- central (rule 11 of the protocol). No row may reference one that is about to be deleted, or a key that is about to
-- change, unless that row gets another key. On central foreign keys act as for any client, and what they do is recorded.
create or replace function lizsync.refuse_cascade(p_range lizsync.staged_range, p_at_once boolean default false) returns void
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
as $$
declare
    v_table constant text := lizsync.relation_name(p_range.relid);
    v_key record;
    v_child text;
    v_referenced boolean;
begin
    if lizsync.is_central_exchange() then
        return;
    end if;
    if not lizsync.may_cascade(p_range) then
        return;
    end if;
    -- Locked first: after that nobody can refer to them, and rows that already do are seen.
    execute format('select from %s as t where t.uid in (select w.uid from %s as w) for update', v_table, lizsync.from_range(p_range)) using p_range;
    for v_key in
        select k.child, k.child_columns, k.parent_columns, k.matches
        from lizsync.foreign_keys(array[p_range.relid]) as k
        where k.parent = p_range.relid and (p_range.action = 'D' or k.on_update in ('c', 'n', 'd'))
    loop
        v_child := lizsync.relation_name(v_key.child);
        execute format(
            'select exists (select from lizsync.changeset_range($1) as w join %s as p on p.uid = w.uid join %s as c on %s %s)',
            v_table, v_child, v_key.matches,
            case
                when p_range.action <> 'D' then format(
                    'where (%s) and %s',
                    (
                        select string_agg(format('w.won ? %1$L and p.%1$I::text is distinct from w.won -> %1$L', c), ' or ')
                        from unnest(v_key.parent_columns) as c
                    ),
                    case
                        -- Another table, which is not synchronised, may have no uid.
                        when v_key.child = any (lizsync.changeset_tables()) then format(
                            'c.uid not in (select s.uid from lizsync.staged_rows(%s) as s where s.action = ''D'' or s.columns && %L)',
                            v_key.child, v_key.child_columns
                        )
                        else 'true'
                    end
                )
                -- Those that go by the same statement.
                when p_at_once and v_key.child = any (lizsync.changeset_tables()) then format(
                    'where c.uid not in (select s.uid from lizsync.changeset_groups(%s, true, true) as g cross join lateral lizsync.changeset_range(g) as s)',
                    v_key.child
                )
                when v_key.child = p_range.relid then
                    'where c.uid not in (select s.uid from lizsync.changeset_range($1) as s)'
            end
        )
        into v_referenced
        using p_range;
        if v_referenced then
            raise exception 'rows of % still reference it', v_child using errcode = 'foreign_key_violation';
        end if;
    end loop;
end
$$;
comment on function lizsync.refuse_cascade(lizsync.staged_range, boolean) is
    'On a clone: fails when rows still reference those of a range that are about to be deleted, by themselves or at once with all that were refused, or the keys that they are about to lose.';
revoke all on function lizsync.refuse_cascade(lizsync.staged_range, boolean) from public;
