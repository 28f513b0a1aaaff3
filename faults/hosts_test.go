package faults

import (
	"crypto/tls"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// host listens for an inbox, or does not.
type host struct {
	handler http.Handler
	address string
	server  *http.Server
}

// listen listens where it did before, as soon as it can: a child that another test is
// starting keeps open, until it execs, what is closed here. A nil config is no TLS.
func (h *host) listen(t *testing.T, config *tls.Config) {
	t.Helper()
	var listener net.Listener
	programtest.Eventually(t, func() (err error) {
		listener, err = net.Listen("tcp", h.address)
		return err
	})
	h.address = listener.Addr().String()
	h.server = &http.Server{Handler: h.handler, TLSConfig: config, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	if config == nil {
		go h.server.Serve(listener)
	} else {
		go h.server.ServeTLS(listener, "", "")
	}
	t.Cleanup(h.close)
}

func (h *host) close() { h.server.Close() }

// newHost returns a host at an address from which no connections are made, so that
// nobody takes its port while it does not listen.
func newHost(t *testing.T, config *tls.Config) *host {
	t.Helper()
	h := &host{handler: inboxtest.New(inboxtest.Contacts(30), inboxtest.Token(canary)), address: "127.0.0.77:0"}
	h.listen(t, config)
	return h
}

// identity returns a certificate for an address, and a file that has one trust it.
func identity(t *testing.T) (config *tls.Config, trust string) {
	t.Helper()
	certificate, key := programtest.Certificate(t, "127.0.0.77")
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}}, programtest.WriteFile(t, "ca.pem", certificate)
}

// An account whose host cannot be reached has no values; the other account keeps its.
func TestUnreachableHosts(t *testing.T) {
	t.Parallel()
	m := &matrix{}
	t.Run("matrix", func(t *testing.T) {
		t.Run("connection refused", func(t *testing.T) {
			t.Parallel()
			h := newHost(t, nil)
			meetHost(t, m, h, "http://"+h.address, "", h.close, func() { h.listen(t, nil) })
		})
		for name, wrong := range map[string]func(*testing.T) *tls.Config{
			"TLS: a certificate that is not trusted": func(t *testing.T) *tls.Config { other, _ := identity(t); return other },
			"TLS: a version that is too old": func(t *testing.T) *tls.Config {
				old, _ := identity(t)
				old.MaxVersion = tls.VersionTLS11
				return old
			},
			"TLS: plain HTTP": func(t *testing.T) *tls.Config { return nil },
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				config, trust := identity(t)
				h := newHost(t, config)
				again := func(config *tls.Config) func() { return func() { h.close(); h.listen(t, config) } }
				meetHost(t, m, h, "https://"+h.address, ", tls_config: {ca_file: "+trust+"}", again(wrong(t)), again(config))
			})
		}
	})
	m.log(t)
}

// A host whose certificate is replaced goes on being asked, if the ca_file is replaced,
// too.
func TestReplacedCertificate(t *testing.T) {
	t.Parallel()
	config, trust := identity(t)
	h := newHost(t, config)
	r, healthy, _ := bootOnHost(t, h, "https://"+h.address, ", tls_config: {ca_file: "+trust+"}")
	r.until(t, "before", healthy, 1, "10")
	h.close()
	config, other := identity(t)
	if err := os.Rename(other, trust); err != nil {
		t.Fatal(err)
	}
	h.listen(t, config)
	after := r.until(t, "after", healthy, 1, "10")
	same(t, "failures", map[string]float64{}, failures(t, after.body, "acme"))
}

// An API name that cannot be resolved: a reload changes the name, and back.
func TestNameThatDoesNotResolve(t *testing.T) {
	t.Parallel()
	m := &matrix{}
	t.Run("the name does not resolve", func(t *testing.T) {
		h := newHost(t, nil)
		good := "http://" + h.address
		rename := func(from, to string) func(*running, string) {
			return func(r *running, path string) {
				config, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(strings.Replace(string(config), from, to, 1)), 0o600); err != nil {
					t.Fatal(err)
				}
				if status, body := r.Post(t, "/-/reload"); status != 200 {
					t.Fatalf("reload: %d %s", status, body)
				}
			}
		}
		meet(t, m, h, good, "", rename("${ACME}", "http://inbox.invalid"), rename("http://inbox.invalid", "${ACME}"))
	})
	m.log(t)
}

// meetHost has all queries of acme meet a fault of their host.
func meetHost(t *testing.T, m *matrix, h *host, url, options string, breaks, mends func()) {
	t.Helper()
	meet(t, m, h, url, options, func(*running, string) { breaks() }, func(*running, string) { mends() })
}

// bootOnHost boots the program whose account acme is on a host. It returns the gauges
// without a fault, and the path of the configuration.
func bootOnHost(t *testing.T, h *host, url, options string) (r *running, healthy map[string]float64, path string) {
	t.Helper()
	zenith := newInbox(t, 20)
	path = programtest.WriteFile(t, "hosts.yml", strings.Replace(standYAML, `rate_limit: 0, timeout: 1m}`, `rate_limit: 0`+options+`}`, 1))
	r = boot(t, programtest.Env{"ACME": url, "ZENITH": zenith.URL, "TOKEN": canary}, "--config.file="+path, "--log.level=debug", "--web.enable-lifecycle")
	healthy = numbers("acme", h.handler.(*inboxtest.Server).Inbox)
	maps.Copy(healthy, numbers("zenith", zenith.Inbox))
	return r, healthy, path
}

func meet(t *testing.T, m *matrix, h *host, url, options string, breaks, mends func(r *running, configuration string)) {
	r, healthy, path := bootOnHost(t, h, url, options)
	r.until(t, "before the fault", healthy, 1, "10")
	breaks(r, path)
	during := r.until(t, "with the fault", failed(healthy, "acme", "users", "online", "closed", "waiting"), 1, "5")
	mends(r, path)
	after := r.until(t, "after the fault", healthy, 1, "5")
	same(t, "failures", map[string]float64{"connection": 4}, failures(t, after.body, "acme"))
	same(t, "failures of the other account", map[string]float64{}, failures(t, after.body, "zenith"))
	r.silent(t)
	ended := r.terminate(t)
	_, name, _ := strings.Cut(strings.ReplaceAll(t.Name(), "_", " "), "/")
	m.add(row{fault: strings.TrimPrefix(name, "matrix/"), reason: "connection", during: during, after: after, ended: ended, good: !t.Failed()})
}
