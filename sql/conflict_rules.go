package sql

// ConflictRule is why a value lost. Its name is what lizsync.conflicts.rule_applied holds.
type ConflictRule struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// ConflictRules are all of them. The check of the column, the catalogue of the plugin with its French, and the table in
// docs/concepts.md follow this list, and tests compare them with it: a rule that is added needs an upgrade that changes
// the check.
var ConflictRules = []ConflictRule{
	{"last edit wins", "Both sides edited the same field. The edit that was made last was kept."},
	{"equal times: central wins", "Both sides edited the same field at the same time. Central's value was kept."},
	{"delete wins", "One side deleted the row that the other side edited. It is deleted on both."},
	{"foreign key action", "What the clone sent made a foreign key of central delete or change another row, with an edit that the clone had not seen."},
	{"given up", "The row was pending, and somebody gave it up on the clone. Central's row was kept."},
	{"column no longer exists", "The column was renamed or dropped before the clone could send what was edited in it."},
	{"original LizSync", "The original LizSync decided, before this database was upgraded. central_value and clone_value hold its statements, row_data its rule."},
}
