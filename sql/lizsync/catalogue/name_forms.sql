create or replace function lizsync.name_forms(p_name text) returns text[]
language sql immutable strict
set search_path from current
as $$
    select array(
        select distinct form
        from (select replace(p_name, '_', '')) as n (name)
        cross join lateral (
            values
                (name), (regexp_replace(name, 's$', '')), (regexp_replace(name, 'es$', '')), (regexp_replace(name, 'ies$', 'y')),
                (regexp_replace(name, 'x$', '')), (regexp_replace(name, 'aux$', 'al'))
        ) as f (form)
        where length(form) > 1
    )
$$;
comment on function lizsync.name_forms(text) is
    'On both sides: what a name may be in the singular, in English and in French, without its underscores. Two names fit when they have one in common.';
revoke all on function lizsync.name_forms(text) from public;
