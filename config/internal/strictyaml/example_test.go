package strictyaml_test

import (
	"fmt"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

type server struct {
	Address string
	Timeout time.Duration
	Hosts   []string
}

func readServer(name string, data []byte, env func(string) (string, bool)) (*server, error) {
	doc, err := strictyaml.Parse(name, data, env)
	if err != nil {
		return nil, err // not YAML
	}
	s := &server{Timeout: 10 * time.Second}
	keys, _ := doc.Root().Mapping("listen", "timeout", "hosts")
	keys.Require("listen")
	if v, ok := keys.Get("listen"); ok {
		s.Address, _ = v.NonEmptyText()
	}
	if v, ok := keys.Get("timeout"); ok {
		s.Timeout, ok = v.Duration()
		if ok && s.Timeout == 0 {
			v.Errorf("want a duration above 0")
		}
	}
	if v, ok := keys.Get("hosts"); ok {
		s.Hosts, _ = v.Strings(strictyaml.Value.NonEmptyText)
	}
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

func Example() {
	env := func(name string) (string, bool) { return "5s", name == "TIMEOUT" }

	s, err := readServer("good.yml", []byte(`
listen: ${ADDRESS:-localhost:80}
timeout: ${TIMEOUT}
hosts: [a.example, b.example]
`), env)
	fmt.Println(s.Address, s.Timeout, s.Hosts, err)

	_, err = readServer("bad.yml", []byte(`
listn: localhost:80
timeout: 5
hosts:
  - ${HOST}
  - 127
`), env)
	fmt.Println(err)

	// Output:
	// localhost:80 5s [a.example b.example] <nil>
	// bad.yml:2:1: unknown key "listn", did you mean "listen"?
	// bad.yml:2:1: listen is missing
	// bad.yml:3:10: timeout: want a duration such as 10s or 1m30s
	// bad.yml:5:5: environment variable HOST is not set, set it or write ${HOST:-default}
	// bad.yml:6:5: hosts[1]: want a string, put it in quotes
}
