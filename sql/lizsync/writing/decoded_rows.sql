-- Each value goes through the input function of its type, as a cast from varchar does, and stays of the base type of a domain: whether the
-- domain takes it shows where it is written. A column that is not asked for is not looked at: a domain may forbid null.
create or replace function lizsync.decoded_rows(p_relid oid, p_columns text[], p_rows text, p_number integer, p_range text default '$1') returns text
language sql stable
set search_path from current
as $$
    select format(
        '(select * from lizsync.decode(%L, %s) as d (uid pg_catalog.uuid%s) limit %s) as w', -- the limit is never reached: see lizsync.from_range
        format(
            'select w.uid%s from (select r.uid, r.fields || '''' as fields from %s as r offset 0) as w', -- taken out of storage once
            string_agg(format(', (w.fields -> %L)::pg_catalog.varchar::%s', c.name, lizsync.base_type(a.atttypid)), '' order by c.n), p_rows
        ),
        p_range,
        string_agg(format(', c%s %s', c.n, lizsync.base_type(a.atttypid)), '' order by c.n),
        p_number
    )
    from unnest(p_columns) with ordinality as c (name, n)
    join pg_attribute a on a.attrelid = p_relid and a.attname = c.name and not a.attisdropped
$$;
comment on function lizsync.decoded_rows(oid, text[], text, integer, text) is
    'On both sides: what a statement reads rows w of a table from, given its text for a range, the first parameter of the functions in p_rows, or null: columns c1, c2 ... are decoded from the values in text form that p_rows, what stands after FROM, has in fields beside the uid; so many at most.';
revoke all on function lizsync.decoded_rows(oid, text[], text, integer, text) from public;
