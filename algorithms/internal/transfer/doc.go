// Package transfer brings the files of a QGIS project to a server and back, by SFTP or by FTP with or without TLS.
//
// Only what changed travels. A file is unchanged when its size and its time are equal on both sides, or when both are as
// the record of the last run has them: there are servers and file systems that keep no time that is given to them. The
// record is a cache on this machine; without it, at worst, a file travels again or is kept as if it had been changed there.
//
// A file travels under a temporary name that follows from what it is, so that a broken transfer is found and resumed, and
// gets its own name when it is whole. Nothing is ever written outside the target folder: locally [os.Root] sees to it, and
// names that a server has no business to send end the run before anything is written.
package transfer
