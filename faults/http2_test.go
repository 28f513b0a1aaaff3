package faults

import (
	"net/http"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// Over HTTP/2 all of an account's requests share a connection: a fault of one of them
// is not that of all, and what the API echoes is not told there either.
func TestFaultsOverHTTP2(t *testing.T) {
	t.Parallel()
	echo := func(how func(authorization string) inboxtest.Hook) inboxtest.Hook {
		return func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
			return how(call.Header.Get("Authorization"))(w, r, call)
		}
	}
	m := &matrix{}
	t.Run("matrix", func(t *testing.T) {
		for _, f := range []fault{
			{name: "hang before the answer", hook: hangs(""), reason: "timeout", wait: shortWait},
			{name: "hang in the body", hook: hangs(half), reason: "timeout", wait: shortWait},
			{name: "reset before the answer", hook: aborts(""), reason: "connection"},
			{name: "reset in the body", hook: aborts(half), reason: "connection"},
			{name: "300 MB of one string", hook: forEver(`{"success":true,"data":["`, strings.Repeat("x", mebibyte), "", 0), reason: "too_large", wait: "10"},
			{name: "HTTP 503", hook: says(503, ""), reason: "http_status"},
			{name: "the token in a message", hook: echo(echoes()["URL in the message"]), reason: "http_status"},
			{name: "the token in Location", hook: echo(echoes()["Location"]), reason: "http_status"},
		} {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				f.meetOverHTTP2(t, m)
			})
		}
	})
	m.log(t)
}

func (f fault) meetOverHTTP2(t *testing.T, m *matrix) {
	config, trust := identity(t)
	h := newHost(t, config)
	acme := h.handler.(*inboxtest.Server)
	acme.Intercept(func(_ http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
		if r.ProtoMajor != 2 {
			t.Errorf("asked by %s", r.Proto)
		}
		return false
	})
	s := &stand{acme: acme, zenith: newInbox(t, 20)}
	path := programtest.WriteFile(t, "http2.yml", strings.Replace(standYAML, "rate_limit: 0", "tls_config: {ca_file: "+trust+"}, rate_limit: 0", 1))
	s.running = boot(t, programtest.Env{"ACME": "https://" + h.address, "ZENITH": s.zenith.URL, "TOKEN": canary}, "--config.file="+path, "--log.level=debug")
	f.name = "HTTP/2: " + f.name
	f.check(t, m, s)
}
