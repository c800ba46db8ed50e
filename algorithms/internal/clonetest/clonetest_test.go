package clonetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestClonesOfEveryKindSynchroniseOverEveryTransport(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.tree (id serial primary key, species text, height numeric);
		insert into city.tree (species, height) values ('oak', 12.5), ('elm', 3)`)
	clones := []*clonetest.Clone{
		central.Clone(t), central.Clone(t, clonetest.SuperuserOnClone), central.Clone(t, clonetest.SuperuserOnCentral),
	}
	for i, clone := range clones {
		for _, via := range []clonetest.Via{clonetest.ViaProgram, clonetest.ViaSQL} {
			clone.Exec(t, "update city.tree set height = height + $1 where species = 'oak'", i+1)
			require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via), "clone %d via %s", i, via)
			require.NotEmpty(t, clonetest.Differences(t, central, clones[(i+1)%len(clones)]))
			for j, other := range clones {
				if j != i {
					require.Equal(t, exchange.Counts{ReplayedToClone: 1}, other.MustSync(t, via), "clone %d via %s", j, via)
				}
			}
			clonetest.RequireEqual(t, central, clones...)
		}
	}
}
