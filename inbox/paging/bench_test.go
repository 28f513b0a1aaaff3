package paging

import (
	"context"
	"fmt"
	"testing"
)

// What a count of an inbox costs in requests, against reading every page of it.
func BenchmarkCount(b *testing.B) {
	for _, contacts := range []int{100, 1_010, 10_010, 49_999, 50_000} {
		b.Run(fmt.Sprint(contacts), func(b *testing.B) {
			first, later, walked, counts := 0, 0, 0, 0
			for b.Loop() {
				l, c := newList(contacts, 20), &Counter{}
				for scrape := range 50 {
					n, requests, err := l.count(c, Query{Key: "probe"})
					if err != nil || n != contacts {
						b.Fatal(n, err)
					}
					if scrape == 0 {
						first += requests
					} else {
						later += requests
						counts++
					}
				}
				pages := NewPages(l.serial(), false)
				l.asked = nil
				if n, err := c.Count(context.Background(), Query{Key: "walk", Walk: true}, pages); err != nil || n.Contacts != contacts {
					b.Fatal(n, err)
				}
				walked += len(l.asked)
			}
			b.ReportMetric(float64(first)/float64(b.N), "requests/first-count")
			b.ReportMetric(float64(later)/float64(counts), "requests/later-count")
			b.ReportMetric(float64(walked)/float64(b.N), "requests/walk")
			b.ReportMetric(0, "ns/op")
		})
	}
}
