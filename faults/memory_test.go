package faults

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// contacts is an API with pages of contacts, each of which has values in its field tags.
type contacts struct {
	pages, ofPage, values int
	value                 func(n int) string // the nth of all
}

// ServeHTTP implements http.Handler.
func (c contacts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	page, _ := strconv.Atoi(string(regexp.MustCompile(`"page":([0-9]+)`).FindSubmatch(body)[1]))
	out := bufio.NewWriter(w)
	defer out.Flush()
	io.WriteString(out, `{"success":true,"message":"","data":[`)
	for i := 0; page <= c.pages && i < c.ofPage; i++ {
		n := (page-1)*c.ofPage + i
		if i > 0 {
			io.WriteString(out, ",")
		}
		fmt.Fprintf(out, `{"_id":"%d","tags":[`, n)
		for v := range c.values {
			if v > 0 {
				io.WriteString(out, ",")
			}
			fmt.Fprintf(out, `"%s"`, c.value(n*c.values+v))
		}
		io.WriteString(out, "]}")
	}
	io.WriteString(out, `],"code":200}`)
}

// However many contacts and values an API has, the program needs little memory for them.
func TestMemoryOfReads(t *testing.T) {
	if race {
		t.Skip("the race detector needs a multiple of the memory")
	}
	long := strings.Repeat("x", 1000)
	for name, test := range map[string]struct {
		api  contacts
		most int // MiB
		want string
	}{
		"100 values of 1 KB, all different": {
			contacts{pages: 8, ofPage: 600, values: 100, value: func(n int) string { return fmt.Sprintf("%s%d", long, n) }},
			64, "too_large",
		},
		"40 short values, 100 different": {
			contacts{pages: 30, ofPage: 10_000, values: 40, value: func(n int) string { return fmt.Sprintf("tag %d", n%99) }},
			256, "",
		},
		"40 short values in any order": {
			contacts{pages: 30, ofPage: 10_000, values: 40, value: func(n int) string { return fmt.Sprintf("tag %d", uint32(n)*2654435761>>8%99) }},
			256, "too_large",
		},
		"no values": {
			contacts{pages: 30, ofPage: 20_000, values: 0}, 256, "too_large",
		},
	} {
		t.Run(name, func(t *testing.T) {
			api := httptest.NewServer(test.api)
			t.Cleanup(api.Close)
			config := programtest.WriteFile(t, "tags.yml", fmt.Sprintf(`
accounts: [{name: acme, url: %q, authorization: {credentials: token}, rate_limit: 0, timeout: 2m}]
queries: [{name: tagged, help: By tag., group_by: {tag: tags}}]
`, api.URL))
			r := boot(t, nil, "--config.file="+config)
			_, body := r.Get(t, "/metrics")
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.PID()))
			if err != nil {
				t.Skip("the system does not say how much memory a process needs")
			}
			peak, _ := strconv.Atoi(string(regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)[1]))
			t.Logf("at most %d MiB", peak>>10)
			if peak>>10 > test.most {
				t.Errorf("%d MiB of memory, want at most %d", peak>>10, test.most)
			}
			reason := regexp.MustCompile(`(?m)^botpenguin_query_errors_total\{account="acme",reason="([a-z_]+)"\} [1-9]`).FindStringSubmatch(body)
			if got := strings.Join(reason, ""); test.want == "" && reason != nil || !strings.HasSuffix(got, test.want) {
				t.Errorf("%q, want %s", reason, test.want)
			}
		})
	}
}
