package demo

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// deploy takes the city from a database that nobody prepared to two clones.
func (d *demo) deploy(ctx context.Context) error {
	d.page.chapter("Install, prepare, package, deploy")
	d.page.text("Four algorithms, run once. They are the ones of the QGIS toolbox and of the command line, shown here; " +
		"service=central and the like are entries of pg_service.conf.")
	d.page.blank()

	central := d.url(d.central, d.central)
	if err := d.show(ctx, "create_database_structure", map[string]string{"CONNECTION_NAME": central},
		"CONNECTION_NAME=service=central"); err != nil {
		return err
	}
	prepare := map[string]string{"CONNECTION_NAME_CENTRAL": central, "ADD_UID_COLUMNS": "true", "ADD_AUDIT_TRIGGERS": "true"}
	if err := d.show(ctx, "initialize_central_database", prepare,
		"CONNECTION_NAME_CENTRAL=service=central ADD_UID_COLUMNS=true ADD_AUDIT_TRIGGERS=true"); err != nil {
		return err
	}
	if err := d.grant(ctx); err != nil {
		return err
	}
	var layers []string
	for _, t := range tables {
		layers = append(layers, t.name)
	}
	pack := map[string]string{"CONNECTION_NAME_CENTRAL": central, "PG_LAYERS": strings.Join(layers, ","), "ZIP_FILE": d.packagePath}
	if found, err := filepath.Glob(filepath.Join(d.server.BinDir(), "pg_dump*")); err == nil && len(found) > 0 {
		pack["POSTGRESQL_BINARY_PATH"] = d.server.BinDir() // the server's own version
	}
	if err := d.show(ctx, "package_central_database", pack,
		"CONNECTION_NAME_CENTRAL=service=central PG_LAYERS=city.district,city.street,… ZIP_FILE=pont.zip"); err != nil {
		return err
	}
	for _, p := range []*place{d.tablet, d.laptop} {
		deploy := map[string]string{
			"CONNECTION_NAME_CENTRAL": central, "CONNECTION_NAME_CLONE": d.url(p, p), "ZIP_FILE": d.packagePath,
			"CLONE_NAME": p.service, "CENTRAL_ROLE": p.role,
		}
		if err := d.show(ctx, "deploy_database_server_package", deploy, fmt.Sprintf(
			"CONNECTION_NAME_CENTRAL=service=central CONNECTION_NAME_CLONE=service=%s ZIP_FILE=pont.zip CLONE_NAME=%s CENTRAL_ROLE=%s",
			p.service, p.service, p.role)); err != nil {
			return err
		}
		if err := d.connect(ctx, p); err != nil {
			return err
		}
	}
	d.page.text("Anna's tablet is told where central is, so that it synchronises by itself. Louis's laptop keeps no password of central:")
	d.page.code(4, "select lizsync.create_central_server_fdw('127.0.0.1', "+strconv.Itoa(d.server.Port())+",\n    'pont_l_etang', 'anna', '…');")
	_, err := d.tablet.conn.Exec(ctx, "select lizsync.create_central_server_fdw('127.0.0.1', $1, $2, $3, $4)",
		d.server.Port(), d.central.database, d.tablet.role, d.tablet.password)
	if err != nil {
		return fmt.Errorf("tell the tablet where central is: %w", err)
	}
	return nil
}

// show runs an algorithm and tells what it did, with the command that does the same.
func (d *demo) show(ctx context.Context, id string, arguments map[string]string, command string) error {
	o, err := d.algorithm(ctx, id, arguments)
	if err != nil {
		return err
	}
	d.page.code(2, "lizsync run "+id+" "+command)
	d.page.item("  ✔", green, 4, fmt.Sprintf("%s (%s)", strings.ReplaceAll(o.text(), d.server.Dir()+"/", ""), seconds(o.took)))
	for _, warning := range o.warnings {
		d.page.item("  !", yellow, 4, warning)
	}
	for _, message := range o.messages {
		// Those that the story comes back to.
		if strings.HasPrefix(message, "note: nature.tree:") || strings.Contains(message, "AFTER") {
			d.page.item("  ·", dim, 4, message)
		}
	}
	d.page.blank()
	return nil
}

