// Package style holds the house rules that a test can check. It has tests alone: each rule is a function that lists what
// breaks it, held to examples and then to the whole tree.
package style
