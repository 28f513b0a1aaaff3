package collector

// Progress is the progress of a run.
type Progress struct {
	Tasks    int // number of distinct request bodies
	Done     int // tasks that are done
	Requests int // requests made so far
}

// Progress returns the progress of the current run, and false if there is none.
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