// grant lets the clones' people edit on central what they edit outside: LizSync writes with their own rights.
func (d *demo) grant(ctx context.Context) error {
	for _, schema := range []string{"city", "nature", "water"} {
		_, err := d.central.conn.Exec(ctx, fmt.Sprintf(`
			grant usage on schema %[1]s to anna, louis;
			grant select, insert, update, delete on all tables in schema %[1]s to anna, louis;
			grant usage on all sequences in schema %[1]s to anna, louis`, schema))
		if err != nil {
			return fmt.Errorf("grant the clones' people the schema %s: %w", schema, err)
		}
	}
	d.page.text("On central, Karim grants Anna and Louis the right to edit these tables. LizSync writes with their rights, no others.")
	d.page.blank()
	return nil
}

// edit is what somebody does to the data.
type edit struct {
	where *place
	what  string
	sql   string // as it is shown, and run
}

// day is when everybody edits. The order matters: for one field, the last edit wins.
func (d *demo) day(ctx context.Context) error {
	d.page.chapter("A day apart")
	d.page.text("Everybody edits their own database, in this order; nobody is connected to anybody. Some of it will meet.")
	d.page.blank()
	anna, karim, louis := d.tablet, d.central, d.laptop
	edits := []edit{
		{anna, "measures tree 4211", "update nature.tree set height_m = 18.5 where tag = 4211"},
		{karim, "writes a note about the same tree", "update nature.tree set note = 'arbre « remarquable », à protéger'\nwhere tag = 4211"},
		{anna, "finds tree 1203 in fair health", "update nature.tree set health = 'fair' where tag = 1203"},
		{karim, "marks tree 1203 as dead: somebody called", "update nature.tree set health = 'dead' where tag = 1203"},
		{karim, "wants hydrant PI-0042 yellow", "update water.hydrant set colour = 'jaune' where code = 'PI-0042'"},
		{louis, "has just painted it blue", "update water.hydrant set colour = 'bleu' where code = 'PI-0042'"},
		{louis, "notes a leaking joint on hydrant PI-0100", "update water.hydrant set note = 'le joint fuit' where code = 'PI-0100'"},
		{anna, "passes by later: it has been repaired", "update water.hydrant set note = 'joint changé, \"sec\"'\nwhere code = 'PI-0100'"},
		{anna, "measures tree 77", "update nature.tree set height_m = 12.5, note = 'fissure à 2 m'\nwhere tag = 77"},
		{karim, "removes tree 77: the wind has felled it", "delete from nature.tree where tag = 77"},
		{anna, "plants a lime tree and takes a photo", plantWithPhoto},
		{anna, "plants another, and gives it the tag 20002", plant(20002, 761250, 6267000, "Anna")},
		{karim, "gives the tag 20002 to a new tree as well", plant(20002, 762400, 6266600, "Karim")},
		{louis, "finds a leak in the pipe of hydrant PI-0100", findLeak},
		{anna, "waters the trees in the east of the city", "update nature.tree set watered_on = '2024-06-21'\nwhere st_x(geom) > 761800"},
		{karim, "downgrades the plane trees after an inspection", "update nature.tree t set health = 'poor'\nfrom nature.species s\nwhere s.uid = t.species_uid and s.latin_name = 'Platanus × hispanica'"},
		{karim, "registers a second owner of the schools", "update city.building set owners = array_append(owners, 'Région')\nwhere use = 'school'"},
		{louis, "measures the pressure in the cast-iron pipes", "update water.pipe set pressure_bar = pressure_bar + 0.35\nwhere material = 'fonte'"},
	}
	for i, e := range edits {
		rows, err := d.perform(ctx, e)
		if err != nil {
			return err
		}
		d.edited = append(d.edited, rows)
		count := ""
		if rows > 1 {
			count = fmt.Sprintf(" — %s rows", thousands(rows))
		}
		d.page.line(fmt.Sprintf("%s%2d  %s  %s%s", margin, i+1, d.page.paint(bold, pad(e.where.name, 14)), e.what, count))
		d.page.code(22, e.sql)
	}
	return nil
}

