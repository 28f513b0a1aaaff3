package inbox

import (
	"encoding/base64"
	"fmt"
	"net/http/httptrace"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// secretShown replaces a secret, as everywhere in Prometheus.
const secretShown = "<secret>"

// minSecret is the length from which on a header's value is treated as a secret.
// Redacting shorter ones would garble messages and hide nothing.
const minSecret = 4

// bearer matches a token that the API may echo even if it is not the one that was sent,
// but not "Bearer authentication".
var bearer = regexp.MustCompile(`(?i)\b(bearer|basic)(\s+|%20|\+)[^\s"'\\,;]{16,}`)

// redactor removes from texts what a request carried in its headers. It learns the
// headers from the connection, after the transport has added the authorization, and so
// works with every way to authorize.
type redactor struct {
	mu      sync.Mutex
	secrets []string
}

// publicHeaders are the headers whose values are no secrets.
var publicHeaders = []string{
	"accept", "accept-encoding", "authtype", "connection", "content-length", "content-type", "host", "user-agent",
	"transfer-encoding", ":authority", ":method", ":path", ":scheme",
}

// trace returns a trace that learns the headers of its request.
func (r *redactor) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{WroteHeaderField: func(key string, values []string) {
		if slices.Contains(publicHeaders, strings.ToLower(key)) {
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, value := range values {
			r.add(value)
		}
	}}
}

func (r *redactor) add(value string) {
	r.secrets = append(r.secrets, value)
	scheme, credentials, ok := strings.Cut(value, " ")
	if !ok {
		return
	}
	credentials = strings.TrimSpace(credentials)
	r.secrets = append(r.secrets, credentials)
	if plain, err := base64.StdEncoding.DecodeString(credentials); err == nil && strings.EqualFold(scheme, "basic") {
		_, password, _ := strings.Cut(string(plain), ":")
		r.secrets = append(r.secrets, string(plain), password)
	}
}

// quote returns a text from a server: redacted, shortened, quoted and on one line.
func (r *redactor) quote(text string) string {
	return fmt.Sprintf("%.300q", r.redact(text))
}

// shorten returns the text of an error, which may hold text from a server: redacted and
// shortened.
func (r *redactor) shorten(text string) string {
	return fmt.Sprintf("%.300s", r.redact(text))
}

// redact returns text with every secret replaced. If a secret is escaped in a way that
// cannot be replaced, nothing of the text is left. Only the first maxErrorBody bytes of
// text are used.
func (r *redactor) redact(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	text = text[:min(len(text), maxErrorBody)]
	// The longest first, because one secret may be part of another.
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range r.secrets {
		if len(secret) < minSecret {
			continue
		}
		for _, form := range escapedForms(secret) {
			text = strings.ReplaceAll(text, form, secretShown)
		}
		if containsEscaped(text, secret) {
			return secretShown
		}
	}
	return bearer.ReplaceAllString(text, "$1 "+secretShown)
}
