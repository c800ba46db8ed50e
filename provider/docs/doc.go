// Package docs writes the pages that follow from the program itself: one for each algorithm of a registry, and one for each
// schema of a freshly installed database, from the catalog's own comments. The same program writes the same bytes, so that a
// test finds pages that are stale.
package docs
