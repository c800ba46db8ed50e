create or replace function lizsync.name_pattern(p_name text) returns text
language sql immutable strict
set search_path from current
as $$ select regexp_replace(translate(p_name, '()', ''), '[^[:alnum:]_]', '.', 'g') $$;
comment on function lizsync.name_pattern(text) is
    'On both sides: a regular expression that finds a name in a text without parentheses; any character does where the name has no letter.';
revoke all on function lizsync.name_pattern(text) from public;
