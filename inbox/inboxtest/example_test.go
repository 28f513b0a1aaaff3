package inboxtest_test

import (
	"fmt"
	"net/http"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// A test starts its own server, makes it fail and checks the requests.
func ExampleStart() {
	var t cleanups // stands in for *testing.T
	defer t.run()

	srv := inboxtest.Start(&t, inboxtest.Contacts(100), inboxtest.PageSize(20))
	srv.Intercept(func(w http.ResponseWriter, _ *http.Request, call inboxtest.Call) bool {
		http.Error(w, "", http.StatusBadGateway)
		return true
	})
	response, err := http.Post(srv.URL+"/inbox/users", "application/json", http.NoBody)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status, srv.Requests(), srv.Inbox.Len())
	// Output: 502 Bad Gateway 1 100
}

type cleanups []func()

func (*cleanups) Helper()            {}
func (c *cleanups) Cleanup(f func()) { *c = append(*c, f) }
func (c *cleanups) run() {
	for _, f := range *c {
		f()
	}
}
