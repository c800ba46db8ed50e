-- One less than the type has: ALTER SEQUENCE ... AS sets another end where the sequence ends with its type. Above 2^53 JSON and the forms of QField and the web lose digits. A sequence that is beyond has its own end.
create or replace function lizsync.greatest_number(p_sequence oid, p_position bigint, p_drawn lizsync.drawn_column[]) returns bigint
language sql stable
set search_path from current
as $$
    select least(
        q.seqmax - 1,
        case when p_position < 9007199254740991 then 9007199254740991 else 9223372036854775806 end,
        (
            select min(
                case lizsync.base_type(a.atttypid)
                    when 'pg_catalog.int2' then 32766
                    when 'pg_catalog.int4' then 2147483646
                    -- Its digits before the point are in the upper half of the type's modifier, those behind it in the lower one.
                    when 'pg_catalog."numeric"' then case when a.atttypmod >= 4 then 10 ^ ((a.atttypmod - 4) / 65536 - mod(a.atttypmod - 4, 65536)) - 1 end
                end
            )
            from unnest(p_drawn) as c
            join pg_attribute a on a.attrelid = c.relid and a.attname = c.column_name
            where c.sequence = p_sequence
        )
    )
    from pg_sequence q
    where q.seqrelid = p_sequence
$$;
comment on function lizsync.greatest_number(oid, bigint, lizsync.drawn_column[]) is
    'On central: the greatest number that a sequence can give and every column that draws from it can hold, given where the sequence stands.';
revoke all on function lizsync.greatest_number(oid, bigint, lizsync.drawn_column[]) from public;
