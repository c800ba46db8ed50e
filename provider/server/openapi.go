package server

import (
	"net/http"
	"slices"

	"github.com/invopop/jsonschema"
	"github.com/labstack/echo/v4"
)

const openAPIType = "application/vnd.oai.openapi+json;version=3.0"

// object is a piece of the interface definition.
type object = map[string]any

func (s *Server) api(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentType, openAPIType)
	c.Response().WriteHeader(http.StatusOK)
	return c.Echo().JSONSerializer.Serialize(c, s.definition(s.base(c)), "")
}

// definition is the whole interface in OpenAPI 3.0: the standard's paths, and the execution of each process with its own
// inputs.
func (s *Server) definition(base string) object {
	exceptions := func(codes ...string) object {
		texts := map[string]string{
			"400": "A parameter or the request is not valid", "401": "The token is missing or wrong", "403": "The page comes from elsewhere",
			"404": "There is no such thing, or not yet", "410": "The job was dismissed", "413": "The request is too large",
			"421": "This server has another name", "500": "The algorithm has failed", "503": "Too many jobs wait",
		}
		all := object{}
		for _, code := range append(codes, "403", "421") {
			all[code] = object{"description": texts[code], "content": content("application/problem+json", reference("exception"))}
		}
		return all
	}
	// get describes a path that is only read.
	get := func(id, summary, kind string, schema object, public bool, parameters []any, codes ...string) object {
		responses := exceptions(codes...)
		if !public {
			responses = exceptions(append(codes, "401")...)
		}
		responses["200"] = object{"description": summary, "content": content(kind, schema)}
		operation := object{"operationId": id, "summary": summary, "responses": responses}
		if public {
			operation["security"] = []any{}
		}
		if parameters != nil {
			operation["parameters"] = parameters
		}
		return operation
	}
	processID := parameter("path", "processID", "Its id", object{"type": "string"})
	jobID := parameter("path", "jobID", "Its id", object{"type": "string"})
	limit := parameter("query", "limit", "How many to return", object{"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000})
	offset := parameter("query", "offset", "How many to leave out before", object{"type": "integer", "minimum": 0, "default": 0})
	seconds := object{"type": "integer", "minimum": 0}
	texts := object{"type": "array", "items": object{"type": "string"}}

	job := get("getStatus", "The status of a job", asJSON, reference("statusInfo"), false, nil, "404")
	dismissal := get("dismiss", "Cancel a job and wait for its end, or forget one that has ended", asJSON, reference("statusInfo"), false, nil, "404")
	results := get("getResult", "The results of a job", asJSON, object{"type": "object"}, false, nil, "404", "410", "500")
	paths := object{
		"/":            object{"get": get("getLandingPage", "Where to begin", asJSON, reference("landingPage"), true, nil)},
		"/conformance": object{"get": get("getConformance", "What it conforms to", asJSON, reference("confClasses"), true, nil)},
		"/api":         object{"get": get("getAPI", "This definition", openAPIType, object{"type": "object"}, true, nil)},
		"/processes":   object{"get": get("getProcesses", "The processes", asJSON, reference("processList"), false, []any{limit, offset}, "400")},
		"/processes/{processID}": object{
			"parameters": []any{processID},
			"get":        get("getProcessDescription", "A process, with its inputs and outputs", asJSON, reference("process"), false, nil, "404"),
		},
		"/processes/{processID}/execution": object{
			"parameters": []any{processID},
			"post":       executing("execute", "Execute a process", reference("execute"), object{"type": "object"}, exceptions),
		},
		"/jobs": object{"get": get("getJobs", "The jobs, the newest first", asJSON, reference("jobList"), false, []any{
			limit, offset,
			parameter("query", "type", "Their types", texts),
			parameter("query", "processID", "Their processes", texts),
			parameter("query", "status", "Their states", object{"type": "array", "items": reference("statusCode")}),
			parameter("query", "datetime", "When they were made: a time, or two with / between, where .. is open", object{"type": "string"}),
			parameter("query", "minDuration", "Seconds that they have taken at least", seconds),
			parameter("query", "maxDuration", "Seconds that they have taken at most", seconds),
		}, "400")},
		"/jobs/{jobID}":         object{"parameters": []any{jobID}, "get": job, "delete": dismissal},
		"/jobs/{jobID}/results": object{"parameters": []any{jobID}, "get": results},
		"/jobs/{jobID}/events": object{"parameters": []any{jobID}, "get": get("getEvents",
			"What a job tells, live and until its end, one JSON object a line", ndjson, reference("event"), false,
			[]any{parameter("query", "since", "Number of the last event that the client has", object{"type": "integer", "minimum": 0, "default": 0})}, "400", "404")},
	}
	schemas := commonSchemas()
	for _, algorithm := range s.options.Registry.All() {
		info := algorithm.Info()
		schemas[info.ID+".inputs"], schemas[info.ID+".results"] = objectSchema(info.Inputs), objectSchema(info.Outputs)
		body := object{
			"type": "object",
			"properties": object{
				"inputs": reference(info.ID + ".inputs"), "outputs": object{"type": "object"}, "response": responseSchema(),
			},
		}
		if len(info.Inputs.Required) > 0 {
			body["required"] = []string{"inputs"}
		}
		operation := executing("execute_"+info.ID, info.Title, body, reference(info.ID+".results"), exceptions)
		operation["description"], operation["tags"] = info.Description, []string{info.Group}
		paths["/processes/"+info.ID+"/execution"] = object{"post": operation}
	}
	return object{
		"openapi": "3.0.3",
		"info": object{
			"title": "LizSync", "version": s.options.Version,
			"description": "OGC API – Processes 1.0. Each process may be executed while the client waits, or with the header Prefer: respond-async as a job to look after.",
			"license":     object{"name": "GPL-2.0-or-later"},
		},
		"servers":  []any{object{"url": base}},
		"security": []any{object{"token": []string{}}},
		"paths":    paths,
		"components": object{
			"schemas":         schemas,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}},
		},
	}
}

