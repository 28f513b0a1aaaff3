package inbox

import (
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// MaxValues is how many different values of one field a read keeps.
	MaxValues = 100
	// maxReadMemory is how many bytes of memory a read takes for contacts.
	maxReadMemory = 64 << 20
	// contactMemory is how many bytes a contact takes besides its fields: in its page, in
	// the list of all contacts, and in a set of those seen.
	contactMemory = 168
	// fieldMemory is how many bytes a field or time of a contact takes.
	fieldMemory = 24
	// valueMemory is how many bytes a value takes in a set of values.
	valueMemory = 16
	// entryMemory is how many bytes an entry of a map takes.
	entryMemory = 64
)

// instead is what to do about a read that is too large.
const instead = "narrow the filter, or count by dimensions (by)"

// Budget bounds the memory of all reads of a process together.
type Budget struct {
	most int64
	used atomic.Int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(most int64) *Budget { return &Budget{most: most} }

func (b *Budget) take(n int64) bool {
	if b.used.Add(n) > b.most {
		b.used.Add(-n)
		return false
	}
	return true
}

// Memory is what one read keeps of contacts. It bounds how many bytes that are, and stores
// a value, or a set of values, that many contacts have only once. A value that holds a
// secret is redacted, since it may become a label. Close must be called.
type Memory struct {
	budget  *Budget
	secrets *Secrets
	uses    [][]int

	mu     sync.RWMutex
	taken  int64
	closed bool
	fields []fieldValues
}

// fieldValues are the different values of one field.
type fieldValues struct {
	numbers    map[string]byte // of each value as it was read
	values     []string        // by number, redacted
	sets       map[string][]string
	unreadable error // why the field cannot be read; nil if it can
}

// NewMemory returns an empty memory for contacts, within a budget. Each use is a purpose of
// the read, and has the indexes of the fields that it needs: when all of them lack one, the
// read is of no use and ends.
func NewMemory(budget *Budget, secrets *Secrets, uses ...[]int) *Memory {
	return &Memory{budget: budget, secrets: secrets, uses: uses}
}

// Close gives back what was taken of the budget. Reading goes no further.
func (m *Memory) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.budget.used.Add(-m.taken)
	m.taken, m.closed = 0, true
}

// take takes memory.
func (m *Memory) take(n int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.takeLocked(n)
}

// takeLocked is take for when m.mu is held.
func (m *Memory) takeLocked(n int64) error {
	switch {
	case m.closed:
		return Errorf(Timeout, "the read has ended")
	case m.taken+n > maxReadMemory:
		return Errorf(TooLarge, "the contacts take more than %d MiB of memory: %s", maxReadMemory>>20, instead)
	case !m.budget.take(n):
		return Errorf(TooLarge, "the contacts and those of other reads under way take more than %d MiB of memory: %s", m.budget.most>>20, instead)
	}
	m.taken += n
	return nil
}

// release gives back memory.
func (m *Memory) release(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.taken -= n
		m.budget.used.Add(-n)
	}
}

// number returns the number of a value of a field. It is not ok if the field has too many.
func (m *Memory) number(field int, text []byte) (number byte, ok bool, err error) {
	if number, ok = m.known(field, text); ok {
		return number, true, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.field(field)
	if number, ok = f.numbers[string(text)]; ok {
		return number, true, nil
	}
	if len(f.values) == MaxValues {
		return 0, false, nil
	}
	if err := m.takeLocked(int64(2*len(text)) + entryMemory); err != nil {
		return 0, false, err
	}
	value := string(text)
	f.numbers[value] = byte(len(f.values))
	f.values = append(f.values, m.secrets.Redact(value))
	return f.numbers[value], true, nil
}

// known returns the number of a value that was read before.
func (m *Memory) known(field int, text []byte) (number byte, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if field < len(m.fields) {
		number, ok = m.fields[field].numbers[string(text)]
	}
	return number, ok
}

// set returns the values of a field that have these numbers, sorted and each once. It sorts
// the numbers.
func (m *Memory) set(field int, numbers []byte) ([]string, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	slices.Sort(numbers)
	m.mu.RLock()
	set, ok := m.fields[field].sets[string(numbers)]
	m.mu.RUnlock()
	if ok {
		return set, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.takeLocked(int64((valueMemory+1)*len(numbers)) + entryMemory); err != nil {
		return nil, err
	}
	f := m.field(field)
	set = make([]string, 0, len(numbers))
	for _, number := range numbers {
		set = append(set, f.values[number])
	}
	slices.Sort(set)
	set = slices.Compact(set)
	f.sets[string(numbers)] = set
	return set, nil
}

// field returns the values of a field. m.mu is held.
func (m *Memory) field(i int) *fieldValues {
	for len(m.fields) <= i {
		m.fields = append(m.fields, fieldValues{numbers: make(map[string]byte), sets: make(map[string][]string)})
	}
	return &m.fields[i]
}

// refuse records why a field cannot be read. It returns the error if that leaves the read
// without any use.
func (m *Memory) refuse(field int, why error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.field(field); f.unreadable == nil {
		f.unreadable = why
	}
	if len(m.uses) == 0 {
		return nil
	}
	for _, fields := range m.uses {
		if !slices.ContainsFunc(fields, func(i int) bool { return m.field(i).unreadable != nil }) {
			return nil
		}
	}
	return why
}
