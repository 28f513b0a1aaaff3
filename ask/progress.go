package ask

import (
	"fmt"
	"sync"
)

// Progress is how far the questions are. It is safe for concurrent use.
type Progress struct {
	mu       sync.Mutex
	account  string
	question string
	requests int
}

func (p *Progress) begin(account string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.account, p.question, p.requests = account, "", 0
}

func (p *Progress) asks(question string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.question = question
}

func (p *Progress) asked(requests int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = requests
}

// Line returns the progress in one line.
func (p *Progress) Line() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%s: %s, %d requests", p.account, p.question, p.requests)
}
