// Package demo tells LizSync as a story: a city, its central database, two people who take clones of it outside, their
// edits, and how everything comes together again. The story is true: a throw-away PostgreSQL server runs it, through
// the algorithms that lizsync run runs, and what the story claims is checked on the three databases before it is said.
package demo

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/internal/cluster"
	"github.com/lizsync/lizsync/provider"
)

// Options are the choices of a person who runs the demo.
type Options struct {
	Keep     bool // leave the databases running at the end, until the context ends
	Terminal bool // the output is a terminal, which shows progress
	Colour   bool
}

// Run tells the story to w. It returns an error when something in it did not come out as told. Nothing of the demo is
// left on the machine when it has returned.
func Run(ctx context.Context, registry *provider.Registry, w io.Writer, options Options) (err error) {
	d := &demo{
		registry: registry,
		page:     &page{w: w, terminal: options.Terminal, colour: options.Colour},
		began:    time.Now(),
	}
	defer func() {
		d.page.end()
		if stopped := d.stop(ctx); stopped != nil {
			err = errors.Join(err, stopped)
		}
	}()
	err = d.tell(ctx)
	if err == nil && options.Keep {
		d.keep(ctx)
		return nil
	}
	if cause := ctx.Err(); cause != nil {
		return &provider.Failure{Text: "the demo was interrupted; nothing of it is left", Err: cause}
	}
	return err
}

// demo is one telling.
type demo struct {
	registry *provider.Registry
	page     *page
	began    time.Time

	server        *cluster.Cluster
	central       *place
	tablet        *place
	laptop        *place
	packagePath   string
	postgresMajor int
	edited        []int // rows of each of the day's edits
}

// place is a database and the person who edits it.
type place struct {
	name     string // in the story
	person   string
	database string
	role     string // of the person, the same on every database
	password string
	service  string // how the commands that the story shows call it
	conn     *pgx.Conn
}

func (d *demo) tell(ctx context.Context) error {
	d.page.title("LizSync: three databases, one city")
	d.page.blank()
	d.page.text("A city keeps its trees, streets, buildings and water network in PostgreSQL. A forester and the water utility take " +
		"copies of it outside, where there is no network, and everybody edits, the city hall too. In the evening the three " +
		"databases become one again. All of this happens now, on a PostgreSQL server that exists for this demo alone.")
	for _, chapter := range []func(context.Context) error{d.city, d.deploy, d.day, d.evening, d.unblock, d.outcome, d.equal} {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	d.page.blank()
	d.page.line(d.page.paint(green, fmt.Sprintf("Done in %s.", seconds(time.Since(d.began)))))
	return nil
}

// stop ends the server; its directory holds all the files of the demo.
func (d *demo) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	for _, p := range d.places() {
		if p != nil && p.conn != nil {
			_ = p.conn.Close(ctx) // the server ends anyway
		}
	}
	if d.server == nil {
		return nil
	}
	return d.server.Stop(ctx)
}

func (d *demo) places() []*place { return []*place{d.central, d.tablet, d.laptop} }

