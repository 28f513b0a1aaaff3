package paging

import "sync"

// pageSize is what an account's pages tell of the API's page size, which no
// documentation gives: the longest page seen, certain once a page after one of
// that length was seen to have records. Every query of the account shares it.
type pageSize struct {
	mu      sync.Mutex
	records int
	certain bool
	epoch   int // changes whenever a size that was believed proves wrong
}

// current returns the size, 0 before any page was seen, and the epoch that
// numbers computed with it belong to.
func (s *pageSize) current() (records, epoch int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.records, s.epoch
}

// known returns the size and whether it is certain.
func (s *pageSize) known() (records int, certain bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.records, s.certain
}

// learn takes in a page of so many records. One longer than a certain size is left
// to its query to ask for again: one page alone must not unsettle every other query.
func (s *pageSize) learn(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.certain {
		s.records = max(s.records, records)
	}
}

// confirm makes the size certain if it still is so many records.
func (s *pageSize) confirm(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.certain = records == s.records
}

// grow believes that pages became longer than the size.
func (s *pageSize) grow(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if records > s.records {
		s.records, s.certain = records, false
		s.epoch++
	}
}

// replace believes that the size is another one, shorter perhaps.
func (s *pageSize) replace(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if records != s.records {
		s.records = records
		s.epoch++
	}
	s.certain = true
}
