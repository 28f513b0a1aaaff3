package config

import (
	"net/url"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// hidden replaces a secret.
const hidden = "<secret>"

// hideLeaves hides every value of a tree but not its keys.
func hideLeaves(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		n.SetString(hidden)
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			hideLeaves(child)
		}
	}
}

// dumpFilters returns dimensions or queries as the file has them, without the fields
// under extra that may be secret.
func dumpFilters(v strictyaml.Value) *yaml.Node {
	n := v.Written()
	hideNamed(n, false)
	return n
}

var (
	secretName   = regexp.MustCompile(`(?i)token|key|secret|passw|auth|credential`)
	onlyVariable = regexp.MustCompile(`^\$\{\w+\}$`)
)

// hideNamed hides the values below keys that say that they are secret, if the tree is
// below a key extra.
func hideNamed(n *yaml.Node, extra bool) {
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			hideNamed(child, extra)
		case i%2 == 0: // a key
		case !extra || !secretName.MatchString(n.Content[i-1].Value):
			hideNamed(child, extra || n.Content[i-1].Value == "extra")
		case !onlyVariable.MatchString(child.Value):
			hideLeaves(child)
		}
	}
}

// Parts of a URL as the file has it. A variable is taken as a whole, lest its default
// ends a part.
var (
	userOfURL    = regexp.MustCompile(`//(?:\$\{[^}]*\}|[^/?#])*@`)
	segmentOfURL = regexp.MustCompile(`\$\{[^}]*\}|//[^/$]*|/[^/$]*`)
)

// shownURL returns a base URL for people: with the host that is asked, and without a
// path that may have come from a variable.
func shownURL(u *url.URL, v strictyaml.Value) string {
	if u == nil {
		return ""
	}
	if _, variables := v.Source(); variables && strings.Trim(u.Path, "/") != "" {
		return u.Scheme + "://" + u.Host + "/" + hidden
	}
	return hideInURL(u.String())
}

// hideInURL hides the user and the query of a URL as the file has it, and what in its
// path may be a token: a segment of 16 characters, or of 8 with a digit.
func hideInURL(text string) string {
	text = userOfURL.ReplaceAllString(text, "//"+hidden+"@")
	query := ""
	if at := strings.IndexAny(text, "?#"); at >= 0 {
		text, query = text[:at], "?"+hidden
	}
	return segmentOfURL.ReplaceAllStringFunc(text, hideSegment) + query
}

// hideSegment hides a part of a URL that segmentOfURL matches if it may be a token.
func hideSegment(part string) string {
	if variable, fallback, ok := strings.Cut(strings.TrimSuffix(part, "}"), ":-"); ok && strings.HasPrefix(part, "${") {
		return variable + ":-" + hideInURL(fallback) + "}"
	}
	segment, isSegment := strings.CutPrefix(part, "/")
	digits := strings.ContainsAny(segment, "0123456789")
	if !isSegment || strings.HasPrefix(segment, "/") || len(segment) < 8 || len(segment) < 16 && !digits {
		return part
	}
	return "/" + hidden
}
