package transfer

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/fileserver"
	"github.com/lizsync/lizsync/internal/freeport"
	"github.com/lizsync/lizsync/internal/link"
)

// links are spoiled and mended together.
type links []*link.Link

func (all links) spoil(direction link.Direction, fault link.Fault) {
	for _, l := range all {
		l.Spoil(direction, fault)
	}
}

func (all links) mend() {
	for _, l := range all {
		l.Mend()
	}
}

func newLink(t *testing.T, address, server string) *link.Link {
	t.Helper()
	l, err := link.New(address, server)
	require.NoError(t, err)
	t.Cleanup(l.Close)
	return l
}

// behind puts a link before the server, and with FTP also those for data, which are the ones to spoil.
func behind(t *testing.T, kind string) (*fileserver.Server, Options, links) {
	t.Helper()
	if kind == "OpenSSH" {
		server, o := start(t, kind)
		l := newLink(t, "127.0.0.1:0", server.Address())
		o.Server.Host, o.Server.Port = split(t, l.Address())
		knowHost(t, o.Server, filepath.Join(server.Dir, "host.pub"))
		return server, o, links{l}
	}
	// The server tells the client a port, not a host: at the same one of another address stands the link.
	port, err := freeport.Find(2, "127.0.0.1", "127.0.0.2")
	require.NoError(t, err)
	server, o := startFTP(t, t.TempDir(), fileserver.FTP{Host: "127.0.0.2", DataPort: port})
	o.Server.Host = "localhost"
	_, o.Server.Port = split(t, newLink(t, "127.0.0.1:0", server.Address()).Address())
	var data links
	for n := port; n <= port+1; n++ {
		data = append(data, newLink(t, fmt.Sprintf("127.0.0.1:%d", n), fmt.Sprintf("127.0.0.2:%d", n)))
	}
	return server, o, data
}

func split(t *testing.T, address string) (string, int) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	return host, number
}

// A link that breaks after 25 MB, again and again, carries 40 MB: each time it goes on where it was.
func TestLinkCutInTheMiddleResumes(t *testing.T) {
	t.Parallel()
	content := big(40)
	for _, kind := range []string{"OpenSSH", "FTPS"} {
		for _, direction := range []link.Direction{link.Up, link.Down} {
			t.Run(fmt.Sprint(kind, " ", direction), func(t *testing.T) {
				t.Parallel()
				server, o, way := behind(t, kind)
				target := filepath.Join(server.Root, "project")
				step, from, to := send, o.LocalFolder, target
				if direction == link.Down {
					step, from, to = get, target, o.LocalFolder
				}
				write(t, from, map[string]string{"big.gpkg": content, "small.qgs": "<qgis/>"})
				way.spoil(direction, link.Fault{Limit: 25 << 20})
				summary, f := transfer(t, step, o)
				assert.Equal(t, 2, summary.Transferred)
				assert.Less(t, summary.Bytes, int64(len(content))*3/2)
				require.NotEmpty(t, f.warnings)
				assert.Contains(t, f.warnings[0], "the connection broke")
				got := read(t, to)
				require.Len(t, got, 2)
				assert.True(t, got["big.gpkg"] == content)
			})
		}
	}
}

// A file that cannot get through leaves the one before.
func TestLinkThatBreaksForeverIsGivenUp(t *testing.T) {
	t.Parallel()
	server, o, way := behind(t, "OpenSSH")
	target := filepath.Join(server.Root, "project")
	write(t, o.LocalFolder, map[string]string{"big.gpkg": big(2)})
	write(t, target, map[string]string{"big.gpkg": "before"})
	age(t, 1, target, "big.gpkg")
	way.spoil(link.Up, link.Fault{Limit: 1_000_000})
	_, err := Send(t.Context(), o, &told{})
	require.ErrorContains(t, err, "broke 5 times")
	assert.Equal(t, "before", read(t, target)["big.gpkg"])
	way.mend()
	transfer(t, send, o)
	assert.Equal(t, read(t, o.LocalFolder), read(t, target))
}

// Not in parallel: it shortens the patience of all.
func TestLinkThatHangsIsGivenUp(t *testing.T) {
	before := patience
	patience = time.Second
	t.Cleanup(func() { patience = before })
	for _, kind := range []string{"OpenSSH", "FTPS"} {
		for _, direction := range []link.Direction{link.Up, link.Down} {
			t.Run(fmt.Sprint(kind, " ", direction), func(t *testing.T) {
				server, o, way := behind(t, kind)
				content := big(60)
				target := filepath.Join(server.Root, "project")
				step, from, to := send, o.LocalFolder, target
				if direction == link.Down {
					step, from, to = get, target, o.LocalFolder
				}
				write(t, from, map[string]string{"big.gpkg": content})
				hung := false
				f := &told{progress: func(percent float64) {
					if percent >= 10 && !hung {
						hung = true
						way.spoil(direction, link.Fault{Hang: true})
						time.AfterFunc(3*time.Second, way.mend)
					}
				}}
				_, err := step(t.Context(), o, f)
				require.NoError(t, err)
				require.True(t, hung)
				assert.Contains(t, f.all(), "the connection broke")
				assert.True(t, read(t, to)["big.gpkg"] == content)
			})
		}
	}
}
