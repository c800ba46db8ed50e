package provider

// Feedback is how an algorithm tells a person how far it is. Its methods may be called from several goroutines.
// Cancellation is the context's business.
type Feedback interface {
	// Progress says how much is done, in percent from 0 to 100.
	Progress(percent float64)
	// Message tells what is going on.
	Message(text string)
	// Warning tells what a person should look at although the algorithm goes on.
	Warning(text string)
}

// Silent is the feedback that nobody hears.
type Silent struct{}

var _ Feedback = Silent{}

func (Silent) Progress(float64) {}
func (Silent) Message(string)   {}
func (Silent) Warning(string)   {}
