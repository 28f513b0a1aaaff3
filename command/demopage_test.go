package command

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The page of the demo shows how to reach the exporter as it is served.
func TestDemoPage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, config string
		want, not    []string
	}{
		{"plain", "",
			[]string{
				"\n  http://localhost:10893/m   metrics\n  http://localhost:10893/    home page\n",
				"do curl -s http://localhost:10893/m |",
				"    metrics_path: /m\n    static_configs:\n      - targets: [\"localhost:10893\"]\n",
			},
			[]string{"https", "PASSWORD", "scheme", "basic_auth"}},
		{"TLS and passwords", "tls_server_config: {cert_file: c.pem, key_file: k.pem}\nbasic_auth_users: {zoe: $2y$1, alice: $2y$2}\n",
			[]string{
				"\n  https://localhost:10893/m   metrics\n",
				"do curl -sk -u alice:PASSWORD https://localhost:10893/m |",
				"    scheme: https\n    tls_config: {insecure_skip_verify: true}",
				"    basic_auth: {username: alice, password: PASSWORD}\n",
			},
			[]string{"http://localhost", "$2y"}},
		{"passwords", "basic_auth_users: {alice: $2y$2}\n",
			[]string{"do curl -s -u alice:PASSWORD http://localhost:10893/m |", "    basic_auth: {username: alice, password: PASSWORD}\n"},
			[]string{"https", "scheme", "tls_config"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := ""
			if test.config != "" {
				file = filepath.Join(t.TempDir(), "web.yml")
				if err := os.WriteFile(file, []byte(test.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			page, err := newDemoPage(&net.TCPAddr{IP: net.IPv6zero, Port: 10893}, "/m", file)
			if err != nil {
				t.Fatal(err)
			}
			page.Simulation, page.Token = "http://127.0.0.1:1", "simulated-token"
			var text strings.Builder
			page.print(&text)
			for _, want := range test.want {
				if !strings.Contains(text.String(), want) {
					t.Errorf("%q is missing", want)
				}
			}
			for _, not := range test.not {
				if strings.Contains(text.String(), not) {
					t.Errorf("%q is there", not)
				}
			}
			if t.Failed() {
				t.Log(text.String())
			}
		})
	}
}
