package inboxtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// numbered returns n contacts whose ids are their positions in the list, from 1.
func numbered(n int) []inboxtest.Contact {
	people := make([]inboxtest.Contact, n)
	for i := range people {
		people[n-1-i].ID = fmt.Sprintf("%024d", i+1)
	}
	return people
}

func lengths(t *testing.T, srv *inboxtest.Server, pages int) []int {
	t.Helper()
	var found []int
	for page := 1; page <= pages; page++ {
		found = append(found, len(ask(t, srv, object{"page": page}).Data))
	}
	return found
}

func TestEveryPageButTheLastIsFull(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		contacts int
		want     []int
	}{
		{0, []int{0, 0}}, {1, []int{1, 0}}, {9, []int{9, 0}}, {10, []int{10, 0}}, {11, []int{10, 1, 0}},
		{19, []int{10, 9, 0}}, {20, []int{10, 10, 0}}, {21, []int{10, 10, 1, 0}},
	} {
		t.Run(fmt.Sprint(tt.contacts), func(t *testing.T) {
			t.Parallel()
			srv := inboxtest.Start(t, inboxtest.PageSize(10))
			people := numbered(tt.contacts)
			srv.Inbox.Add(people...)
			if diff := cmp.Diff(tt.want, lengths(t, srv, len(tt.want))); diff != "" {
				t.Errorf("lengths of pages, -want +got:\n%s", diff)
			}
			var want []string
			for _, c := range slices.Backward(people) {
				want = append(want, c.ID)
			}
			if diff := cmp.Diff(want, walk(t, srv, nil)); diff != "" {
				t.Errorf("order, -want +got:\n%s", diff)
			}
		})
	}
}

func TestPageSizeChangesWhileServing(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	srv.Inbox.Add(numbered(45)...)
	for _, tt := range []struct {
		size int
		want []int
	}{{0, []int{1, 1}}, {30, []int{30, 15, 0}}, {45, []int{45, 0}}, {100, []int{45, 0}}} {
		srv.SetPageSize(tt.size)
		if diff := cmp.Diff(tt.want, lengths(t, srv, len(tt.want))); diff != "" {
			t.Errorf("page size %d, -want +got:\n%s", tt.size, diff)
		}
	}
}

func TestDefaultPageSize(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	srv.Inbox.Add(numbered(21)...)
	if diff := cmp.Diff([]int{20, 1, 0}, lengths(t, srv, 3)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestOddServersRepeatTheLastPage(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.PageSize(10), inboxtest.Odd(inboxtest.Oddities{RepeatLastPage: true}))
	if got := ask(t, srv, object{"page": 3}); len(got.Data) != 0 {
		t.Errorf("%d records from an empty inbox", len(got.Data))
	}
	for _, n := range []int{25, 30} {
		srv.Inbox.Add(numbered(n)...)
		last := ask(t, srv, object{"page": 3}).ids()
		if len(last) != n-20 {
			t.Fatalf("last page has %d records, want %d", len(last), n-20)
		}
		for _, page := range []int{4, 5, 1000} {
			if diff := cmp.Diff(last, ask(t, srv, object{"page": page}).ids()); diff != "" {
				t.Errorf("page %d of %d contacts, -last +got:\n%s", page, n, diff)
			}
		}
	}
}

func TestOddServersIgnoreThePage(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.PageSize(10))
	srv.Inbox.Add(numbered(25)...)
	first := ask(t, srv, nil).ids()
	srv.SetOddities(inboxtest.Oddities{IgnorePage: true})
	for _, page := range []int{1, 2, 3, 4} {
		if diff := cmp.Diff(first, ask(t, srv, object{"page": page}).ids()); diff != "" {
			t.Errorf("page %d, -first +got:\n%s", page, diff)
		}
	}
}

func TestOddServersDropRowsAfterPaging(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.PageSize(10), inboxtest.Odd(inboxtest.Oddities{DropEvery: 7}))
	srv.Inbox.Add(numbered(35)...)
	// 7 is on page 1, 14 on page 2, 21 and 28 on page 3, 35 on page 4.
	if diff := cmp.Diff([]int{9, 9, 8, 4, 0}, lengths(t, srv, 5)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := len(walk(t, srv, nil)); got != 35-35/7 {
		t.Errorf("%d shown, want 30", got)
	}
}

func BenchmarkTheLastPageOf50000(b *testing.B) {
	srv := inboxtest.New(inboxtest.Contacts(50_000))
	raw, err := json.Marshal(body(object{"page": 2300, "status": inboxtest.Statuses()}))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/inbox/users", bytes.NewReader(raw))
		r.Header.Set("Authorization", "Bearer "+srv.Token)
		r.Header.Set("authtype", "Key")
		r.Header.Set("Content-Type", "application/json")
		srv.ServeHTTP(httptest.NewRecorder(), r)
	}
	if calls := srv.Calls(); calls[0].Status != http.StatusOK {
		b.Fatalf("status %d", calls[0].Status)
	}
}
