package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// link stands between a clone and central: what it carries arrives later, and it counts round trips.
type link struct {
	listener   net.Listener
	central    string
	delay      time.Duration // one way
	roundTrips atomic.Int64  // how often somebody spoke to central after having been answered
	closed     sync.WaitGroup
}

func newLink(central string, delay time.Duration) (*link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{listener: listener, central: central, delay: delay}
	l.closed.Add(1)
	go func() {
		defer l.closed.Done()
		for {
			client, err := listener.Accept()
			if err != nil {
				return // it was closed
			}
			go l.carry(client)
		}
	}()
	return l, nil
}

func (l *link) port() int { return l.listener.Addr().(*net.TCPAddr).Port }

func (l *link) close() {
	_ = l.listener.Close()
	l.closed.Wait()
}

func (l *link) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.central)
	if err != nil {
		return
	}
	defer server.Close()
	var asked atomic.Bool
	var both sync.WaitGroup
	both.Go(func() {
		l.copy(server, client, func(data []byte) {
			if goodbye := len(data) == 5 && data[0] == 'X'; !goodbye && !asked.Swap(true) { // nobody waits for that one
				l.roundTrips.Add(1)
			}
		})
	})
	both.Go(func() { l.copy(client, server, func([]byte) { asked.Store(false) }) })
	both.Wait()
}

// copy passes on what it reads, each piece after the delay; reading goes on meanwhile.
func (l *link) copy(to, from net.Conn, seen func([]byte)) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 1024)
	go func() {
		defer close(pieces)
		for {
			data := make([]byte, 64*1024)
			n, err := from.Read(data)
			if n > 0 {
				seen(data[:n])
				pieces <- piece{time.Now().Add(l.delay), data[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range pieces {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.data); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			break
		}
	}
	_ = to.Close()
}
