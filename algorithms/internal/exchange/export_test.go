package exchange

import "time"

func init() { keepAliveInterval = 300 * time.Millisecond } // in a test central has less patience
