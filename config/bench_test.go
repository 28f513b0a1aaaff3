package config

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// manyQueries returns a configuration with n queries and a tenth as many accounts and
// dimensions, of which each query has one.
func manyQueries(n int) []byte {
	var out strings.Builder
	section := func(name string, n int, format string) {
		out.WriteString(name + ":\n")
		for i := range n {
			fmt.Fprintf(&out, format, i, i%(1+n/10))
		}
	}
	section("dimensions", 1+n/10, "  label_%[1]d: {open: {status: [OPEN]}}\n")
	section("accounts", 1+n/10, `  - {name: account_%[1]d, url: "https://inbox.example", authorization: {credentials: "${TOKEN}"}}`+"\n")
	section("queries", n, `  - name: query_%[1]d
    help: Contacts with ${TOKEN}.
    by: [label_%[2]d]
    filter: {isOnline: true, createdAt: {startAt: now-1d/d}, extra: {number: %[1]d}}
    labels: {team: support}
    accounts: [account_%[2]d]
`)
	return []byte(out.String())
}

// Twice as many queries take twice as much memory, not four times.
func TestMemoryGrowsWithTheConfiguration(t *testing.T) { // not parallel: the memory of other tests counts
	allocated := func(n int) float64 {
		data := manyQueries(n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Parse("many.yml", data, ".", environment); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	if ratio := allocated(4_000) / allocated(2_000); ratio > 2.2 {
		t.Errorf("twice as many queries take %.1f times as much memory", ratio)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 20_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := manyQueries(n)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := Parse("many.yml", data, ".", environment); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
