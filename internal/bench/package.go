package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// featuresSQL makes a table of a million points, as a layer of a GIS is.
const featuresSQL = `
	create extension postgis;
	create schema bench;
	create table bench.feature (
		id serial primary key, uid uuid not null unique default gen_random_uuid(),
		name text, species text, height double precision, planted date, seen timestamptz, geom geometry(Point, 2154)
	);
	insert into bench.feature (name, species, height, planted, seen, geom)
	select 'tree ' || i, md5((i % 100)::text), i % 300 / 10.0, date '2000-01-01' + i % 9000, timestamptz '2020-01-01' + i * interval '7 s',
		st_setsrid(st_makepoint(700000 + i % 1000 * 7.3, 6200000 + i / 1000 * 7.7), 2154)
	from generate_series(1, 1000000) as i;
	create index on bench.feature using gist (geom);`

// packaged measures a package and its deployment beside pg_dump -Fc and pg_restore of the same schema.
func packaged(ctx context.Context, on servers) ([]row, error) {
	dir, err := os.MkdirTemp("", "lizsync-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	zip, dump := filepath.Join(dir, "package.zip"), filepath.Join(dir, "dump")
	admin, err := pgx.Connect(ctx, on.central.URL("postgres"))
	if err != nil {
		return nil, err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	if err := fill(ctx, admin, on.central.URL("features"), featuresSQL); err != nil {
		return nil, err
	}
	// pg_dump reads a copy without triggers, which pg_restore could not make alone.
	if _, err := admin.Exec(ctx, "create database plain_features template features"); err != nil {
		return nil, err
	}
	central, plain := on.central.URL("features"), on.central.URL("plain_features")
	for _, step := range []struct {
		id    string
		input map[string]any
	}{
		{"create_database_structure", map[string]any{"CONNECTION_NAME": central}},
		{"initialize_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": central, "ADD_AUDIT_TRIGGERS": true, "SCHEMAS": "bench"}},
	} {
		if err := runAlgorithm(ctx, step.id, step.input); err != nil {
			return nil, fmt.Errorf("%s: %w", step.id, err)
		}
	}
	pg := func(program string, arguments ...string) (time.Duration, error) {
		command := exec.CommandContext(ctx, program, arguments...)
		command.Stderr = os.Stderr
		return timed(command.Run)
	}
	var took struct{ pack, dump, deploy, restore, ours, theirs []time.Duration }
	for n := range (runs + 1) / 2 {
		fresh := map[string]string{"deployed": "", "restored": "create extension postgis; create extension hstore"}
		for name, script := range fresh {
			if err := fill(ctx, admin, on.central.URL(fmt.Sprintf("%s_%d", name, n)), script); err != nil {
				return nil, err
			}
		}
		pack, err := timed(func() error {
			return runAlgorithm(ctx, "package_central_database", map[string]any{
				"CONNECTION_NAME_CENTRAL": central, "PG_LAYERS": []any{"bench.feature"}, "ZIP_FILE": zip,
			})
		})
		if err != nil {
			return nil, err
		}
		dumped, err := pg("pg_dump", "-Fc", "--schema=bench", "--file="+dump, plain)
		if err != nil {
			return nil, err
		}
		deploy, err := timed(func() error {
			return runAlgorithm(ctx, "deploy_database_server_package", map[string]any{
				"CONNECTION_NAME_CENTRAL": central, "CONNECTION_NAME_CLONE": on.central.URL(fmt.Sprintf("deployed_%d", n)), "ZIP_FILE": zip,
			})
		})
		if err != nil {
			return nil, err
		}
		restored, err := pg("pg_restore", "--exit-on-error", "--dbname="+on.central.URL(fmt.Sprintf("restored_%d", n)), dump)
		if err != nil {
			return nil, err
		}
		took.pack, took.dump = append(took.pack, pack), append(took.dump, dumped)
		took.deploy, took.restore = append(took.deploy, deploy), append(took.restore, restored)
		took.ours, took.theirs = append(took.ours, pack+deploy), append(took.theirs, dumped+restored)
	}
	return []row{
		{"1000000 features packaged, beside pg_dump -Fc", show(median(took.pack)), show(median(took.dump)), medianRatio(took.pack, took.dump), ""},
		{"1000000 features deployed, beside pg_restore", show(median(took.deploy)), show(median(took.restore)), medianRatio(took.deploy, took.restore), ""},
		{"both, beside both", show(median(took.ours)), show(median(took.theirs)), medianRatio(took.ours, took.theirs), "≤ 1"},
	}, nil
}

// fill makes a database and runs a script in it.
func fill(ctx context.Context, admin *pgx.Conn, url, script string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	if _, err := admin.Exec(ctx, "create database "+config.Database); err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, script)
	return err
}
