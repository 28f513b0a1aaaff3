package config

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

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
