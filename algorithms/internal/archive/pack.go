package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// layerStyles is where QGIS keeps styles.
var layerStyles = Name{"public", "layer_styles"}

// cleanUp bounds what is done after an error or a cancel.
const cleanUp = 10 * time.Second

// PackOptions says what to package.
type PackOptions struct {
	Central       *database.Target
	ProgramFolder string // with pg_dump and pg_restore; found when empty
	Selection     Selection
	AdditionalSQL string // a file, may be empty
	Path          string // of the package
}

// Pack writes a package of a prepared central database: structure and data as one snapshot shows them. The file appears
// under its name when it is whole, and the package is then in central's history. No lock is taken that an edit would
// hold up.
func Pack(ctx context.Context, conn *pgx.Conn, options PackOptions, feedback provider.Feedback) (_ *Manifest, err error) {
	additional, err := readAdditional(options.AdditionalSQL)
	if err != nil {
		return nil, err
	}
	var server int
	if err := conn.QueryRow(ctx, "select current_setting('server_version_num')::integer / 10000").Scan(&server); err != nil {
		return nil, fmt.Errorf("ask for the version of the server: %w", err)
	}
	programs, err := findPrograms(ctx, options.ProgramFolder, server)
	if err != nil {
		return nil, err
	}
	w, err := create(options.Path)
	if err != nil {
		return nil, err
	}
	defer w.discard()

	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("begin to read the central database: %w", err)
	}
	defer rollback(ctx, tx)
	p := packer{tx: tx, options: options, programs: programs, writer: w, feedback: feedback}
	m, err := p.pack(ctx, additional)
	if err != nil {
		return nil, err
	}
	if err := w.finish(m); err != nil {
		return nil, err
	}
	// pgx does not commit what was cancelled meanwhile.
	if err := tx.Commit(ctx); err != nil {
		return nil, fmt.Errorf("end reading the central database: %w", err)
	}
	// An entry without its package does no harm; a package without its entry could not be deployed.
	_, err = conn.Exec(ctx, `
		insert into lizsync.history (sync_id, sync_time, server_from, server_to, sync_type, sync_status, duration)
		values ($1, $2, $3, '{}', 'full', 'done', clock_timestamp() - $2)`, m.PackageID, m.CreatedAt, m.Central.ServerID)
	if err != nil {
		return nil, fmt.Errorf("record the package in central's history: %w", err)
	}
	return m, w.publish()
}

func readAdditional(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", &provider.Failure{
			Text: fmt.Sprintf("the file %s cannot be read: %v", path, errors.Unwrap(err)),
			Hint: "give ADDITIONAL_SQL_FILE a file with SQL, or leave it empty", Err: err,
		}
	}
	script := strings.TrimPrefix(string(text), "\uFEFF") // Windows' editors begin with it
	return script, checkAdditional(path, script)
}

func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUp)
	defer cancel()
	_ = tx.Rollback(ctx) // when it fails the connection is gone, and the transaction with it
}

type packer struct {
	tx       pgx.Tx
	options  PackOptions
	programs programs
	writer   *writer
	feedback provider.Feedback
}

