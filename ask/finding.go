package ask

// Finding is the answer to one question about the API of one account.
type Finding struct {
	Account     string `json:"account"`
	Question    string `json:"question"`
	Observation string `json:"observation"`
	Consequence string `json:"consequence"`
	OK          bool   `json:"ok"` // there is nothing to do

	effect effect
}

// Wrong reports whether numbers are wrong or absent.
func (f Finding) Wrong() bool { return f.effect == wrong }

// effect is what a finding means for the numbers.
type effect int

const (
	harmless effect = iota
	unknown         // whether the numbers are right is not known without an answer
	wrong           // numbers are wrong or cannot be had
)

// Exit codes of doctor.
const (
	ExitOK      = 0
	ExitWrong   = 1 // the API cannot be counted correctly, or a filter does not do what it says
	ExitUnasked = 2 // the API could not be asked
)

// ExitCode returns the exit code for findings.
func ExitCode(findings []Finding) int {
	code := ExitOK
	for _, f := range findings {
		switch f.effect {
		case wrong:
			return ExitWrong
		case unknown:
			code = ExitUnasked
		}
	}
	return code
}

// fine is the answer to a question if there is nothing to do.
func fine(observation, consequence string) Finding {
	return Finding{Observation: observation, Consequence: consequence, OK: true}
}

// failure is the answer if numbers are wrong or cannot be had.
func failure(observation, consequence string) Finding {
	return Finding{Observation: observation, Consequence: consequence, effect: wrong}
}

// notice is the answer if there is something to know or to do, but no number is wrong.
func notice(observation, consequence string) Finding {
	return Finding{Observation: observation, Consequence: consequence}
}
