package web

import (
	"fmt"
	"net/http"
)

// reload reloads the configuration. If that fails, the current one is kept, and the
// response lists all errors.
func (s *Server) reload(w http.ResponseWriter, _ *http.Request) {
	if !s.options.Lifecycle {
		http.Error(w, "reloading via HTTP is disabled: start the exporter with --web.enable-lifecycle, or send it a SIGHUP", http.StatusForbidden)
		return
	}
	if err := s.options.Reload(); err != nil {
		http.Error(w, "reloading the configuration failed, keeping the current one:\n"+s.options.Secrets.Redact(err.Error()), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "configuration reloaded")
}
