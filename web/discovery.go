package web

import (
	"encoding/json"
	"net/http"

	"github.com/go-kit/log/level"
)

// targetGroup is what Prometheus' HTTP service discovery takes a list of.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// discover serves a target for each account: its probe, at the address that the
// client has asked.
func (s *Server) discover(w http.ResponseWriter, r *http.Request) {
	inboxes := s.inboxes.Load()
	if inboxes == nil {
		http.Error(w, "no configuration is in force yet", http.StatusServiceUnavailable)
		return
	}
	groups := []targetGroup{}
	for _, account := range inboxes.Accounts {
		labels := map[string]string{
			"__metrics_path__": "/probe",
			"__param_account":  account.Name(),
			"account":          account.Name(),
		}
		if r.TLS != nil {
			labels["__scheme__"] = "https"
		}
		groups = append(groups, targetGroup{Targets: []string{r.Host}, Labels: labels})
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(groups); err != nil {
		level.Debug(s.options.Logger).Log("msg", "serving targets", "err", err)
	}
}
