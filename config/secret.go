package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v4"
)

// headerSecrets are the keys whose values travel in a header, where a line
// break or the like makes every request fail.
var headerSecrets = []string{
	"credentials", "credentials_file", "bearer_token", "bearer_token_file", "values", "secrets", "files",
}

// secret returns a secret, which must not be empty.
func (p *parser) secret(n *yaml.Node, at place, key string) string {
	text, ok := p.asWritten(n, at)
	if ok {
		p.usable(n, at, key, "the value", text)
	}
	return text
}

// readable checks that a file can be read and holds what its key wants. What
// it holds is not kept: the HTTP client reads it anew.
func (p *parser) readable(n *yaml.Node, at place, key string) {
	if n.Value == "" {
		p.fail(n, at, "cannot be empty, want the path of a file")
		return
	}
	data, err := os.ReadFile(promconfig.JoinDir(p.dir, n.Value))
	if err != nil {
		message := "cannot read " + p.shown(n) + ": " + cause(err).Error()
		if !filepath.IsAbs(n.Value) {
			message += " (relative paths count from " + p.dir + ")"
		}
		p.fail(n, at, "%s", message)
		return
	}
	p.usable(n, at, key, "the file "+p.shown(n), strings.TrimSpace(string(data)))
}

// usable reports a secret that is empty or cannot be sent, without showing it.
func (p *parser) usable(n *yaml.Node, at place, key, what, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		if written, expanded := p.written[n]; expanded && text == n.Value {
			what += " of " + printable(written) // nothing but variables
		}
		p.fail(n, at, "%s is empty", what)
	case slices.Contains(headerSecrets, key) && strings.ContainsFunc(text, unicode.IsControl):
		p.fail(n, at, "%s holds a line break or another control character", what)
	}
}

// claim returns a claim of a JWT as Go data.
func (p *parser) claim(n *yaml.Node, at place) (any, bool) {
	if p.broken[n] {
		return nil, false
	}
	var value any
	if err := n.Decode(&value); err != nil {
		p.fail(n, at, "not a valid claim")
		return nil, false
	}
	return value, value != nil
}
