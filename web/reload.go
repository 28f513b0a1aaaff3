package web

import (
	"fmt"
	"net/http"
)

// reload loads the configuration anew. What is wrong with it is told, line by line,
// and the one in force stays.
func (s *Server) reload(w http.ResponseWriter, _ *http.Request) {
	if !s.options.Lifecycle {
		http.Error(w, "reloading by HTTP is not allowed: start with --web.enable-lifecycle, or send a SIGHUP", http.StatusForbidden)
		return
	}
	if err := s.options.Reload(); err != nil {
		http.Error(w, "the configuration in force stays, for the new one is broken:\n"+err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "reloaded")
}
