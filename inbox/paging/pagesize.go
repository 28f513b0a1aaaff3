package paging

import "sync"

// pageSize is the API's page size as an account's pages show it, since no
// documentation gives it. Every query of the account shares it.
type pageSize struct {
	mu    sync.Mutex
	value size
}

// size is what is known of the page size at one moment.
type size struct {
	records int  // the longest page seen; 0: none seen
	certain bool // a page after one of that length had contacts
	epoch   int  // changes whenever a size that was believed proves wrong
}

func (s *pageSize) get() size {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}

// observe takes in a page of so many records. A page longer than a certain size
// changes nothing: its query requests it again first, because one page alone must
// not invalidate the numbers of all other queries.
func (s *pageSize) observe(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.value.certain {
		s.value.records = max(s.value.records, records)
	}
}

// confirm makes the size certain if it still is so many records.
func (s *pageSize) confirm(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value.certain = records == s.value.records
}

// grow replaces the size by a longer one, which is not yet certain.
func (s *pageSize) grow(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if records > s.value.records {
		s.value = size{records: records, epoch: s.value.epoch + 1}
	}
}

// replace makes another size, which may be shorter, the certain one.
func (s *pageSize) replace(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if records != s.value.records {
		s.value.records = records
		s.value.epoch++
	}
	s.value.certain = true
}
