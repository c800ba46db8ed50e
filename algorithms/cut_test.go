package algorithms

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/link"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// cutLink is a way to the server of a database that is cut for all its connections, once so many bytes have gone over it in
// either direction. It returns the database as reached by it.
func cutLink(t *testing.T, db *pgtest.DB, after int64) *pgtest.DB {
	t.Helper()
	u, err := url.Parse(db.URL)
	require.NoError(t, err)
	l, err := link.New("127.0.0.1:0", u.Host)
	require.NoError(t, err)
	t.Cleanup(l.Close)
	l.CutAfter(after)
	u.Host = l.Address()
	return &pgtest.DB{Server: db.Server, Name: db.Name, URL: u.String()}
}

func TestAPackageWhoseLinkIsCutLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, city)
	path := filepath.Join(t.TempDir(), "package.zip")
	cuts := 0
	for after := int64(2000); ; after = after * 3 / 2 {
		require.NoError(t, os.WriteFile(path, []byte("the one before"), 0o600))
		if _, err := tryPack(t.Context(), t, cutLink(t, central, after), path, cityTables, nil); err == nil {
			break
		}
		cuts++
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "the one before", string(text), after)
		require.Equal(t, []string{"package.zip"}, filesBeside(t, path))
	}
	require.Greater(t, cuts, 5)
	require.NoError(t, deploy(t, central, pgtest.Database(t), path, nil))
}

func TestADeploymentWhoseLinkIsCutChangesNothing(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, city)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, cityTables, nil), nil))
	central.Exec(t, "update ville.quartier set nom = 'edited'")
	path := pack(t, central, cityTables, nil)
	before := state(t, clone)
	cuts := 0
	for after := int64(2000); ; after = after * 3 / 2 {
		// Over one link after the other.
		near, far := clone, central
		if cuts%2 == 0 {
			near = cutLink(t, clone, after)
		} else {
			far = cutLink(t, central, after)
		}
		if err := deploy(t, far, near, path, nil); err == nil && cuts%2 == 0 {
			break
		} else if err != nil {
			require.Equal(t, before, state(t, clone), after)
		} else {
			before = state(t, clone) // what goes to central is little, and went through
			path = pack(t, central, cityTables, nil)
		}
		cuts++
	}
	require.Greater(t, cuts, 5)
	synchronize(t, central, clone)
	require.Equal(t, "edited", clone.Text(t, "select distinct nom from ville.quartier"))
}
