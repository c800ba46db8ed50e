package provider

// Failure is an error made for a person: what happened and to what, and what to do next. It survives wrapping, so that
// the command line and the server find the detail and the hint with errors.As.
type Failure struct {
	Text     string // what happened, to what
	Detail   string // more about it, from PostgreSQL's DETAIL as a rule
	Hint     string // what to do next
	SQLState string // PostgreSQL's code, when the server reported the failure
	Object   string // the database object concerned, when the server named one
	Err      error  // the cause
}

func (f *Failure) Error() string { return f.Text }

func (f *Failure) Unwrap() error { return f.Err }
