// Package archive makes and reads the package with which a clone starts: a ZIP file with the structure and the data of
// some tables of the central database, as they were in one snapshot.
//
// The members are
//
//	structure/before_data.sql   schemas, types, functions, tables, views
//	structure/after_data.sql    indexes, constraints, triggers
//	data/00001.copy             the rows of a table, in COPY's text format
//	layer_styles.copy           the tables' rows of QGIS's public.layer_styles
//	additional.sql              what the person who made the package wants to run at the end
//	manifest.json               what all that is, see [Manifest]; written last
//
// The structure comes from pg_dump, the data from COPY, and both read the snapshot that the manifest names: it is the
// cursor from which the clone synchronises. Nothing of a package is ever unpacked to the disk, so that the names of its
// members lead nowhere; they are compared with the manifest all the same, as are their sizes and checksums, before
// anything in a database is touched.
package archive
