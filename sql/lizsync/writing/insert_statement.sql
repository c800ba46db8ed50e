-- See update_statement. An identity that is always generated is given too, where it is among the columns.
create or replace function lizsync.insert_statement(p_relid oid, p_columns text[], p_rows text, p_number integer, p_range text default '$1') returns text
language sql stable
set search_path from current
as $$
    select format(
        'insert into %s (%s) overriding system value select %s from %s',
        lizsync.relation_name(p_relid), (select string_agg(quote_ident(c), ', ') from unnest(p_columns) as c),
        (select string_agg('w.c' || n, ', ') from generate_series(1, cardinality(p_columns)) as n),
        lizsync.decoded_rows(p_relid, p_columns, p_rows, p_number, p_range)
    )
$$;
comment on function lizsync.insert_statement(oid, text[], text, integer, text) is
    'On both sides: the statement that inserts rows of values in text form, those of decoded_rows, into columns of a table.';
revoke all on function lizsync.insert_statement(oid, text[], text, integer, text) from public;
