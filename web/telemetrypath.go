package web

import (
	"fmt"
	"path"
	"strings"
)

// CheckTelemetryPath returns an error if metrics cannot be served under the path.
func CheckTelemetryPath(p string) error {
	switch {
	case !strings.HasPrefix(p, "/"):
		return fmt.Errorf("%q does not start with a slash", p)
	case strings.ContainsAny(p, "{} \t\n?#"), p != path.Clean(p):
		return fmt.Errorf("%q is not a plain path", p)
	case p == "/", p == "/probe", p == "/config", p == "/sd", strings.HasPrefix(p, "/-/"), strings.HasPrefix(p, "/debug/pprof"):
		return fmt.Errorf("%q is already used by the exporter", p)
	}
	return nil
}
