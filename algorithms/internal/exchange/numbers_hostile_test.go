package exchange_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
)

const overlapping = `
	select count(*) from lizsync.key_blocks k join lizsync.key_blocks o on o.id > k.id and o.sequence = k.sequence and o.range && k.range`

// A dump keeps the object ids that the sequences had in the other cluster, where they may have been those of others.
func TestBlocksOfASequenceWithTheObjectIDOfAnother(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.a (id serial primary key);
		create table city.b (id serial primary key)`)
	central.Clone(t)
	central.Exec(t, `
		update lizsync.key_sequences set relid = 0 where sequence = 'city.a_id_seq';
		update lizsync.key_sequences set relid = 'city.a_id_seq'::regclass where sequence = 'city.b_id_seq'`)
	central.Exec(t, "select lizsync.allot_blocks(gen_random_uuid(), array['city.a_id_seq', 'city.b_id_seq'])")
	assert.Equal(t, "city.a_id_seq 2, city.b_id_seq 2", central.Text(t, `
		select string_agg(sequence || ' ' || n, ', ' order by sequence) from (select sequence, count(*) as n from lizsync.key_blocks group by sequence) as b`))
	assert.Equal(t, "0", central.Text(t, overlapping))

	// Renamed, and another one made under the name.
	central.Exec(t, `
		alter sequence city.b_id_seq rename to former;
		create sequence city.b_id_seq;
		alter sequence city.b_id_seq owner to `+central.Owner.Name)
	for _, sequence := range []string{"city.b_id_seq", "city.former"} {
		central.Exec(t, "select lizsync.allot_blocks(gen_random_uuid(), array[$1])", sequence)
	}
	assert.Equal(t, "0", central.Text(t, `
		select count(*) from lizsync.key_blocks k join lizsync.key_blocks o on o.id > k.id and o.sequence <> 'city.a_id_seq' and k.sequence <> 'city.a_id_seq' and o.range && k.range`))
}

// One sequence must not keep the others, and what was edited, from being synchronised; nor may what a clone claims keep others from their numbers.
func TestExchangeGoesOnWhereNoNumbersCanBeGiven(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.site (id smallserial primary key, name text);
		create table city.tree (id serial primary key, name text)`)
	clone := central.Clone(t)
	clone.Exec(t, "insert into city.site (name) select 'a' from generate_series(1, 60)")
	central.Exec(t, `
		select lizsync.allot_block('city.site_id_seq', gen_random_uuid(), lizsync.all_drawn_columns()) from generate_series(1, 30);
		select setval('city.site_id_seq', 32760);
		alter sequence city.site_id_seq increment 2`)
	assert.Equal(t, 60, clone.MustSync(t, clonetest.ViaSQL).ReplayedToCentral)

	clone.Exec(t, "insert into lizsync.key_blocks (id, sequence, clone, range) values (900, 'city.tree_id_seq', lizsync.server_id(), '[5,)')")
	_, err := clone.Sync(t, clonetest.ViaSQL)
	require.Error(t, err, "the clone cannot draw from it either")
	clone.Exec(t, "update lizsync.key_blocks set range = 'empty', used = 4611686018427387904 where id = 900")
	_, _ = clone.Sync(t, clonetest.ViaSQL)
	clone.Exec(t, "delete from lizsync.key_blocks where id = 900")
	assert.Equal(t, "0", central.Text(t, "select count(*) from lizsync.key_blocks where isempty(range) or upper_inf(range)"))
	central.Exec(t, "alter sequence city.tree_id_seq increment 2; select lizsync.allot_blocks(gen_random_uuid(), array['city.tree_id_seq'])")

	central.Exec(t, `
		alter table city.tree alter id drop default;
		drop sequence city.tree_id_seq;
		create sequence city.tree_id_seq;
		alter table city.tree alter id set default nextval('city.tree_id_seq')`) // as a role that has granted nothing
	clone.Exec(t, "insert into city.tree (name) select 'b' from generate_series(1, 40000)")
	assert.Equal(t, 40000, clone.MustSync(t, clonetest.ViaProgram).ReplayedToCentral)
}

// Central comes back from a backup, on another timeline: what it allots then is not what it may have allotted since the backup.
func TestBlocksAfterALostTime(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, "create schema city; create table city.a (id serial primary key)")
	central.Clone(t)
	central.Exec(t, "update lizsync.key_sequences set era = 'another cluster'")
	for range 2 {
		central.Exec(t, "select lizsync.allot_blocks(gen_random_uuid(), array['city.a_id_seq'])")
	}
	const gap = "select (lower(a.range) - upper(b.range)) / 65535 from lizsync.key_blocks a, lizsync.key_blocks b where (a.id, b.id) = ($1::text::bigint, $2::text::bigint)"
	assert.Equal(t, "2049", central.Text(t, gap, "1", "2"))
	assert.Equal(t, "0", central.Text(t, gap, "2", "3"))
}

// A wider type makes room above the blocks that were given; a sequence that was renamed on central is known still.
func TestNumbersOfAWiderTypeAndOfARenamedSequence(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, "create schema city; create table city.site (id smallserial primary key, name text)")
	clone := central.Clone(t)
	const allot = "select lizsync.allot_blocks(gen_random_uuid(), array['city.site_id_seq'])"
	central.Exec(t, "select lizsync.allot_block('city.site_id_seq', gen_random_uuid(), lizsync.all_drawn_columns()) from generate_series(1, 400)")
	_, err := central.Conn(t).Exec(t.Context(), allot)
	require.ErrorContains(t, err, "central has no numbers of the sequence city.site_id_seq left for another clone")
	for _, db := range []interface {
		Exec(testing.TB, string, ...any)
	}{central, clone} {
		db.Exec(t, "drop trigger if exists zzz_lizsync_numbers_1 on city.site; alter table city.site alter id type bigint")
	}
	central.Exec(t, "alter sequence city.site_id_seq as bigint")
	central.Exec(t, allot)
	central.Exec(t, "alter sequence city.site_id_seq rename to of_sites")
	for range 2 {
		clone.Exec(t, "insert into city.site (name) select 'a' from generate_series(1, 90)")
		assert.Equal(t, 90, clone.MustSync(t, clonetest.ViaSQL).ReplayedToCentral)
		clone.Exec(t, "insert into city.site (name) select 'a' from generate_series(1, 10)")
		clone.MustSync(t, clonetest.ViaProgram)
	}
	assert.Equal(t, "0", central.Text(t, overlapping))
	clone.Exec(t, "select setval('city.site_id_seq', upper(range) - 2) from lizsync.key_blocks order by id desc limit 1")
	_, err = clone.Conn(t).Exec(t.Context(), "insert into city.site (name) select 'b' from generate_series(1, 3)")
	require.ErrorContains(t, err, "synchronise")
	assert.Equal(t, "9007199254740991", central.Text(t, "select max(upper(range)) - 1 from lizsync.key_blocks"))
}

func TestNumbersAreNotGivenAgainByTruncate(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, "create schema city; create table city.site (id serial primary key, name text)")
	clone := central.Clone(t)
	clone.Exec(t, "insert into city.site (name) values ('a')")
	before := clone.Text(t, "select id from city.site")
	clone.Exec(t, "truncate city.site restart identity")
	_, err := clone.Conn(t).Exec(t.Context(), "insert into city.site (name) values ('b')")
	require.ErrorContains(t, err, "synchronise")
	clone.MustSync(t, clonetest.ViaSQL)
	clone.Exec(t, "insert into city.site (name) values ('b')")
	assert.NotEqual(t, before, clone.Text(t, "select id from city.site"))
}
