//go:build !linux

package database

import (
	"syscall"
	"time"
)

// controlUserTimeout does nothing: like libpq, tcp_user_timeout is ignored where the system does not have it.
func controlUserTimeout(time.Duration) func(network, address string, conn syscall.RawConn) error {
	return nil
}
