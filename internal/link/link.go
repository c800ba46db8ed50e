// Package link stands between clients and a server, and can be made bad: slow, cut, or hung. Tests and measurements use it.
package link

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Direction is a way that bytes go.
type Direction string

const (
	Up   Direction = "up"   // to the server
	Down Direction = "down" // from it
)

// Fault is what is wrong with one direction; the zero value is a good one.
type Fault struct {
	Delay time.Duration // all arrives later
	Rate  int           // at most so many bytes a second
	Piece int           // in pieces of at most so many bytes, some smaller
	Limit int64         // each connection is cut after so many bytes
	Hang  bool          // nothing arrives any more
}

// Link is a way to a server, for any number of connections.
type Link struct {
	listener net.Listener
	server   string
	running  sync.WaitGroup

	roundTrips atomic.Int64

	mu      sync.Mutex
	faults  map[Direction]Fault
	carried int64 // bytes, both ways
	total   int64 // after how many of them all is cut; 0 for never
	watch   func(data []byte)
	whole   context.Context // until the connections of now are cut
	cut     context.CancelFunc
}

// New makes a good link to a server. It listens at an address, such as 127.0.0.1:0.
func New(address, server string) (*Link, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	l := &Link{listener: listener, server: server, faults: map[Direction]Fault{}}
	l.whole, l.cut = context.WithCancel(context.Background())
	l.running.Go(l.accept)
	return l, nil
}

// Address is where it listens.
func (l *Link) Address() string { return l.listener.Addr().String() }

// Close cuts all connections and ends the link.
func (l *Link) Close() {
	_ = l.listener.Close()
	l.mu.Lock()
	l.cut()
	l.mu.Unlock()
	l.running.Wait()
}

// Spoil says what is wrong with a direction from now on, instead of what was before.
func (l *Link) Spoil(d Direction, f Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults[d] = f
}

// CutAfter cuts all connections, those to come too, once so many bytes have gone over the link in either direction.
func (l *Link) CutAfter(bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total = bytes
}

// Watch has a function called with each piece of data before it goes up.
func (l *Link) Watch(f func(data []byte)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watch = f
}

// Mend makes the link good again. If it hung, its connections are cut.
func (l *Link) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.faults[Up].Hang || l.faults[Down].Hang {
		l.cut()
		l.whole, l.cut = context.WithCancel(context.Background())
	}
	clear(l.faults)
	l.total, l.watch = 0, nil
}

// RoundTrips tells how often the server has answered: how often data came from it after some had gone to it.
func (l *Link) RoundTrips() int64 { return l.roundTrips.Load() }

// state is how a direction is just now.
func (l *Link) state(d Direction) (f Fault, watch func([]byte)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.faults[d], l.watch
}

// allowed tells how many of some bytes may go, and whether nothing may afterwards.
func (l *Link) allowed(bytes int) (_ int, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total > 0 {
		bytes = int(min(int64(bytes), max(0, l.total-l.carried)))
	}
	l.carried += int64(bytes)
	return bytes, l.total > 0 && l.carried >= l.total
}

func (l *Link) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return // it was closed
		}
		c := &connection{Link: l}
		l.mu.Lock()
		c.ctx, c.cut = context.WithCancel(l.whole)
		l.mu.Unlock()
		l.running.Go(func() { c.carry(client) })
	}
}

// connection is one that the link carries.
type connection struct {
	*Link
	ctx   context.Context // until it is cut
	cut   context.CancelFunc
	asked atomic.Bool // the server has not yet answered
}

func (c *connection) carry(client net.Conn) {
	defer c.cut()
	context.AfterFunc(c.ctx, func() { _ = client.Close() })
	var dialer net.Dialer
	server, err := dialer.DialContext(c.ctx, "tcp", c.server)
	if err != nil {
		return
	}
	context.AfterFunc(c.ctx, func() { _ = server.Close() })
	var both sync.WaitGroup
	both.Go(func() { c.pass(Up, server.(*net.TCPConn), client) })
	both.Go(func() { c.pass(Down, client.(*net.TCPConn), server) })
	both.Wait()
}

type piece struct {
	came time.Time
	data []byte
}

// pass carries one direction until its end, which it passes on too. Reading goes on while something is delayed.
func (c *connection) pass(d Direction, to *net.TCPConn, from io.Reader) {
	pieces := make(chan piece, 1024)
	var reading sync.WaitGroup
	defer reading.Wait()
	reading.Go(func() {
		defer close(pieces)
		for {
			data := make([]byte, 64*1024)
			n, err := from.Read(data)
			if err != nil {
				return
			}
			if d == Up {
				c.asked.Store(true)
			} else if c.asked.Swap(false) {
				c.roundTrips.Add(1)
			}
			select {
			case pieces <- piece{time.Now(), data[:n]}:
			case <-c.ctx.Done():
				return
			}
		}
	})
	var passed int64
	var free time.Time // when the next byte may go
	for p := range pieces {
		for len(p.data) > 0 {
			f, watch := c.state(d)
			if f.Hang {
				<-c.ctx.Done()
				return
			}
			data := p.data
			if f.Piece > 0 {
				data = data[:min(len(data), 1+rand.IntN(f.Piece))]
			}
			if f.Limit > 0 {
				data = data[:min(int64(len(data)), max(0, f.Limit-passed))]
			}
			due := p.came.Add(f.Delay)
			if f.Rate > 0 {
				free = later(free, due).Add(time.Duration(len(data)) * time.Second / time.Duration(f.Rate))
				due = free
			}
			if !c.wait(due) {
				return
			}
			n, last := c.allowed(len(data))
			data = data[:n]
			if watch != nil && d == Up {
				watch(data)
			}
			if _, err := to.Write(data); err != nil {
				c.cut()
				return
			}
			p.data = p.data[n:]
			passed += int64(n)
			if last || f.Limit > 0 && passed >= f.Limit {
				c.cut()
				return
			}
		}
	}
	_ = to.CloseWrite()
}

// wait waits for a time; false when the connection is cut before.
func (c *connection) wait(until time.Time) bool {
	if !time.Now().Before(until) {
		return true
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
