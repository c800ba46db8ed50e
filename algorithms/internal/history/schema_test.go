package history

import (
	"fmt"
	"strings"
)

// ddl is the structure of every history: names that need quoting or that queries use too, keys of every kind, triggers that
// meddle. Those of
// schema ghost belong to the test: they tell central from its clones and keep what triggers have put aside.
const ddl = `
create extension if not exists btree_gist schema public;
create schema "Ville d'été";
create schema ghost;
` + ghost + `;

create domain "Ville d'été"."Espèce" as text default 'rien' check (value is not null);
create table "Ville d'été"."Rue.Principale" (
    id serial primary key,
    uid uuid not null unique default gen_random_uuid(),
    "Nom ""usuel""" text,
    remarque text,
    code text unique deferrable,
    lo integer,
    hi integer,
    check (lo <= hi)
);
create table "Ville d'été"."clé" (
    code text primary key,
    uid uuid not null unique default gen_random_uuid(),
    libellé text
);
create table "Ville d'été"."Arbre" (
    id bigint generated always as identity primary key,
    uid uuid not null unique default gen_random_uuid(),
    rue uuid references "Ville d'été"."Rue.Principale" (uid) on delete cascade,
    "espèce" "Ville d'été"."Espèce",
    hauteur numeric,
    planté timestamptz,
    photo bytea,
    tags text[],
    geom public.geometry(PointZ, 2154),
    double numeric generated always as (hauteur * 2) stored
);
create table "Ville d'été".note (
    uid uuid primary key default gen_random_uuid(),
    rue uuid references "Ville d'été"."Rue.Principale" (uid),
    "clé" text references "Ville d'été"."clé" (code) on update cascade,
    texte text,
    numéro integer references "Ville d'été"."Rue.Principale" (id),
    voulue uuid
);
create table public."select" (
    id serial primary key,
    uid uuid not null unique default gen_random_uuid(),
    rue uuid references "Ville d'été"."Rue.Principale" (uid) on delete set null,
    "from" text,
    t text,
    numéro integer,
    voulue uuid
);
create table "Ville d'été".compteur (
    id serial primary key,
    uid uuid not null unique default gen_random_uuid(),
    n integer,
    o integer,
    vu timestamp
);
create table "Ville d'été".vieux (
    uid uuid primary key default gen_random_uuid(),
    "clé" text
);
create table "Ville d'été"."créneau" (
    uid uuid primary key default gen_random_uuid(),
    place text not null,
    pendant int4range,
    objet text,
    exclude using gist (place with =, pendant with &&)
);
create view "Ville d'été".liens as select * from public."select";
create view "Ville d'été".notes as select n.uid, n.rue, n."clé", n.texte, r."Nom ""usuel""" as nom
from "Ville d'été".note n left join "Ville d'été"."Rue.Principale" r on r.uid = n.rue;
create function "Ville d'été".noter() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into "Ville d'été".note (uid, rue, "clé", texte) values (new.uid, new.rue, new."clé", new.texte);
        return new;
    elsif tg_op = 'UPDATE' then
        update "Ville d'été".note set rue = new.rue, "clé" = new."clé", texte = new.texte where uid = old.uid;
        return new;
    end if;
    delete from "Ville d'été".note where uid = old.uid;
    return old;
end
$$;
create trigger noter instead of insert or update or delete on "Ville d'été".notes for each row execute function "Ville d'été".noter();
insert into "Ville d'été".vieux values ('99999999-0000-4000-8000-000000000000', 'gone');
alter table "Ville d'été".vieux add foreign key ("clé") references "Ville d'été"."clé" (code) on update cascade deferrable not valid;

create function ghost.see() returns trigger language plpgsql as $$
begin
    if (select central from ghost.side) then
        new.vu := now();
    end if;
    return new;
end
$$;
create trigger see before update on "Ville d'été".compteur for each row execute function ghost.see();

-- Which road the editor has chosen by its number. A synchronisation brings both.
create function ghost.choose() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' and new.voulue is null or tg_op = 'UPDATE' and new.numéro is distinct from old.numéro and new.voulue is not distinct from old.voulue then
        new.voulue := (select uid from "Ville d'été"."Rue.Principale" where id = new.numéro);
    end if;
    return new;
end
$$;
create trigger choose before insert or update on "Ville d'été".note for each row execute function ghost.choose();
create trigger choose before insert or update on public."select" for each row execute function ghost.choose();

create function ghost.meddle() returns trigger language plpgsql as $$
begin
    if not (select central from ghost.side) then
        return case tg_op when 'DELETE' then old else new end;
    end if;
    if tg_op = 'DELETE' then
        if old."Nom ""usuel""" like '%keep%' then
            insert into ghost.ledger values (old.uid, '', 'delete refused');
            return null;
        end if;
        return old;
    end if;
    if tg_op = 'INSERT' or new."Nom ""usuel""" is distinct from old."Nom ""usuel""" then
        if new."Nom ""usuel""" like 'alter%' then
            new."Nom ""usuel""" := 'central ' || new."Nom ""usuel""";
        elsif new."Nom ""usuel""" like 'other%' then
            insert into ghost.ledger values (new.uid, 'remarque', new.remarque);
            if tg_op = 'UPDATE' then
                insert into ghost.ledger values (new.uid, 'remarque', old.remarque);
            end if;
            new.remarque := 'because of ' || new."Nom ""usuel""";
        elsif new."Nom ""usuel""" like 'revert%' and tg_op = 'UPDATE' then
            insert into ghost.ledger values (new.uid, 'Nom "usuel"', new."Nom ""usuel""");
            new."Nom ""usuel""" := old."Nom ""usuel""";
        end if;
    end if;
    return new;
end
$$;
create trigger meddle before insert or update or delete on "Ville d'été"."Rue.Principale"
for each row execute function ghost.meddle();

create function ghost.count() returns trigger language plpgsql as $$
begin
    update "Ville d'été".compteur set n = n + 1;
    return null;
end
$$;
create trigger "count" after insert on "Ville d'été"."Arbre" for each row execute function ghost.count();

create function ghost.record() returns trigger language plpgsql as $$
begin
    insert into ghost.written
    select pg_current_xact_id()::text::bigint, new.uid, f.key, f.value
    from public.each(public.hstore(new) operator(public.-) case tg_op when 'UPDATE' then public.hstore(old) else '' end) as f;
    return null;
end
$$;
create trigger record after insert or update on "Ville d'été"."Rue.Principale" for each row execute function ghost.record();
create trigger record after insert or update on "Ville d'été"."Arbre" for each row execute function ghost.record();
create trigger record after insert or update on public."select" for each row execute function ghost.record();
grant usage on schema ghost to public;
grant select, insert on all tables in schema ghost to public;
`

