package inbox

import (
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEndpoints(t *testing.T) {
	t.Parallel()
	const list = `{"success":true,"message":"","code":200,"data":[{"_id":"b1","name":"Shop"},{"_id":"b2"}]}`
	for endpoint, want := range map[Endpoint]string{
		Users:        "POST /inbox/users",
		Segments:     "GET /inbox/segments",
		WhatsAppBots: "GET /whatsapp-automation",
	} {
		var got string
		var header http.Header
		client := testClient(t, func(w http.ResponseWriter, r *http.Request) {
			got, header = r.Method+" "+r.URL.Path, r.Header
			io.WriteString(w, list)
		})
		page, _, err := client.fetch(t.Context(), Request{Endpoint: endpoint, Selection: &Selection{Fields: []Path{{"_id"}, {"name"}}}})
		if err != nil {
			t.Fatal(err)
		}
		if got != want || endpoint.String() != want || header.Get("Authtype") != "Key" || header.Get("Authorization") == "" {
			t.Errorf("got %s with the header %v, want %s", got, header, want)
		}
		if diff := cmp.Diff([][][]string{{{"b1"}, {"Shop"}}, {{"b2"}, nil}}, [][][]string{page.Contacts[0].Values, page.Contacts[1].Values}); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// Each response can be inspected, also one that is an error.
func TestResponsesAreInspected(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 429, 500} {
		client := testClient(t, respondWith(status, onePage, "X-Ratelimit-Limit: 60"))
		var got []string
		_, _, _ = client.fetch(t.Context(), Request{Inspect: func(header http.Header) {
			got = append(got, header.Get("X-RateLimit-Limit"))
		}})
		if diff := cmp.Diff([]string{"60"}, got); diff != "" {
			t.Errorf("status %d: (-want +got)\n%s", status, diff)
		}
	}
}
