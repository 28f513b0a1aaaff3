package web

import (
	"fmt"
	"path"
	"strings"
)

// CheckTelemetryPath returns an error if metrics cannot be served at a path.
func CheckTelemetryPath(p string) error {
	switch {
	case !strings.HasPrefix(p, "/"):
		return fmt.Errorf("%q does not begin with a slash", p)
	case strings.ContainsAny(p, "{} \t\n?#"), p != path.Clean(p):
		return fmt.Errorf("%q is not a plain path", p)
	case p == "/", p == "/probe", p == "/config", p == "/sd", strings.HasPrefix(p, "/-/"), strings.HasPrefix(p, "/debug/pprof"):
		return fmt.Errorf("%q is taken by another page of the exporter", p)
	}
	return nil
}