// ghost is the tables of the test, which are in every database.
const ghost = `
create table ghost.side (central boolean);
insert into ghost.side values (true);
create table ghost.ledger (uid uuid, field text, value text);
create table ghost.written (transaction_id bigint, uid uuid, field text, value text)`

// column describes a column that histories write: its name in a history and in SQL, and how its values are made.
type column struct {
	name, sql string
	kinds     []string
	// shared values are set by many edits, so that they clash; the others tell the edit that made them.
	shared bool
	// insertOnly columns are not updated.
	insertOnly bool
}

type table struct {
	name, sql string
	columns   []column
	// view is one through which some edits are made.
	view string
	// numbered rows have an id that a sequence gives.
	numbered bool
	// untracked rows are written by triggers alone.
	untracked bool
	// start is how many rows there are at first.
	start int
}

func (t *table) column(name string) *column {
	for i := range t.columns {
		if t.columns[i].name == name {
			return &t.columns[i]
		}
	}
	return nil
}

var roads = []string{"null", "a", "a", "b", "x"}

var tables = []*table{
	{name: "road", sql: `"Ville d'été"."Rue.Principale"`, numbered: true, start: 2, columns: []column{
		{name: "name", sql: `"Nom ""usuel"""`, kinds: []string{"plain", "plain", "plain", "quote", "alter", "other", "revert", "keep", "null"}},
		{name: "remark", sql: `remarque`, kinds: []string{"plain", "sql", "null"}},
		{name: "code", sql: `code`, kinds: []string{"null", "p", "p", "q"}, shared: true},
		{name: "id", sql: `id`, kinds: []string{"5", "6"}, shared: true, insertOnly: true},
		{name: "lo", sql: `lo`, kinds: []string{"1", "2", "3"}},
		{name: "hi", sql: `hi`, kinds: []string{"1", "2", "3", "null"}},
	}},
	{name: "key", sql: `"Ville d'été"."clé"`, start: 1, columns: []column{
		{name: "code", sql: `code`, kinds: []string{"k", "k", "l", "m"}, shared: true},
		{name: "label", sql: `libellé`, kinds: []string{"plain", "quote"}},
	}},
	{name: "tree", sql: `"Ville d'été"."Arbre"`, numbered: true, start: 2, columns: []column{
		{name: "road", sql: `rue`, kinds: roads, shared: true},
		{name: "species", sql: `"espèce"`, kinds: []string{"plain", "quote", "sql", "empty"}},
		{name: "height", sql: `hauteur`, kinds: []string{"number", "number", "null"}},
		{name: "planted", sql: `planté`, kinds: []string{"time"}},
		{name: "photo", sql: `photo`, kinds: []string{"small", "small", "big", "big", "huge"}},
		{name: "tags", sql: `tags`, kinds: []string{"array"}},
		{name: "geom", sql: `geom`, kinds: []string{"point"}},
	}},
	{name: "note", sql: `"Ville d'été".note`, view: `"Ville d'été".notes`, start: 1, columns: []column{
		{name: "road", sql: `rue`, kinds: roads, shared: true},
		{name: "key", sql: `"clé"`, kinds: []string{"null", "k", "l"}, shared: true},
		{name: "text", sql: `texte`, kinds: []string{"plain", "quote"}},
		{name: "number", sql: `numéro`, kinds: roads, shared: true},
	}},
	{name: "link", sql: `public."select"`, numbered: true, view: `"Ville d'été".liens`, start: 1, columns: []column{
		{name: "road", sql: `rue`, kinds: roads, shared: true},
		{name: "from", sql: `"from"`, kinds: []string{"plain", "sql"}},
		{name: "t", sql: `t`, kinds: []string{"plain"}},
		{name: "number", sql: `numéro`, kinds: roads, shared: true},
	}},
	{name: "slot", sql: `"Ville d'été"."créneau"`, start: 1, columns: []column{
		{name: "place", sql: `place`, kinds: []string{"p", "p", "q"}, shared: true},
		{name: "during", sql: `pendant`, kinds: []string{"early", "late", "both", "null"}, shared: true},
		{name: "purpose", sql: `objet`, kinds: []string{"plain", "quote"}},
	}},
	{name: "counter", sql: `"Ville d'été".compteur`, numbered: true, start: 1, untracked: true},
	{name: "old", sql: `"Ville d'été".vieux`, untracked: true},
}

