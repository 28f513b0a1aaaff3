package collector

// Progress is how far the run of an account is.
type Progress struct {
	Counts   int // distinct requests bodies
	Done     int // of them
	Requests int // made so far
}

// Progress returns how far the latest run is.
func (a *Account) Progress() Progress {
	a.mu.Lock()
	r := a.newest
	a.mu.Unlock()
	if r == nil {
		return Progress{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := Progress{Counts: len(r.tasks)}
	for _, t := range r.tasks {
		p.Requests += t.requests
		if !t.counting.ended.IsZero() && (!t.read || !t.reading.ended.IsZero()) {
			p.Done++
		}
	}
	return p
}
