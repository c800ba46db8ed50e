create or replace aggregate lizsync.net_fields(hstore) (
    sfunc = hs_concat,
    stype = hstore,
    initcond = '',
    parallel = safe
);
comment on aggregate lizsync.net_fields(hstore) is 'On both sides: the last value of each field; order the input by event.';
revoke all on function lizsync.net_fields(hstore) from public;