func tableNamed(name string) *table {
	for _, t := range tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

// rowNames are the rows of each table; those beyond the first ones come by inserts.
var rowNames = []string{"a", "b", "x", "y"}

// uid is the uid of a row, so that its table and name can be read from it.
func uid(t *table, name string) string {
	for i, other := range tables {
		if other == t {
			return fmt.Sprintf("%08d-0000-4000-8000-0000000000%02x", i+1, name[0])
		}
	}
	panic("no such table")
}

// rowName undoes uid.
func rowName(uid string) string {
	var number, letter int
	if _, err := fmt.Sscanf(uid, "%08d-0000-4000-8000-0000000000%02x", &number, &letter); err != nil || number < 1 || number > len(tables) {
		return uid
	}
	return fmt.Sprintf("%s %c", tables[number-1].name, letter)
}

// literal is an SQL expression for a value of a kind, made by the edit of a number.
func literal(t *table, c *column, kind string, edit int) string {
	switch {
	case kind == "null":
		return "null"
	case c.name == "number":
		return fmt.Sprintf("(select id from %s where uid = '%s')", tables[0].sql, uid(tables[0], kind))
	case c.name == "id":
		return kind
	case c.name == "road":
		return "'" + uid(tables[0], kind) + "'"
	case t.name == "road" && c.name == "code", t.name == "key" && c.name == "code", c.name == "key":
		return "'" + kind + "'"
	}
	switch kind {
	case "p", "q":
		return "'" + kind + "'"
	case "early":
		return "'[1,5)'"
	case "late":
		return "'[5,9)'"
	case "both":
		return "'[3,7)'"
	case "huge":
		return fmt.Sprintf("decode(repeat(lpad(to_hex(%d), 8, '0'), 300000), 'hex')", edit)
	case "1", "2", "3": // lo is never above hi of the same number, of whatever edit
		n := int(kind[0] - '0')
		if c.name == "hi" {
			return fmt.Sprint(n*1_000_000 + 500_000 + edit)
		}
		return fmt.Sprint(n*1_000_000 + edit)
	case "number":
		return fmt.Sprintf("%d.50", edit)
	case "time":
		return fmt.Sprintf("timestamptz '2020-06-01 12:00+02' + %d * interval '1 second'", edit)
	case "small":
		return fmt.Sprintf(`'\x%08x'`, edit)
	case "big":
		return fmt.Sprintf("decode(repeat(lpad(to_hex(%d), 8, '0'), 2500), 'hex')", edit)
	case "array":
		return fmt.Sprintf(`array['a,"b"', null, '', '{%d}']`, edit)
	case "point":
		return fmt.Sprintf("public.ST_SetSRID(public.ST_MakePoint(%d, 1.1, -0.3), 2154)", edit)
	case "quote":
		return fmt.Sprintf(`'l''"été" \ #%d, => NULL'`, edit)
	case "sql":
		return fmt.Sprintf(`'''); drop table x; -- #%d'`, edit)
	case "empty":
		return "''"
	}
	return fmt.Sprintf("'%s #%d'", kind, edit)
}

// canonical takes off what a trigger has added to a value.
func canonical(value string) string { return strings.TrimPrefix(value, "central ") }
