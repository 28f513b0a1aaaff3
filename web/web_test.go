package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const twoAccounts = `
accounts:
  - {name: acme, url: "${ACME}", authorization: {credentials: simulated-token}, rate_limit: 0}
  - {name: zenith, url: "${ZENITH}", authorization: {credentials: simulated-token}, rate_limit: 0}
queries:
  - {name: users, help: All contacts.}
`

// start starts a server for two accounts with 3 and 5 contacts.
func start(t *testing.T, change func(*Options)) (*httptest.Server, *Server, [2]*inboxtest.Server) {
	t.Helper()
	inboxes := [2]*inboxtest.Server{inboxtest.Start(t), inboxtest.Start(t)}
	for i, n := range []int{3, 5} {
		inboxes[i].Inbox.Add(make([]inboxtest.Contact, n)...)
	}
	env := map[string]string{"ACME": inboxes[0].URL, "ZENITH": inboxes[1].URL}
	cfg, err := config.Parse("test.yml", []byte(twoAccounts), ".", func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	options := Options{
		TelemetryPath: "/metrics", TimeoutOffset: time.Second / 2, MaxRequests: 2, Accounts: true,
		Registry: prometheus.NewRegistry(), Logger: log.NewNopLogger(),
	}
	if change != nil {
		change(&options)
	}
	process := collector.NewProcess()
	options.Registry.MustRegister(process.Metrics)
	var accounts []*collector.Account
	for _, c := range cfg.Accounts {
		account, err := collector.NewAccount(c, process, options.Logger)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(account.Close)
		accounts = append(accounts, account)
	}
	server := New(options)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	if before := server.Use(&Inboxes{YAML: cfg.YAML(), Accounts: accounts}); before != nil {
		t.Error("Use returned previous inboxes on the first call")
	}
	return listening, server, inboxes
}

func get(t *testing.T, url string, header ...string) (status int, body string, response *http.Response) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err = http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	return response.StatusCode, string(read), response
}

func TestMetricsOfAllAccounts(t *testing.T) {
	listening, _, _ := start(t, nil)
	status, body, _ := get(t, listening.URL+"/metrics")
	for _, line := range []string{
		`botpenguin_inbox_users{account="acme"} 3`,
		`botpenguin_inbox_users{account="zenith"} 5`,
		`botpenguin_up{account="acme"} 1`,
		`botpenguin_query_success{account="zenith",query="users"} 1`,
		`botpenguin_api_requests_total{account="acme",code="200"} 2`,
		`botpenguin_api_request_duration_seconds_count{account="acme"} 2`,
		`promhttp_metric_handler_requests_total{code="200"} 0`,
	} {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("status %d, %s is missing in\n%s", status, line, body)
		}
	}
}

func TestMetricsWithoutAccounts(t *testing.T) {
	listening, _, inboxes := start(t, func(o *Options) { o.Accounts = false })
	_, body, _ := get(t, listening.URL+"/metrics")
	if strings.Contains(body, "botpenguin_inbox_users") || strings.Contains(body, "botpenguin_up") || !strings.Contains(body, "botpenguin_api_retries_total") {
		t.Errorf("want the exporter's own metrics only:\n%s", body)
	}
	if inboxes[0].Requests() != 0 {
		t.Error("the API received requests")
	}
}

func TestOpenMetricsIsNegotiated(t *testing.T) {
	listening, _, _ := start(t, nil)
	for _, path := range []string{"/metrics", "/probe?account=acme"} {
		_, body, response := get(t, listening.URL+path, "Accept", "application/openmetrics-text; version=1.0.0")
		if kind := response.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/openmetrics-text") || !strings.HasSuffix(body, "# EOF\n") {
			t.Errorf("%s: content type %s:\n%s", path, kind, body)
		}
	}
}

func TestProbe(t *testing.T) {
	listening, _, _ := start(t, nil)
	for query, want := range map[string]struct {
		status int
		body   string
	}{
		"?account=zenith": {200, "\nbotpenguin_inbox_users 5\n"},
		"":                {400, "account parameter is missing"},
		"?account=":       {400, "account parameter is missing"},
		"?account=nobody": {404, `no account "nobody"`},
	} {
		status, body, _ := get(t, listening.URL+"/probe"+query)
		if status != want.status || !strings.Contains(body, want.body) {
			t.Errorf("/probe%s: %d %s, want %d %s", query, status, body, want.status, want.body)
		}
	}
	_, body, _ := get(t, listening.URL+"/probe?account=acme")
	if strings.Contains(body, "account=") || strings.Contains(body, "_total") || !strings.Contains(body, `botpenguin_query_success{query="users"} 1`) {
		t.Errorf("want gauges without the label account:\n%s", body)
	}
}

func TestPages(t *testing.T) {
	listening, server, _ := start(t, nil)
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/":             {200, `<a href="/probe?account=zenith">`},
		"/config":       {200, "credentials: <secret>"},
		"/-/healthy":    {200, "healthy"},
		"/-/ready":      {200, "ready"},
		"/elsewhere":    {404, "not found"},
		"/metrics/":     {404, "not found"},
		"/debug/pprof/": {404, "not found"},
		"/sd":           {200, `"__param_account":"zenith"`},
	} {
		status, body, response := get(t, listening.URL+path)
		if status != want.status || !strings.Contains(body, want.body) {
			t.Errorf("%s: %d %s, want %d %s", path, status, body, want.status, want.body)
		}
		if strings.Contains(body, inboxtest.DefaultToken) {
			t.Errorf("%s shows the token", path)
		}
		if response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s lacks X-Content-Type-Options: nosniff", path)
		}
	}
	server.Use(nil)
	for _, path := range []string{"/-/ready", "/config", "/sd", "/probe?account=acme"} {
		if status, _, _ := get(t, listening.URL+path); status != 503 {
			t.Errorf("%s without a configuration: %d, want 503", path, status)
		}
	}
	if status, _, _ := get(t, listening.URL+"/metrics"); status != 200 {
		t.Errorf("/metrics without a configuration: %d, want 200", status)
	}
}