// executing describes the execution of a process.
func executing(id, summary string, body, results object, exceptions func(...string) object) object {
	responses := exceptions("400", "401", "404", "413", "500", "503")
	responses["200"] = object{"description": "The results, as they were asked for", "content": object{
		asJSON:              object{"schema": results},
		"text/plain":        object{"schema": object{"type": "string"}},
		"multipart/related": object{"schema": object{"type": "string", "format": "binary"}},
	}}
	responses["201"] = object{
		"description": "The job that was begun", "content": content(asJSON, reference("statusInfo")),
		"headers": object{"Location": object{"description": "The job", "schema": object{"type": "string"}}},
	}
	return object{
		"operationId": id, "summary": summary, "responses": responses,
		"parameters":  []any{parameter("header", "Prefer", "respond-async for a job", object{"type": "string"})},
		"requestBody": object{"content": content(asJSON, body)},
	}
}

func reference(name string) object { return object{"$ref": "#/components/schemas/" + name} }

func content(kind string, schema object) object { return object{kind: object{"schema": schema}} }

func parameter(in, name, description string, schema object) object {
	p := object{"in": in, "name": name, "description": description, "schema": schema}
	if in == "path" {
		p["required"] = true
	}
	return p
}

func responseSchema() object {
	return object{"type": "string", "enum": []string{"raw", "document"}, "default": "raw"}
}

// objectSchema is the schema of all inputs, or all outputs, of a process.
func objectSchema(schema *jsonschema.Schema) object {
	properties := object{}
	for pair := schema.Properties.Oldest(); pair != nil; pair = pair.Next() {
		property := openAPISchema(pair.Value)
		property["title"], property["description"] = pair.Value.Title, pair.Value.Description
		properties[pair.Key] = property
	}
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(schema.Required) > 0 {
		out["required"] = slices.Clone(schema.Required)
	}
	return out
}

// commonSchemas describes the standard's own documents.
func commonSchemas() object {
	str, integer, moment := object{"type": "string"}, object{"type": "integer"}, object{"type": "string", "format": "date-time"}
	list := func(of object) object { return object{"type": "array", "items": of} }
	of := func(required []string, properties object) object {
		return object{"type": "object", "required": required, "properties": properties}
	}
	summary := object{
		"id": str, "version": str, "title": str, "description": str, "group": str,
		"jobControlOptions": list(str), "outputTransmission": list(str), "links": list(reference("link")),
	}
	described := object{"type": "object", "required": []string{"schema"}, "properties": object{
		"title": str, "description": str, "minOccurs": integer, "schema": object{"type": "object"},
	}}
	process := object{
		"inputs":  object{"type": "object", "additionalProperties": described},
		"outputs": object{"type": "object", "additionalProperties": described},
	}
	for name, schema := range summary {
		process[name] = schema
	}
	return object{
		"link":           of([]string{"href"}, object{"href": str, "rel": str, "type": str, "title": str}),
		"landingPage":    of([]string{"links"}, object{"title": str, "description": str, "links": list(reference("link"))}),
		"confClasses":    of([]string{"conformsTo"}, object{"conformsTo": list(str)}),
		"processSummary": of([]string{"id", "version"}, summary),
		"processList":    of([]string{"processes", "links"}, object{"processes": list(reference("processSummary")), "links": list(reference("link"))}),
		"process":        of([]string{"id", "version"}, process),
		"execute": object{"type": "object", "properties": object{
			"inputs": object{"type": "object"}, "outputs": object{"type": "object"}, "response": responseSchema(),
		}},
		"statusCode": object{"type": "string", "enum": []status{accepted, running, successful, failed, dismissed}},
		"statusInfo": of([]string{"jobID", "status", "type"}, object{
			"processID": str, "type": object{"type": "string", "enum": []string{"process"}}, "jobID": str, "status": reference("statusCode"),
			"message": str, "created": moment, "started": moment, "finished": moment, "updated": moment,
			"progress": object{"type": "integer", "minimum": 0, "maximum": 100}, "links": list(reference("link")),
		}),
		"jobList": of([]string{"jobs", "links"}, object{"jobs": list(reference("statusInfo")), "links": list(reference("link"))}),
		"exception": of([]string{"type"}, object{
			"type": str, "title": str, "status": integer, "detail": str, "hint": str, "failureDetail": str, "sqlState": str, "object": str,
			"inputs": object{"type": "object", "additionalProperties": str},
		}),
		"event": of([]string{"seq", "time", "type"}, object{
			"seq": integer, "time": moment, "text": str, "progress": object{"type": "number"}, "status": reference("statusCode"),
			"type":    object{"type": "string", "enum": []string{"message", "warning", "progress", "error", "result"}},
			"problem": reference("exception"), "result": object{"type": "object"},
		}),
	}
}
