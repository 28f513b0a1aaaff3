package web

import (
	"encoding/json"
	"net/http"

	"github.com/go-kit/log/level"
)

// targetGroup is one element of a response to Prometheus' HTTP service discovery.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// discover serves one target per account: its /probe, at the host of the request.
func (s *Server) discover(w http.ResponseWriter, r *http.Request) {
	inboxes := s.inboxes.Load()
	if inboxes == nil {
		http.Error(w, noConfiguration, http.StatusServiceUnavailable)
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
		level.Debug(s.options.Logger).Log("msg", "sending the targets failed", "err", err)
	}
}
