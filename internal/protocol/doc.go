// Package protocol holds the protocol to its guarantees: an executable model of it plays random histories, with each rule kept
// and with each rule broken. The rules are in docs/protocol.md, the model and how to ask it in README.md.
package protocol
