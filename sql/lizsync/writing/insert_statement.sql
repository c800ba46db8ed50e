-- See update_statement. An identity that is always generated is given too, where it is among the columns.
create or replace function lizsync.insert_statement(p_table text, p_columns text[], p_rows text) returns text
language sql stable
set search_path from current
as $$
    select format(
        'insert into %1$s (%2$s) overriding system value select %3$s
        from (select %4$s.populate_record(null::%1$s, w.fields) as r from %5$s as w offset 0) as w',
        p_table, (select string_agg(quote_ident(c), ', ') from unnest(p_columns) as c),
        (select string_agg(format('(w.r).%I', c), ', ') from unnest(p_columns) as c),
        lizsync.hstore_schema(), p_rows
    )
$$;
comment on function lizsync.insert_statement(text, text[], text) is
    'On both sides: the statement that inserts rows of values in text form into columns of a table: p_rows, what stands after FROM, has them in fields.';
revoke all on function lizsync.insert_statement(text, text[], text) from public;