func (p *packer) pack(ctx context.Context, additional string) (*Manifest, error) {
	if _, err := p.tx.Exec(ctx, pin); err != nil {
		return nil, fmt.Errorf("set up the session: %w", err)
	}
	// The transaction has no snapshot before its first query, and a change of structure between the snapshot and the
	// lock would go unnoticed.
	if err := p.lock(ctx); err != nil {
		return nil, err
	}
	m := &Manifest{FormatVersion: FormatVersion}
	var exported string
	err := p.tx.QueryRow(ctx, `
		select pg_catalog.pg_export_snapshot(), pg_catalog.pg_current_snapshot()::text, now(), gen_random_uuid()::text,
			lizsync.current_version(), s.server_id::text, s.server_name, lizsync.system_identifier(),
			current_setting('server_version'), current_setting('server_version_num')::integer
		from lizsync.server_metadata s`,
	).Scan(&exported, &m.Central.Snapshot, &m.CreatedAt, &m.PackageID, &m.StructureVersion, &m.Central.ServerID, &m.Central.ServerName,
		&m.Central.SystemIdentifier, &m.Central.PostgreSQL, &m.Central.PostgreSQLVersion)
	if err != nil {
		return nil, fmt.Errorf("take a snapshot of the central database: %w", err)
	}
	m.CreatedAt = m.CreatedAt.UTC()
	if err := p.tx.QueryRow(ctx, usersPath).Scan(&m.Central.SearchPath); err != nil {
		return nil, fmt.Errorf("ask for the search path of the central database: %w", err)
	}
	// As the snapshot shows it: the one that the person made may be seconds older.
	selection, err := Select(ctx, p.tx, p.options.Selection.Names())
	if err != nil {
		return nil, err
	}
	if err := selection.CheckReferences(ctx, p.tx); err != nil {
		return nil, err
	}
	if err := p.structure(ctx, m, selection, exported); err != nil {
		return nil, err
	}
	if err := p.data(ctx, m, selection); err != nil {
		return nil, err
	}
	if err := p.references(ctx, m, selection); err != nil {
		return nil, err
	}
	if err := p.styles(ctx, m, selection); err != nil {
		return nil, err
	}
	if additional != "" {
		if err := p.writer.add(additionalMember, text(additional)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// lock keeps the structure of the tables as it is until the end.
func (p *packer) lock(ctx context.Context) error {
	for _, table := range p.options.Selection.Tables {
		_, err := p.tx.Exec(ctx, "lock table only "+table.SQL()+" in access share mode")
		switch {
		case err == nil:
		case database.SQLState(err) == pgerrcode.LockNotAvailable:
			return &provider.Failure{
				Text: fmt.Sprintf("somebody changes the structure of %s, and it was not free within %s", table.SQL(), lockTimeout),
				Hint: "wait until that has ended, then run this again", Err: err,
			}
		default:
			return fmt.Errorf("lock %s: %w", table.SQL(), err)
		}
	}
	return nil
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// structure packages the definitions.
func (p *packer) structure(ctx context.Context, m *Manifest, s Selection, snapshot string) error {
	p.feedback.Message(fmt.Sprintf("reading the structure of %d tables and %d views with pg_dump %d", len(s.Tables), len(s.Views), p.programs.major))
	plan, err := makePlan(ctx, p.tx, s)
	if err != nil {
		return err
	}
	if plan.skipped != nil {
		p.feedback.Message("not packaged, because they need tables that are not: " + strings.Join(plan.skipped, ", "))
	}
	if plan.lost != nil {
		p.feedback.Warning("what the tables need may name what is missing on the clone: " + strings.Join(plan.lost, "; ") +
			"; add the tables to PG_LAYERS, or create on the clone what is missing, for instance with ADDITIONAL_SQL_FILE")
	}
	if plan.lostElsewhere != nil {
		p.feedback.Message("other functions, or those of AFTER triggers, may name what is missing on the clone: " + strings.Join(plan.lostElsewhere, "; "))
	}
	others, err := plan.others(ctx, p.tx)
	if err != nil {
		return err
	}
	dump, err := plan.dump(ctx, p.programs, p.options.Central, snapshot, others)
	if err != nil {
		return err
	}
	if err := p.writer.add(beforeDataMember, text(dump.beforeData)); err != nil {
		return err
	}
	if err := p.writer.add(afterDataMember, text(dump.afterData)); err != nil {
		return err
	}
	m.Extensions, m.Schemas = plan.extensions, plan.schemas
	if m.Objects, err = plan.identify(ctx, p.tx, dump.made); err != nil {
		return err
	}
	if m.Needs, err = needs(ctx, p.tx, s, dump.made); err != nil {
		return err
	}
	m.Views, m.Sequences = []View{}, []Sequence{}
	for _, object := range dump.made {
		if object.class != classRelation {
			continue
		}
		if i := slices.IndexFunc(s.Views, func(r Relation) bool { return r.OID == object.oid }); i >= 0 {
			m.Views = append(m.Views, View{s.Views[i].Name, s.Views[i].Kind == "m"})
		}
		if plan.graph.relation[object.oid] == "S" {
			var q Sequence
			const name = "select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = $1"
			if err := p.tx.QueryRow(ctx, name, object.oid).Scan(&q.Schema, &q.Name.Name); err != nil {
				return fmt.Errorf("look for a sequence: %w", err)
			}
			m.Sequences = append(m.Sequences, q)
		}
	}
	return nil
}

// data packages the rows, and then the positions of the sequences: no snapshot holds these back, so that read last they
// are at or beyond every number in the rows.
func (p *packer) data(ctx context.Context, m *Manifest, s Selection) error {
	sizes := make([]int64, len(s.Tables))
	var total, done int64
	for i, r := range s.Tables {
		if err := p.tx.QueryRow(ctx, "select pg_catalog.pg_table_size($1)", r.OID).Scan(&sizes[i]); err != nil {
			return fmt.Errorf("ask for the size of %s: %w", r.SQL(), err)
		}
		total += sizes[i]
	}
	for i, r := range s.Tables {
		table := Table{Name: r.Name, Rows: Rows{Member: dataMember(i + 1)}}
		var err error
		if table.Columns, err = columns(ctx, p.tx, r.Name); err != nil {
			return err
		}
		const audit = `
			select coalesce(told[1]::boolean, false), coalesce(told[3]::text[], '{}'), exists (select from lizsync.local_keys where relid = $1::oid)
			from lizsync.audit_arguments($1::oid::regclass) as a (told)`
		if err := p.tx.QueryRow(ctx, audit, r.OID).Scan(&table.Audit.Queries, &table.Audit.IgnoredColumns, &table.LocalKeys); err != nil {
			return fmt.Errorf("ask how %s is audited: %w", r.SQL(), err)
		}
		err = p.writer.add(table.Member, func(w io.Writer) error {
			table.Count, err = copyOut(ctx, p.tx, r.SQL()+" "+columnList(table.Columns), w, func(bytes int64) {
				// The text of a table is about as long as the table; it may well be longer.
				p.feedback.Progress(5 + 90*float64(done+min(bytes, sizes[i]))/float64(max(total, 1)))
			})
			return err
		})
		if err != nil {
			return fmt.Errorf("read %s: %w", r.SQL(), err)
		}
		done += sizes[i]
		p.feedback.Message(fmt.Sprintf("%s: %d rows", r.SQL(), table.Count))
		m.Tables = append(m.Tables, table)
	}
	for i := range m.Sequences {
		q := &m.Sequences[i]
		if err := p.tx.QueryRow(ctx, "select last_value, is_called from "+q.SQL()).Scan(&q.LastValue, &q.IsCalled); err != nil {
			return fmt.Errorf("read the sequence %s: %w", q.SQL(), err)
		}
	}
	return nil
}

// references packages what is known of columns that hold numbers of other tables.
func (p *packer) references(ctx context.Context, m *Manifest, s Selection) error {
	found, err := p.tx.Query(ctx, "select child, child_column, parent, parent_column, evidence from lizsync.number_references($1) order by 1, 2, 3, 4", s.OIDs())
	if err != nil {
		return fmt.Errorf("look for references to numbers: %w", err)
	}
	if m.References, err = pgx.CollectRows(found, pgx.RowToStructByPos[Reference]); err != nil {
		return fmt.Errorf("look for references to numbers: %w", err)
	}
	return nil
}

// styles packages the rows that QGIS has saved for the tables and views.
func (p *packer) styles(ctx context.Context, m *Manifest, s Selection) error {
	var readable *bool
	const there = "select pg_catalog.has_table_privilege(c, 'select') from pg_catalog.to_regclass($1) as c"
	if err := p.tx.QueryRow(ctx, there, layerStyles.SQL()).Scan(&readable); err != nil {
		return fmt.Errorf("look for styles: %w", err)
	}
	if readable == nil {
		return nil
	}
	if !*readable {
		p.feedback.Warning("the styles saved in public.layer_styles are not packaged: this role may not read them; GRANT SELECT ON public.layer_styles to it")
		return nil
	}
	all, err := columns(ctx, p.tx, layerStyles)
	if err != nil {
		return err
	}
	styles := Rows{Member: stylesMember}
	for _, column := range all {
		if column.Name != "id" && !column.Generated { // each database numbers its own
			styles.Columns = append(styles.Columns, column)
		}
	}
	var pairs []string
	for _, name := range s.Names() {
		pairs = append(pairs, "("+literal(name.Schema)+", "+literal(name.Name)+")")
	}
	list := columnList(styles.Columns)
	query := fmt.Sprintf("(select %s from %s where (f_table_schema, f_table_name) in (%s) order by id)",
		list[1:len(list)-1], layerStyles.SQL(), strings.Join(pairs, ", "))
	err = p.writer.add(stylesMember, func(w io.Writer) error {
		styles.Count, err = copyOut(ctx, p.tx, query, w, func(int64) {})
		return err
	})
	if err != nil {
		return fmt.Errorf("read public.layer_styles: %w", err)
	}
	m.LayerStyles = &styles
	return nil
}

// literal writes a text as a literal. COPY takes no parameters.
func literal(text string) string {
	escaped := strings.ReplaceAll(strings.ReplaceAll(text, `'`, `''`), `\`, `\\`)
	return " E'" + escaped + "'"
}
