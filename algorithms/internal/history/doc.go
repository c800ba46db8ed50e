// Package history plays random histories on real databases, one central and three clones, and holds what comes of them
// against the guarantees of a synchronisation.
//
// A history is a list of operations: edits of every kind, some in transactions that stay open while others go on;
// synchronisations whole, by either transport, or step by step with everything else in between, crashes and lost replies
// included. A ledger beside it knows every edit that anybody made, what each had seen, and when. When the edits have
// stopped and every clone has synchronised twice, every edit is in place, or was overwritten by somebody who had seen it,
// or is in lizsync.conflicts, or pending and shown; the databases are equal but for pending rows; and one more
// synchronisation changes nothing.
//
// A history is written as text, an operation to a line, so that a failing one can be read, shortened and kept as a test:
//
//	A set road a name=plain code=x   an edit on clone A (C is central), committed at once
//	A/1 set road a lo=2              the same in A's open transaction 1
//	A/1 commit
//	A sync                           a whole synchronisation of clone A, over the program's two connections
//	B step                           the next step of one
//	B step late                      the same; the clone will write what comes early after central has committed
//	A together                       all clones at the same time, A twice
//	C pack, A deploy old keep        a package, and that one or a new one deployed; keep the unsent edits, renew the identity
//	A backup, A restore, A copy B    A's disk
//	C dump, C restore, C restore old central from a dump of now or from that one, where there is a server for it
//	C purge absent, A forget         on central
//	A shape add, A shape add everywhere  a table altered, or put back, on one side or on all
//	A/1 hold road, A rewrite road    a table locked, or written anew
//	A giveup road a, A giveup        a pending row given up, or all
//	C later                          half a second passes
//
// Rows are named by a letter, values by their kind: each edit writes a value of its own, so that it can be followed. Some are
// made through views.
package history
