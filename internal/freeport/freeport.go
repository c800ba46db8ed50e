// Package freeport finds ports for throw-away servers.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Find returns the first of count ports in a row on which nobody listens just now, at any of the hosts. They are below the
// range from which systems take the ports of outgoing connections: such a connection could have one before the server does,
// or when it is restarted.
func Find(count int, hosts ...string) (int, error) {
	const lowest, highest = 15000, 31999
	for range 1000 {
		port := lowest + rand.IntN(highest-lowest-count+2)
		if free(port, count, hosts) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("find a free port between %d and %d on %v: all those tried are in use", lowest, highest, hosts)
}

func free(port, count int, hosts []string) bool {
	for _, host := range hosts {
		for n := range count {
			listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port+n)))
			if err != nil {
				return false
			}
			listener.Close()
		}
	}
	return true
}
