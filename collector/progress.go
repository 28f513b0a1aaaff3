package collector

// Progress is how far the run of an account is.
type Progress struct {
	Tasks    int // distinct request bodies
	Done     int // of them
	Requests int // made so far
}

// Progress returns how far the run under way is, and false if there is none.
func (a *Account) Progress() (Progress, bool) {
	a.mu.Lock()
	r := a.running
	a.mu.Unlock()
	if r == nil {
		return Progress{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := Progress{Tasks: len(r.tasks)}
	for _, t := range r.tasks {
		p.Requests += t.requests
		if t.counting.finished() && (!t.read || t.reading.finished()) {
			p.Done++
		}
	}
	return p, true
}
