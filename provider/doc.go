// Package provider is the contract between an algorithm and everything that runs, shows or documents one: the command
// line, the HTTP server, the QGIS plugin and the documentation.
//
// An algorithm is declared once, as a [Definition] with a typed parameter struct and a typed result struct. From that
// declaration come the JSON Schema of its inputs and outputs, the validation of what a person typed, the defaults and
// the decoding; nothing about a parameter is written twice.
//
//	type parameters struct {
//		Connection provider.Connection `json:"CONNECTION_NAME" jsonschema:"required,title=Central database" jsonschema_description:"The database that receives the structure."`
//		Override   bool                `json:"OVERRIDE" jsonschema:"title=Replace,default=false" jsonschema_description:"Replace a structure that is already there."`
//		SQLFile    provider.File       `json:"ADDITIONAL_SQL_FILE" jsonschema:"title=SQL file" jsonschema_description:"Runs last." qgis:"extension=sql,advanced"`
//	}
//
// A parameter is optional unless its jsonschema tag says "required". Its meaning for QGIS comes from its type
// ([Connection], [Layers], [File], …) and its qgis tag (see [Hint]); it stands in the schema as the object "x-qgis".
// A comma inside a jsonschema tag is written `\\,`; in a jsonschema_description tag it needs nothing.
//
// A result struct embeds [Outcome] and adds the algorithm's own keys.
package provider
