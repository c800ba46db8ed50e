// Package server serves the algorithms of a registry over HTTP, as OGC API – Processes 1.0 (OGC 18-062r2) describes it:
// conformance classes core, ogc-process-description, json, oas30, job-list and dismiss.
//
// Each execution is a job, also one that its client waits for. A job keeps what its algorithm tells as numbered events,
// which the extension GET /jobs/{id}/events?since=SEQ streams as newline-delimited JSON; a reader that was cut off goes on
// where it was. Everything that a client can make grow is bounded: see [Limits].
//
// The server is for the person who started it. Every request but those for the landing page, the conformance classes and
// the interface definition needs the bearer token, and neither a web page of another origin nor a name that somebody else
// points to this machine gets anywhere.
package server