const waterRows, planeRows, schoolRows, pressureRows = 14, 15, 16, 17 // among the edits

const plantWithPhoto = `insert into nature.tree (tag, species_uid, height_m, geom)
    select 20001, uid, 2.5,
        st_setsrid(st_point(760100, 6267900), 2154)
    from nature.species where latin_name = 'Tilia tomentosa';
insert into nature.tree_photo (tree_uid, caption, photo)
    select uid, 'l''arbre « d''Anna »', $1 from nature.tree
    where tag = 20001`

const findLeak = `insert into water.leak (pipe_uid, description, geom)
    select pipe_uid, 'fuite d''eau devant le n° 12', geom
    from water.hydrant where code = 'PI-0100'`

func plant(tag, east, north int, by string) string {
	return fmt.Sprintf(`insert into nature.tree (tag, species_uid, note, geom)
    select %d, uid, 'planté par %s',
        st_setsrid(st_point(%d, %d), 2154)
    from nature.species where latin_name = 'Quercus ilex'`, tag, by, east, north)
}

func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(columns-len([]rune(text)), 0))
}

// perform makes an edit. $1 in it is a new photo.
func (d *demo) perform(ctx context.Context, e edit) (rows int, err error) {
	d.page.progress(e.where.person + " " + e.what)
	picture, err := photo(7)
	if err != nil {
		return 0, fmt.Errorf("draw a photo: %w", err)
	}
	for statement := range strings.SplitSeq(e.sql, ";\n") {
		var arguments []any
		if strings.Contains(statement, "$1") {
			arguments = append(arguments, picture)
		}
		tag, err := e.where.conn.Exec(ctx, statement, arguments...)
		if err != nil {
			return 0, fmt.Errorf("%s %s: %w", e.where.person, e.what, err)
		}
		if tag.RowsAffected() == 0 {
			return 0, fmt.Errorf("%s %s: there was nothing to edit", e.where.person, e.what)
		}
		rows = int(tag.RowsAffected())
	}
	return rows, nil
}

