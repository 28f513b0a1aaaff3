package inbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const (
	// secretShown replaces a secret, as everywhere in Prometheus.
	secretShown = "<secret>"
	// keptSecrets is how many values of one secret are known: the current one and those
	// before its latest rotations.
	keptSecrets = 4
	// maxSecret is how many bytes of a secret are known.
	maxSecret = 16 << 10
)

// Secrets knows every secret of a process, and removes them from what it shows. Every text
// from outside passes through it before it becomes part of an error, a label or a page, and
// the log as a whole does. The zero value is ready; nil knows no secret.
type Secrets struct {
	mu       sync.RWMutex
	accounts map[string]map[string][]string // values by account and key, the current one last
	matcher  matcher
}

// Add makes a value known as the current one of an account's secret. The key tells the
// secrets of an account apart.
func (s *Secrets) Add(account, key, value string) {
	value = value[:min(len(value), maxSecret)]
	if strings.TrimSpace(value) == "" || s.isCurrent(account, key, value) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts == nil {
		s.accounts = make(map[string]map[string][]string)
	}
	if s.accounts[account] == nil {
		s.accounts[account] = make(map[string][]string)
	}
	values := s.accounts[account][key]
	if i := slices.Index(values, value); i >= 0 {
		values = slices.Delete(values, i, i+1)
	} else {
		s.matcher.add(value)
	}
	values = append(values, value)
	if len(values) > keptSecrets {
		s.matcher.remove(values[0])
		values = values[1:]
	}
	s.accounts[account][key] = slices.Clone(values)
}

func (s *Secrets) isCurrent(account, key, value string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	values := s.accounts[account][key]
	return len(values) > 0 && values[len(values)-1] == value
}

// Forget removes the secrets of an account.
func (s *Secrets) Forget(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, values := range s.accounts[account] {
		for _, value := range values {
			s.matcher.remove(value)
		}
	}
	delete(s.accounts, account)
}

// Redact returns text with every secret replaced, however it is written: as it is, escaped,
// in base64 or hexadecimal, in upper or lower case. A secret of less than minSubstring
// characters is replaced only where it is a word.
func (s *Secrets) Redact(text string) string { return s.redact(text, len(text)) }

// redact redacts text up to the given length and drops the rest, with what may be the
// beginning of a secret that the end has cut.
func (s *Secrets) redact(text string, length int) string {
	if s == nil || text == "" {
		return text[:min(len(text), length)]
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	end := len(text)
	if length < end {
		text = text[:length]
		end = max(0, length-s.matcher.longest)
	}
	return replace(text, s.matcher.find(text), end)
}

// bearer matches a token that the API may echo even if it is none that is known, but not
// "Bearer authentication".
var bearer = regexp.MustCompile(`(?i)\b(bearer|basic)(\s+|%20|\+)[^\s"'\\,;]{16,}`)

// clean returns the beginning of a text from outside, redacted.
func (s *Secrets) clean(text string) string {
	return bearer.ReplaceAllString(s.redact(text, maxErrorBody), "$1 "+secretShown)
}

// quote returns a text from a server: redacted, shortened, quoted and on one line.
func (s *Secrets) quote(text string) string { return fmt.Sprintf("%.300q", s.clean(text)) }

// shorten returns the text of an error, which may hold text from a server: redacted and
// shortened.
func (s *Secrets) shorten(text string) string { return fmt.Sprintf("%.300s", s.clean(text)) }