func TestPprof(t *testing.T) {
	listening, _, _ := start(t, func(o *Options) { o.Pprof = true })
	if status, body, _ := get(t, listening.URL+"/debug/pprof/"); status != 200 || !strings.Contains(body, "goroutine") {
		t.Errorf("%d %s", status, body)
	}
}

func TestHomePageEscapes(t *testing.T) {
	server := New(Options{TelemetryPath: "/<script>", Registry: prometheus.NewRegistry(), Logger: log.NewNopLogger()})
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
	if body := recorder.Body.String(); strings.Contains(body, "<script>") {
		t.Error(body)
	}
}

// block blocks the responses of a simulated inbox until release is called. Each request
// sends a value to requested.
func block(inbox *inboxtest.Server) (requested <-chan struct{}, release func()) {
	requests, released := make(chan struct{}, 100), make(chan struct{})
	inbox.Intercept(func(_ http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
		requests <- struct{}{}
		select {
		case <-released:
		case <-r.Context().Done():
		}
		return false
	})
	return requests, func() { close(released) }
}

func TestMaxRequests(t *testing.T) {
	listening, _, inboxes := start(t, nil)
	requested, release := block(inboxes[0])
	statuses := make(chan int, 2)
	for range 2 {
		go func() {
			status, _, _ := get(t, listening.URL+"/probe?account=acme")
			statuses <- status
		}()
	}
	<-requested
	for { // until the second scrape has arrived, too
		status, body, _ := get(t, listening.URL+"/probe?account=nobody")
		if status == 503 && strings.Contains(body, "max-requests") {
			break
		}
	}
	if status, _, _ := get(t, listening.URL+"/-/healthy"); status != 200 {
		t.Errorf("health check at the limit: %d", status)
	}
	release()
	for range 2 {
		if status := <-statuses; status != 200 {
			t.Errorf("scrape in flight: %d", status)
		}
	}
}

func TestDrain(t *testing.T) {
	for _, inTime := range []bool{true, false} {
		t.Run(fmt.Sprint("in time: ", inTime), func(t *testing.T) {
			listening, server, inboxes := start(t, nil)
			requested, release := block(inboxes[0])
			bodies := make(chan string, 1)
			go func() {
				_, body, _ := get(t, listening.URL+"/metrics")
				bodies <- body
			}()
			<-requested
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			drained := make(chan struct{})
			go func() {
				server.Drain(ctx)
				close(drained)
			}()
			for { // until draining has begun
				if status, _, _ := get(t, listening.URL+"/-/ready"); status == 503 {
					break
				}
			}
			if status, body, _ := get(t, listening.URL+"/metrics"); status != 503 || !strings.Contains(body, "shutting down") {
				t.Errorf("a new scrape: %d %s", status, body)
			}
			if status, _, _ := get(t, listening.URL+"/-/healthy"); status != 200 {
				t.Errorf("health: %d", status)
			}
			if inTime {
				release()
			} else {
				cancel()
			}
			<-drained
			body := <-bodies
			if got := strings.Contains(body, `botpenguin_inbox_users{account="acme"} 3`); got != inTime {
				t.Errorf("value of the blocked account exposed: %v, want %v:\n%s", got, inTime, body)
			}
		})
	}
}

func TestDrainWithoutScrapes(t *testing.T) {
	_, server, _ := start(t, nil)
	server.Drain(context.Background())
	server.Drain(context.Background())
}

func TestDiscovery(t *testing.T) {
	listening, _, _ := start(t, nil)
	host := strings.TrimPrefix(listening.URL, "http://")
	_, body, response := get(t, listening.URL+"/sd")
	want := `[{"targets":["` + host + `"],"labels":{"__metrics_path__":"/probe","__param_account":"acme","account":"acme"}},` +
		`{"targets":["` + host + `"],"labels":{"__metrics_path__":"/probe","__param_account":"zenith","account":"zenith"}}]` + "\n"
	if kind := response.Header.Get("Content-Type"); body != want || kind != "application/json" {
		t.Errorf("%s:\n%swant\n%s", kind, body, want)
	}
}

func TestReload(t *testing.T) {
	broken := fmt.Errorf("test.yml:1:1: no")
	for name, test := range map[string]struct {
		lifecycle bool
		err       error
		method    string
		status    int
		body      string
	}{
		"allowed":     {true, nil, http.MethodPost, 200, "reloaded"},
		"broken":      {true, broken, http.MethodPost, 500, "test.yml:1:1: no"},
		"not allowed": {false, nil, http.MethodPost, 403, "--web.enable-lifecycle"},
		"by GET":      {true, nil, http.MethodGet, 405, "Not Allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			called := false
			server := New(Options{TelemetryPath: "/metrics", Registry: prometheus.NewRegistry(), Logger: log.NewNopLogger(),
				Lifecycle: test.lifecycle, Reload: func() error { called = true; return test.err }})
			recorder := httptest.NewRecorder()
			server.ServeHTTP(recorder, httptest.NewRequest(test.method, "/-/reload", nil))
			if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.body) {
				t.Errorf("%d %s", recorder.Code, recorder.Body)
			}
			if called != (test.lifecycle && test.method == http.MethodPost) {
				t.Errorf("reloaded: %v", called)
			}
		})
	}
}
