package algorithms

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// cutLink is a way to the server of a database that is cut for all its connections, once so many bytes have gone over it in
// either direction. It returns the database as reached by it.
func cutLink(t *testing.T, db *pgtest.DB, after int64) *pgtest.DB {
	t.Helper()
	u, err := url.Parse(db.URL)
	require.NoError(t, err)
	server := u.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	var gone atomic.Int64
	carry := func(to, from net.Conn) {
		defer to.Close()
		defer from.Close()
		buffer := make([]byte, 1024)
		for gone.Load() < after {
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			gone.Add(int64(n))
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", server)
			if err != nil {
				_ = near.Close()
				return
			}
			go carry(far, near)
			go carry(near, far)
		}
	}()
	u.Host = listener.Addr().String()
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
