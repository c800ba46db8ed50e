package archive

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// Need is something in a package that servers of some versions only can read.
type Need struct {
	From int    `json:"from,omitempty"` // the first of these versions
	To   int    `json:"to,omitempty"`   // the last one; 0 for none
	What string `json:"what"`
}

// Columns of the catalogue that not every version has are asked for through jsonb. What is written by pg_dump only where it was chosen is
// not here unless it was. A "char" above 127 is \200 and so on from version 16 on, and a lone byte before.
const needed = `
	with relation as (
		select c.oid, to_jsonb(c) as has from unnest($1::oid[]) as u (oid) join pg_catalog.pg_class c using (oid)
	), need (from_version, to_version, class, object, part, how) as (
		select v.from_version, 0, 'pg_constraint'::regclass, c.oid, 0, v.how
		from relation r
		join pg_catalog.pg_constraint c on c.conrelid = r.oid
		cross join to_jsonb(c) as j (has)
		join lateral (values
			(18, ' is not enforced', j.has ->> 'conenforced' = 'false'),
			(18, ' is about periods', j.has ->> 'conperiod' = 'true'),
			(18, ' is not valid', c.contype = 'n' and not c.convalidated),
			(15, ' names the columns that it sets', j.has ->> 'confdelsetcols' is not null)
		) as v (from_version, how, applies) on v.applies
		union all
		select v.from_version, v.to_version, 'pg_class'::regclass, r.oid, a.attnum, v.how
		from relation r
		join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
		join pg_catalog.pg_type t on t.oid = a.atttypid
		cross join lateral (select lizsync.base_type(case t.typcategory when 'A' then t.typelem else t.oid end) = 'pg_catalog."char"') as k (is_char)
		cross join (select pg_catalog.current_setting('server_version_num')::integer >= 160000) as s (is_new)
		join lateral (values
			(18, 0, ' is computed when it is read', a.attgenerated = 'v'),
			(14, 0, ' has a method of compression', coalesce(to_jsonb(a) ->> 'attcompression', '') <> ''),
			(14, 0, ' is a multirange', t.typtype = 'm'),
			(case when s.is_new then 16 else 0 end, case when s.is_new then 0 else 15 end, ' is a "char"', k.is_char)
		) as v (from_version, to_version, how, applies) on v.applies
		where r.has ->> 'relkind' = 'r'
		union all
		select 15, 0, 'pg_class'::regclass, i.indexrelid, 0, ' takes nulls for equal'
		from relation r join pg_catalog.pg_index i on i.indrelid = r.oid
		where to_jsonb(i) ->> 'indnullsnotdistinct' = 'true'
		union all
		select 14, 0, 'pg_statistic_ext'::regclass, x.oid, 0, ' is about expressions'
		from relation r join pg_catalog.pg_statistic_ext x on x.stxrelid = r.oid
		where to_jsonb(x) ->> 'stxexprs' is not null
		union all
		select 15, 0, 'pg_class'::regclass, r.oid, 0, ' has the option security_invoker' from relation r where r.has ->> 'reloptions' like '%security_invoker=%'
		union all
		select 14, 0, 'pg_proc'::regclass, p.oid, 0, ' has a body of SQL'
		from unnest($2::oid[]) as u (oid) join pg_catalog.pg_proc p using (oid)
		where to_jsonb(p) ->> 'prosqlbody' is not null
		union all
		select 14, 0, 'pg_type'::regclass, t.oid, 0, ' has a multirange'
		from unnest($3::oid[]) as u (oid) join pg_catalog.pg_type t using (oid)
		where t.typtype = 'r' and pg_catalog.current_setting('server_version_num')::integer >= 140000
	)
	select from_version as from, to_version as to, pg_catalog.pg_describe_object(class, object, part) || how as what from need order by 1 desc, 3`

// needs lists what servers of some versions only can read, of tables and of what else was made.
func needs(ctx context.Context, q database.Querier, s Selection, made []objectID) ([]Need, error) {
	relations, functions, types := s.OIDs(), []uint32{}, []uint32{}
	for _, id := range made {
		switch id.class {
		case classRelation:
			relations = append(relations, id.oid)
		case classProcedure:
			functions = append(functions, id.oid)
		case classType:
			types = append(types, id.oid)
		}
	}
	rows, err := q.Query(ctx, needed, relations, functions, types)
	if err != nil {
		return nil, fmt.Errorf("ask what older servers cannot read: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Need])
	if err != nil {
		return nil, fmt.Errorf("ask what older servers cannot read: %w", err)
	}
	return found, nil
}

// CheckServer refuses a server of a major version that cannot read the package.
func (m *Manifest) CheckServer(version int) error {
	var texts []string
	wanted := ""
	for _, need := range m.Needs {
		switch {
		case version < need.From:
			texts, wanted = append(texts, fmt.Sprintf("%s (from %d on)", need.What, need.From)), fmt.Sprint(max(need.From, m.Central.PostgreSQLVersion/10000))
		case need.To > 0 && version > need.To:
			texts, wanted = append(texts, fmt.Sprintf("%s (up to %d)", need.What, need.To)), fmt.Sprint(m.Central.PostgreSQLVersion/10000)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return &provider.Failure{
		Text: fmt.Sprintf("the package of PostgreSQL %d has what the PostgreSQL %d of the clone reads otherwise or not at all: %s",
			m.Central.PostgreSQLVersion/10000, version, strings.Join(texts, "; ")),
		Hint: fmt.Sprintf("deploy to a server of PostgreSQL %s, or change that on central and make a new package", wanted),
	}
}
