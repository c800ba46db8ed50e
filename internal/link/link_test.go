package link_test

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/link"
)

// echo answers each connection with what it hears, until the other side has said all.
func echo(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

func start(t *testing.T) *link.Link {
	t.Helper()
	l, err := link.New("127.0.0.1:0", echo(t))
	require.NoError(t, err)
	t.Cleanup(l.Close)
	return l
}

func dial(t *testing.T, l *link.Link) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", l.Address())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	return conn.(*net.TCPConn)
}

// say sends something and tells what comes back until the connection ends.
func say(t *testing.T, conn *net.TCPConn, text []byte) []byte {
	t.Helper()
	go func() {
		_, _ = conn.Write(text)
		_ = conn.CloseWrite()
	}()
	back, _ := io.ReadAll(conn) // a cut is an error
	return back
}

func TestGoodLinkCarriesAllAndTheEnd(t *testing.T) {
	t.Parallel()
	l := start(t)
	text := bytes.Repeat([]byte("0123456789"), 1_000_000)
	assert.True(t, bytes.Equal(text, say(t, dial(t, l), text)))
}

func TestRoundTripsAreCounted(t *testing.T) {
	t.Parallel()
	l := start(t)
	conn := dial(t, l)
	for n := range int64(3) {
		_, err := conn.Write([]byte("a"))
		require.NoError(t, err)
		_, err = io.ReadFull(conn, make([]byte, 1))
		require.NoError(t, err)
		assert.Equal(t, n+1, l.RoundTrips())
	}
}

func TestSlowLinkIsSlowBothWays(t *testing.T) {
	t.Parallel()
	l := start(t)
	l.Spoil(link.Up, link.Fault{Delay: 50 * time.Millisecond, Piece: 7})
	l.Spoil(link.Down, link.Fault{Rate: 2000})
	text := bytes.Repeat([]byte("x"), 200)
	begun := time.Now()
	assert.Equal(t, text, say(t, dial(t, l), text))
	assert.GreaterOrEqual(t, time.Since(begun), 150*time.Millisecond)
}

func TestConnectionIsCutAtItsLimit(t *testing.T) {
	t.Parallel()
	for _, d := range []link.Direction{link.Up, link.Down} {
		l := start(t)
		l.Spoil(d, link.Fault{Limit: 5})
		for range 2 { // each connection anew
			assert.LessOrEqual(t, len(say(t, dial(t, l), []byte("0123456789"))), 5)
		}
		l.Mend()
		assert.Equal(t, "0123456789", string(say(t, dial(t, l), []byte("0123456789"))))
	}
}

func TestLinkIsCutForAll(t *testing.T) {
	t.Parallel()
	l := start(t)
	open := dial(t, l)
	l.CutAfter(15)
	assert.Less(t, len(say(t, dial(t, l), []byte("0123456789"))), 10)
	assert.Empty(t, say(t, open, []byte("a")))
	assert.Empty(t, say(t, dial(t, l), []byte("a")))
}

func TestHungConnectionIsCutWhenTheLinkIsMended(t *testing.T) {
	t.Parallel()
	l := start(t)
	conn := dial(t, l)
	// The answer to one word is lost.
	l.Watch(func(data []byte) {
		if bytes.Contains(data, []byte("commit")) {
			l.Spoil(link.Down, link.Fault{Hang: true})
		}
	})
	_, err := conn.Write([]byte("commit"))
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	_, err = conn.Read(make([]byte, 1))
	var late net.Error
	require.ErrorAs(t, err, &late)
	require.True(t, late.Timeout())
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
	l.Mend()
	_, err = conn.Read(make([]byte, 1))
	require.Error(t, err)
	assert.Equal(t, "commit", string(say(t, dial(t, l), []byte("commit"))))
}
