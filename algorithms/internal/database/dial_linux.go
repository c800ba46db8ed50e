package database

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// controlUserTimeout applies libpq's tcp_user_timeout: how long sent data may stay unacknowledged before the connection
// is given up. Zero leaves it to the system.
func controlUserTimeout(timeout time.Duration) func(network, address string, conn syscall.RawConn) error {
	return func(network, _ string, conn syscall.RawConn) error {
		if timeout <= 0 || network == "unix" {
			return nil
		}
		var failure error
		err := conn.Control(func(fd uintptr) {
			failure = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(timeout.Milliseconds()))
		})
		if err != nil {
			return err
		}
		return failure
	}
}