// scan reads one row.
func (p *place) scan(ctx context.Context, sql string, into ...any) error {
	if err := p.conn.QueryRow(ctx, sql).Scan(into...); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// counts is what a synchronisation did.
type counts struct {
	toCentral, toClone, conflicts, pending int
	took                                   time.Duration
}

func (c counts) row(p *place) []string {
	return []string{p.name, thousands(c.toCentral), thousands(c.toClone), thousands(c.conflicts), thousands(c.pending), seconds(c.took)}
}

var countsHeader = []string{"synchronised", ">rows to central", ">rows to the clone", ">conflicts", ">pending", ">time"}

// syncTablet synchronises from the tablet itself, with a query.
func (d *demo) syncTablet(ctx context.Context) (c counts, err error) {
	d.page.progress("the tablet synchronises")
	begun := time.Now()
	if err := d.tablet.scan(ctx, "select * from lizsync.synchronize()", &c.toCentral, &c.toClone, &c.conflicts, &c.pending); err != nil {
		return c, err
	}
	c.took = time.Since(begun)
	return c, nil
}

// syncLaptop synchronises over two connections of the program.
func (d *demo) syncLaptop(ctx context.Context) (c counts, err error) {
	o, err := d.algorithm(ctx, "synchronize_database", map[string]string{
		"CONNECTION_NAME_CENTRAL": d.url(d.central, d.laptop), "CONNECTION_NAME_CLONE": d.url(d.laptop, d.laptop),
	})
	return counts{
		toCentral: o.number("NUMBER_REPLAYED_TO_CENTRAL"), toClone: o.number("NUMBER_REPLAYED_TO_CLONE"),
		conflicts: o.number("NUMBER_CONFLICTS"), pending: o.number("NUMBER_PENDING"), took: o.took,
	}, err
}

// evening brings the day together.
func (d *demo) evening(ctx context.Context) error {
	d.page.chapter("The evening")
	d.page.text("Back in the network, Anna runs one query in any client of her tablet, with no other program at all:")
	d.page.code(4, "select * from lizsync.synchronize();")
	d.page.text("Louis leaves his laptop to Karim, whose program connects to both databases:")
	d.page.code(4, "lizsync run synchronize_database CONNECTION_NAME_CENTRAL=service=central_louis CONNECTION_NAME_CLONE=service=laptop")
	d.page.blank()
	tablet, err := d.syncTablet(ctx)
	if err != nil {
		return err
	}
	laptop, err := d.syncLaptop(ctx)
	if err != nil {
		return err
	}
	d.page.table(countsHeader, [][]string{tablet.row(d.tablet), laptop.row(d.laptop)})
	if tablet.pending != 2 || laptop.pending != 0 {
		return fmt.Errorf("the tablet has %d pending rows and the laptop %d; this story has 2 and 0: %s", tablet.pending, laptop.pending, d.reasons(ctx))
	}
	if tablet.conflicts == 0 || laptop.conflicts == 0 {
		return fmt.Errorf("the tablet met %d conflicts and the laptop %d; this story has some on both", tablet.conflicts, laptop.conflicts)
	}
	return nil
}

// reasons tells why rows are pending, for a story that did not go as told.
func (d *demo) reasons(ctx context.Context) string {
	var all []string
	for _, p := range []*place{d.tablet, d.laptop} {
		var found string
		err := p.scan(ctx, "select coalesce(string_agg(concat_ws(' ', object_table, object_uid, refused_by, error), '; '), 'nothing') from lizsync.pending_changes", &found)
		if err != nil {
			found = err.Error()
		}
		all = append(all, p.name+": "+found)
	}
	return strings.Join(all, "; ")
}

// unblock solves what is pending, and synchronises until nobody has anything to say.
func (d *demo) unblock(ctx context.Context) error {
	d.page.chapter("What had to wait")
	d.page.text("Two trees cannot have one tag. Anna's has it on her tablet, Karim's on central, so neither can cross over: both stay " +
		"where they are, unharmed, and nothing else waits for them. lizsync.pending_changes on the tablet says why:")
	d.page.blank()
	rows, err := d.tablet.conn.Query(ctx, "select object_uid::text as uid, refused_by, error from lizsync.pending_changes order by refused_by")
	if err != nil {
		return fmt.Errorf("read what is pending: %w", err)
	}
	type refused struct{ UID, RefusedBy, Error string }
	pending, err := pgx.CollectRows(rows, pgx.RowToStructByName[refused])
	if err != nil {
		return fmt.Errorf("read what is pending: %w", err)
	}
	var cells [][]string
	for _, r := range pending {
		where := d.central
		if r.RefusedBy == "central" {
			where = d.tablet
		}
		var tree string
		err := where.conn.QueryRow(ctx, `select 'tree ' || tag || E'\n' || note from nature.tree where uid = $1::text::uuid`, r.UID).Scan(&tree)
		if err != nil {
			return fmt.Errorf("look at the tree %s in %s: %w", r.UID, where.name, err)
		}
		cells = append(cells, []string{tree, where.name, r.RefusedBy, strings.Join(wrap(r.Error, 44), "\n")})
	}
	d.page.table([]string{"row", "stays in", "refused by", "error"}, cells)
	d.page.blank()
	d.page.text("Anna gives her tree another tag. Both synchronise again, and once more to see that nothing is left to say:")
	const retag = "update nature.tree set tag = 20003 where tag = 20002"
	if _, err := d.perform(ctx, edit{d.tablet, "gives her tree another tag", retag}); err != nil {
		return err
	}
	d.page.code(4, retag+";")
	d.page.blank()
	cells = nil
	var last counts
	for range 2 {
		tablet, err := d.syncTablet(ctx)
		if err != nil {
			return err
		}
		laptop, err := d.syncLaptop(ctx)
		if err != nil {
			return err
		}
		cells = append(cells, tablet.row(d.tablet), laptop.row(d.laptop))
		last = counts{
			toCentral: tablet.toCentral + laptop.toCentral, toClone: tablet.toClone + laptop.toClone,
			conflicts: tablet.conflicts + laptop.conflicts, pending: tablet.pending + laptop.pending,
		}
	}
	d.page.table(countsHeader, cells)
	if last != (counts{}) {
		return errors.New("the last synchronisations were to find nothing to do")
	}
	return nil
}

// fact is something that the story claims of all three databases.
type fact struct {
	what  string
	sql   string // gives one text
	want  string
	story string
}

// outcome tells who won, and why, after looking at all three databases.
func (d *demo) outcome(ctx context.Context) error {
	d.page.chapter("Who won, and why")
	both, err := d.editedByBoth(ctx)
	if err != nil {
		return err
	}
	picture, err := photo(7)
	if err != nil {
		return fmt.Errorf("draw a photo: %w", err)
	}
	facts := []fact{
		{
			"tree 4211", "select height_m || ' ' || note from nature.tree where tag = 4211", "18.5 arbre « remarquable », à protéger",
			"has Anna's height and Karim's note: two fields of one feature, both kept.",
		},
		{
			"tree 1203", "select health::text from nature.tree where tag = 1203", "dead",
			"is dead: the same field on both sides, and Karim's edit was the later one.",
		},
		{
			"hydrant PI-0042", "select colour from water.hydrant where code = 'PI-0042'", "bleu",
			"is blue: here the clone's edit was the later one.",
		},
		{
			"hydrant PI-0100", "select note from water.hydrant where code = 'PI-0100'", `joint changé, "sec"`,
			"is dry. Louis synchronised last and lost all the same: what counts is when somebody edited, not when they synchronised.",
		},
		{
			"tree 77", "select count(*)::text from nature.tree where tag = 77", "0",
			"is gone: a delete wins over an edit. What Anna measured is kept, see below.",
		},
		{
			"tree 20001", "select encode(sha256(photo), 'hex') from nature.tree_photo p join nature.tree t on t.uid = p.tree_uid where tag = 20001", digest(picture),
			fmt.Sprintf("and its photo are everywhere, all %s bytes. Its uid is the same on the three databases; the number id is each one's own.", thousands(len(picture))),
		},
		{
			"trees 20002, 20003", "select string_agg(note, ', ' order by tag) from nature.tree where tag in (20002, 20003)", "planté par Karim, planté par Anna",
			"stand side by side.",
		},
		{
			"the leaking pipe", "select state from water.pipe where uid = (select pipe_uid from water.leak)", "to be repaired",
			"is to be repaired, although nobody wrote that: central's trigger did when Louis's leak arrived, once, and it came to both clones.",
		},
		{
			"watered trees", "select count(*)::text from nature.tree where watered_on = '2024-06-21'", strconv.Itoa(d.edited[waterRows]),
			fmt.Sprintf("%s of them; %s were plane trees, edited by Anna and Karim on the same day: both edits of each survive.", thousands(d.edited[waterRows]), thousands(both)),
		},
		{
			"plane trees", "select count(*)::text from nature.tree t join nature.species s on s.uid = t.species_uid where latin_name = 'Platanus × hispanica' and health = 'poor'", strconv.Itoa(d.edited[planeRows]),
			fmt.Sprintf("all %s are in poor health now.", thousands(d.edited[planeRows])),
		},
		{
			"schools", `select count(*)::text from city.building where use = 'school' and 'Région' = any (owners)`, strconv.Itoa(d.edited[schoolRows]),
			fmt.Sprintf("%s have their second owner, and %s pipes their new pressure.", thousands(d.edited[schoolRows]), thousands(d.edited[pressureRows])),
		},
	}
	for _, f := range facts {
		for _, p := range d.places() {
			var got *string
			if err := p.scan(ctx, f.sql, &got); err != nil {
				return fmt.Errorf("look at %s: %w", f.what, err)
			}
			if got == nil || *got != f.want {
				return fmt.Errorf("%s: %s is %s, and was to be %s", p.name, f.what, text(got), f.want)
			}
		}
		d.page.item("✔ "+f.what, green, 22, f.story)
	}
	return d.conflicts(ctx)
}

// editedByBoth counts the trees that two people edited on one day in different fields.
func (d *demo) editedByBoth(ctx context.Context) (n int, err error) {
	err = d.central.scan(ctx, `
		select count(*) from nature.tree t join nature.species s on s.uid = t.species_uid
		where latin_name = 'Platanus × hispanica' and health = 'poor' and watered_on = '2024-06-21'`, &n)
	if err == nil && n < 100 {
		err = fmt.Errorf("only %d plane trees keep both edits; this story has hundreds", n)
	}
	return n, err
}

// conflicts shows every value that lost.
func (d *demo) conflicts(ctx context.Context) error {
	d.page.blank()
	d.page.text("Nothing that lost has disappeared. On central, lizsync.conflicts keeps both values, both authors and both times, and " +
		"the rule that decided:")
	d.page.blank()
	rows, err := d.central.conn.Query(ctx, `
		select
			coalesce('tree ' || t.tag, 'hydrant ' || h.code, 'tree ' || (c.row_data -> 'tag'), 'of ' || c.object_table),
			coalesce(c.field_name, 'whole row'),
			c.rejected,
			c.rule_applied,
			coalesce(c.central_value, 'deleted') || E'\n' || c.central_author || ' ' || to_char(c.central_time, 'HH24:MI:SS.MS'),
			coalesce(c.clone_value, concat_ws(', ', c.row_data -> 'height_m', c.row_data -> 'note')) || E'\n' || c.clone_author || ' ' || to_char(c.clone_time, 'HH24:MI:SS.MS')
		from lizsync.conflicts c
		left join nature.tree t on t.uid = c.object_uid
		left join water.hydrant h on h.uid = c.object_uid
		order by c.id`)
	if err != nil {
		return fmt.Errorf("read the conflicts: %w", err)
	}
	var what, field, rejected, rule, central, clone *string
	var cells [][]string
	var found []string
	_, err = pgx.ForEachRow(rows, []any{&what, &field, &rejected, &rule, &central, &clone}, func() error {
		cells = append(cells, []string{
			text(what) + "\n" + text(field), text(central), text(clone), lost(text(rejected)), text(rule),
		})
		found = append(found, text(what)+" "+text(field)+" "+text(rejected))
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the conflicts: %w", err)
	}
	d.page.table([]string{"what", "on central", "from the clone", "lost", "rule"}, cells)
	want := []string{"hydrant PI-0042 colour central", "hydrant PI-0100 note clone", "tree 1203 health clone", "tree 77 whole row clone"}
	slices.Sort(found)
	if !slices.Equal(found, want) {
		return fmt.Errorf("lizsync.conflicts has %s; this story has %s", strings.Join(found, "; "), strings.Join(want, "; "))
	}
	return nil
}

func lost(rejected string) string {
	if rejected == "central" {
		return "central's"
	}
	return "the clone's"
}

func text(value *string) string {
	if value == nil {
		return "NULL"
	}
	return *value
}