// keep waits until somebody has seen enough.
func (d *demo) keep(ctx context.Context) {
	d.page.blank()
	d.page.line(d.page.paint(bold, "The databases are yours until you press Ctrl-C here; then everything is removed."))
	d.page.blank()
	for _, p := range d.places() {
		d.page.line(margin + d.page.paint(bold, p.name) + ", as " + p.role)
		d.page.line(margin + "  psql " + d.page.paint(cyan, d.url(p, p)))
	}
	d.page.blank()
	d.page.text("Edit something in QGIS or psql, then synchronise, on the tablet:")
	d.page.line(margin + "  " + d.page.paint(cyan, "select * from lizsync.synchronize();"))
	d.page.text("and for the laptop, from anywhere:")
	d.page.line(margin + "  " + d.page.paint(cyan, `lizsync run synchronize_database \`))
	d.page.line(margin + "    " + d.page.paint(cyan, fmt.Sprintf(`CONNECTION_NAME_CENTRAL='%s' \`, d.url(d.central, d.laptop))))
	d.page.line(margin + "    " + d.page.paint(cyan, fmt.Sprintf(`CONNECTION_NAME_CLONE='%s'`, d.url(d.laptop, d.laptop))))
	d.page.blank()
	d.page.text("The superuser, should you need one:")
	d.page.line(margin + "  psql " + d.page.paint(cyan, d.server.URL(d.central.database)))
	<-ctx.Done()
	d.page.blank()
}

// url is how a person reaches a database: their own, or that of somebody else.
func (d *demo) url(where, who *place) string {
	return d.server.URLAs(where.database, who.role, who.password)
}

//go:embed city.sql
var citySQL string

// city starts the server and makes the city's data in the central database, and an empty database for each clone.
func (d *demo) city(ctx context.Context) error {
	d.page.chapter("A city")
	begun := time.Now()
	d.page.progress("starting PostgreSQL")
	var err error
	d.server, err = cluster.Start(ctx, cluster.Options{Settings: map[string]string{
		"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", // nothing of it is to last
		"max_wal_size": "2GB", "shared_buffers": "128MB",
	}})
	if err != nil {
		return err
	}
	version, err := d.checkExtensions(ctx)
	if err != nil {
		return err
	}
	d.page.text("PostgreSQL %s is running on port %d, in %s (%s).", version, d.server.Port(), d.server.Dir(), seconds(time.Since(begun)))
	d.packagePath = filepath.Join(d.server.Dir(), "pont.zip")
	d.central = &place{name: "City hall", person: "Karim", database: "pont_l_etang", role: "karim", service: "central"}
	d.tablet = &place{name: "Anna's tablet", person: "Anna", database: "tablet_anna", role: "anna", service: "tablet"}
	d.laptop = &place{name: "Louis's laptop", person: "Louis", database: "laptop_louis", role: "louis", service: "laptop"}
	begun = time.Now()
	d.page.progress("making the databases")
	if err := d.makeDatabases(ctx); err != nil {
		return err
	}
	d.page.progress("drawing the city")
	if err := d.connect(ctx, d.central); err != nil {
		return err
	}
	if _, err := d.central.conn.Exec(ctx, citySQL); err != nil {
		return fmt.Errorf("make the city's data: %w", err)
	}
	if err := d.addPhotos(ctx); err != nil {
		return err
	}
	return d.describeCity(ctx, time.Since(begun))
}

// needed are the extensions that the demo cannot do without.
var needed = []string{"postgis", "hstore", "dblink", "postgres_fdw"}

// checkExtensions returns the versions to tell, and refuses a server on which an extension is missing.
func (d *demo) checkExtensions(ctx context.Context) (version string, err error) {
	conn, err := pgx.Connect(ctx, d.server.URL("postgres"))
	if err != nil {
		return "", fmt.Errorf("connect to the demo's server: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var missing []string
	var postgis *string
	err = conn.QueryRow(ctx, `
		select
			current_setting('server_version_num')::integer / 10000,
			split_part(current_setting('server_version'), ' ', 1),
			(select default_version from pg_available_extensions where name = 'postgis'),
			array(select n from unnest($1::text[]) as n where n not in (select name from pg_available_extensions))`,
		needed).Scan(&d.postgresMajor, &version, &postgis, &missing)
	if err != nil {
		return "", fmt.Errorf("ask which extensions there are: %w", err)
	}
	if len(missing) == 0 {
		return fmt.Sprintf("%s with PostGIS %s", version, *postgis), nil
	}
	packages := "postgresql-contrib"
	if postgis == nil {
		packages = fmt.Sprintf("postgresql-%d-postgis-3", d.postgresMajor)
		if len(missing) > 1 {
			packages += " postgresql-contrib"
		}
	}
	return "", &provider.Failure{
		Text: fmt.Sprintf("PostgreSQL %s in %s lacks %s, which the demo needs", version, d.server.BinDir(), strings.Join(missing, ", ")),
		Hint: "install it, on Debian and Ubuntu with: sudo apt-get install -y " + packages,
	}
}

// makeDatabases does what an administrator does once: the roles, the databases, and the extensions that only a
// superuser may create.
func (d *demo) makeDatabases(ctx context.Context) error {
	// In the template, so that PostGIS is built once.
	if err := d.administer(ctx, "template1", "create extension postgis"); err != nil {
		return err
	}
	for _, p := range d.places() {
		p.password = strings.ToLower(rand.Text()[:16])
		err := d.administer(ctx, "postgres",
			fmt.Sprintf("create role %s login password '%s'", p.role, p.password),
			fmt.Sprintf("create database %s owner %s", p.database, p.role))
		if err == nil && p != d.central {
			err = d.administer(ctx, p.database, "create extension dblink", "create extension postgres_fdw",
				"grant usage on foreign data wrapper postgres_fdw to "+p.role)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// administer runs statements as the superuser. They go with their connection: a template must have none.
func (d *demo) administer(ctx context.Context, database string, statements ...string) error {
	conn, err := pgx.Connect(ctx, d.server.URL(database))
	if err != nil {
		return fmt.Errorf("connect to the database %s: %w", database, err)
	}
	for _, statement := range statements {
		if _, err = conn.Exec(ctx, statement); err != nil {
			err = fmt.Errorf("make the demo's databases: %w", err)
			break
		}
	}
	return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
}

// connect opens the session in which a person works on their database.
func (d *demo) connect(ctx context.Context, p *place) error {
	config, err := pgx.ParseConfig(d.url(p, p))
	if err != nil {
		return fmt.Errorf("connect to %s: %w", p.database, err)
	}
	config.RuntimeParams["application_name"] = "lizsync demo"
	if p.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return fmt.Errorf("connect to %s: %w", p.database, err)
	}
	return nil
}

// addPhotos attaches pictures to a few trees.
func (d *demo) addPhotos(ctx context.Context) error {
	for i, tag := range []int{12, 500, 4211, 9876} {
		picture, err := photo(i)
		if err != nil {
			return fmt.Errorf("draw a photo: %w", err)
		}
		_, err = d.central.conn.Exec(ctx, `
			insert into nature.tree_photo (tree_uid, caption, taken_at, photo)
			select uid, 'l''arbre n° ' || tag, timestamptz '2024-05-02 09:30:00+02' + tag * interval '1 minute', $2
			from nature.tree where tag = $1`, tag, picture)
		if err != nil {
			return fmt.Errorf("attach a photo to tree %d: %w", tag, err)
		}
	}
	return nil
}

// table is one of the city's.
type table struct {
	name     string // schema.table
	geometry string // what people call its kind; "" for none
}

var tables = []table{
	{"city.district", "polygons"}, {"city.street", "lines"}, {"city.building", "polygons"},
	{"nature.species", ""}, {"nature.tree", "points"}, {"nature.tree_photo", ""},
	{"water.pipe", "lines"}, {"water.hydrant", "points"}, {"water.leak", "points"},
}

func (d *demo) describeCity(ctx context.Context, took time.Duration) error {
	references := map[string]string{
		"city.street": "district", "city.building": "street", "nature.tree": "species, street", "nature.tree_photo": "tree",
		"water.pipe": "street", "water.hydrant": "pipe", "water.leak": "pipe",
	}
	contents := map[string]string{
		"city.district": "arrays of local names", "city.street": "accents, quotes, a generated length",
		"city.building": "arrays of owners, NULLs", "nature.species": "a natural key, the Latin name",
		"nature.tree": "an enum, dates, a unique tag", "nature.tree_photo": "photos (bytea)", "water.pipe": "3D lines",
		"water.hydrant": "a unique code", "water.leak": "a trigger that marks the pipe",
	}
	features := 0
	var rows [][]string
	for _, t := range tables {
		var n int
		if err := d.central.conn.QueryRow(ctx, "select count(*) from "+t.name).Scan(&n); err != nil {
			return fmt.Errorf("count the rows of %s: %w", t.name, err)
		}
		if t.geometry != "" {
			features += n
		}
		rows = append(rows, []string{t.name, thousands(n), t.geometry, references[t.name], contents[t.name]})
	}
	d.page.text("Pont-l'Étang has %s features. Nobody has prepared its database for LizSync (%s):", thousands(features), seconds(took))
	d.page.blank()
	d.page.table([]string{"table", ">rows", "geometry", "refers to", "what is in it"}, rows)
	return nil
}

// algorithm runs one of LizSync's algorithms as the command line does: the same names, the same texts as values.
func (d *demo) algorithm(ctx context.Context, id string, arguments map[string]string) (outcome, error) {
	found, err := d.registry.Find(id)
	if err != nil {
		return outcome{}, err
	}
	typed := make(map[string][]string, len(arguments))
	for name, value := range arguments {
		typed[name] = []string{value}
	}
	input, err := provider.Coerce(found.Info().Inputs, typed)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", id, err)
	}
	task, err := found.Bind(input)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", id, err)
	}
	d.page.progress(id)
	begun := time.Now()
	l := &listener{page: d.page, id: id}
	result, err := task(ctx, l)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", id, err)
	}
	o := outcome{took: time.Since(begun), messages: l.messages, warnings: l.warnings}
	if o.values, err = values(result); err != nil {
		return outcome{}, fmt.Errorf("read the result of %s: %w", id, err)
	}
	return o, nil
}
