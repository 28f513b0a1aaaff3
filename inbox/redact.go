package inbox

import (
	"encoding/base64"
	"fmt"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// secretShown stands in the place of a secret, as in all of Prometheus.
const secretShown = "<secret>"

// minSecret is how long a header's value must be to be taken for a secret; to
// redact shorter ones would garble messages and hide nothing.
const minSecret = 4

// bearer matches a token that the API may echo even when it is not the one sent, and
// no "Bearer authentication".
var bearer = regexp.MustCompile(`(?i)\b(bearer|basic)(\s+|%20|\+)[^\s"'\\,;]{16,}`)

// redactor takes out of a text what a request carried in its headers. It learns
// that from the connection, where the transport has added the authorization: so
// nothing has to know which of the many ways to authorize is configured.
type redactor struct {
	mu      sync.Mutex
	secrets []string
}

// open are the headers whose values anyone may see.
var open = []string{
	"accept", "accept-encoding", "authtype", "connection", "content-length", "content-type", "host", "user-agent",
	"transfer-encoding", ":authority", ":method", ":path", ":scheme",
}

// trace learns the header fields of the requests it is attached to.
func (r *redactor) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{WroteHeaderField: func(key string, values []string) {
		if slices.Contains(open, strings.ToLower(key)) {
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

// quote returns what a server said, redacted, cut short and on one line.
func (r *redactor) quote(text string) string {
	return fmt.Sprintf("%.300q", r.redact(text))
}

// shorten returns an error's text, which may hold what a server said, redacted and
// cut short.
func (r *redactor) shorten(text string) string {
	return fmt.Sprintf("%.300s", r.redact(text))
}

// redact returns text with every secret replaced, or nothing of it where a secret is
// too disguised for that. Of a text beyond maxErrorAnswer it returns the beginning.
func (r *redactor) redact(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	text = text[:min(len(text), maxErrorAnswer)]
	// The longest first: one secret may be a part of another.
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range r.secrets {
		if len(secret) < minSecret {
			continue
		}
		for _, form := range forms(secret) {
			text = strings.ReplaceAll(text, form, secretShown)
		}
		if disguised(text, secret) {
			return secretShown
		}
	}
	return bearer.ReplaceAllString(text, "$1 "+secretShown)
}

// forms are the ways in which a text may hold a secret.
func forms(secret string) []string {
	query, path, quoted := url.QueryEscape(secret), url.PathEscape(secret), strconv.Quote(secret)
	return []string{secret, query, lowerEscapes(query), path, lowerEscapes(path), quoted[1 : len(quoted)-1]}
}

var escape = regexp.MustCompile("%[0-9A-F]{2}")

func lowerEscapes(escaped string) string {
	return escape.ReplaceAllStringFunc(escaped, strings.ToLower)
}
