package collector

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// createdTimes returns when the counters and histograms of a channel were created.
func (d *desk) createdTimes(channel string) map[string]time.Time {
	d.t.Helper()
	times := make(map[string]time.Time)
	for _, family := range gather(d.t, NewGauges(scrape(d.account))) {
		for _, m := range family.GetMetric() {
			for _, pair := range m.GetLabel() {
				if pair.GetName() != "channel" || pair.GetValue() != channel {
					continue
				}
				if m.Counter != nil {
					times[family.GetName()] = m.GetCounter().GetCreatedTimestamp().AsTime()
				}
				if m.Histogram != nil {
					times[family.GetName()] = m.GetHistogram().GetCreatedTimestamp().AsTime()
				}
			}
		}
	}
	return times
}

// A group that appears after the first read shows its arrivals at once, with the created
// timestamp of the read before. A read that failed meanwhile is none.
func TestGroupThatAppearsLater(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		first := time.Now()
		if got := d.createdTimes("web"); len(got) != 3 || !got["botpenguin_inbox_chats_entered_total"].Equal(first) {
			t.Errorf("created %v, want 3 at %v", got, first)
		}
		time.Sleep(time.Minute)
		second := time.Now()
		d.scrape()
		time.Sleep(time.Minute)
		d.server.Intercept(respond(http.StatusInternalServerError, "{}"))
		d.scrape()
		d.server.Intercept(nil)
		time.Sleep(time.Minute)
		d.says("a", "app", "user")
		d.says("b", "app", "agent")
		want(d.t, d.scrape(), map[string]float64{`chats{channel="app"}`: 2, `chats_entered_total{channel="app"}`: 2, `chats_left_total{channel="app",waiting="true"}`: 0})
		for _, at := range []time.Time{time.Now(), time.Now().Add(time.Minute)} { // they stay as they are
			time.Sleep(time.Until(at))
			for channel, created := range map[string]time.Time{"web": first, "app": second} {
				all := map[string]time.Time{}
				for _, name := range []string{"entered_total", "left_total", "reply_seconds"} {
					all["botpenguin_inbox_chats_"+name] = created.UTC()
				}
				if diff := cmp.Diff(all, d.createdTimes(channel)); diff != "" {
					t.Errorf("%s: created (-want +got)\n%s", channel, diff)
				}
			}
		}
	})
}

// A group that was forgotten is a new one when it comes again.
func TestCountersOfAForgottenGroup(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.says("a", "app", "user")
		d.scrape()
		d.leaves("a")
		want(d.t, d.scrape(), map[string]float64{`chats{channel="app"}`: 0, `chats_left_total{channel="app",waiting="true"}`: 1})
		time.Sleep(time.Hour + time.Second)
		before := time.Now()
		for name := range d.scrape() {
			if strings.Contains(name, "app") {
				t.Errorf("there is still %s", name)
			}
		}
		time.Sleep(time.Minute)
		d.says("a", "app", "user")
		want(d.t, d.scrape(), map[string]float64{`chats{channel="app"}`: 1, `chats_entered_total{channel="app"}`: 1, `chats_left_total{channel="app",waiting="true"}`: 0})
		if created := d.createdTimes("app")["botpenguin_inbox_chats_entered_total"]; !created.Equal(before) {
			t.Errorf("created at %v, want %v", created, before)
		}
	})
}

// The histogram is a classic one with the documented buckets, and a native one.
func TestHistogramOfReplyTimes(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.says("a", "web", "agent")
		d.scrape()
		for _, after := range []time.Duration{60 * time.Second, 61 * time.Second, 100_000 * time.Second} {
			d.says("a", "web", "user")
			d.scrape()
			time.Sleep(after)
			d.says("a", "web", "agent")
			d.scrape()
		}
		var got *dto.Histogram
		for _, family := range gather(t, NewGauges(scrape(d.account))) {
			if family.GetName() == "botpenguin_inbox_chats_reply_seconds" {
				got = family.GetMetric()[0].GetHistogram()
			}
		}
		buckets := map[float64]uint64{}
		for _, b := range got.GetBucket() {
			buckets[b.GetUpperBound()] = b.GetCumulativeCount()
		}
		classic := map[float64]uint64{60: 1, 120: 2, 300: 2, 600: 2, 900: 2, 1800: 2, 3600: 2, 7200: 2, 14400: 2, 28800: 2, 86400: 2}
		if diff := cmp.Diff(classic, buckets); diff != "" {
			t.Errorf("buckets (-want +got)\n%s", diff)
		}
		if got.GetSampleCount() != 3 || got.GetSampleSum() != 100_121 || got.GetSchema() < 3 || len(got.GetPositiveSpan()) == 0 {
			t.Errorf("%v is no native histogram of the three replies", got)
		}
	})
}

// Gauges are on /probe, too; the histogram and the counters are not. Without the metrics of
// accounts, /metrics has them nevertheless, as of the latest read.
func TestWhereTheCountersAre(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		if got := exposed(t, NewCounterCollector(d.account)); len(got) != 0 {
			t.Errorf("before the first read: %v", got)
		}
		d.says("a", "web", "user")
		probed := exposed(t, NewProbeGauges(scrape(d.account)))
		want(d.t, probed, map[string]float64{`chats{channel="web"}`: 1, `chats_waiting{channel="web"}`: 1, `chats_waiting_oldest_seconds{channel="web"}`: 0, `chats_waiting_older_than{age="1m",channel="web"}`: 0})
		for name := range probed {
			if strings.Contains(name, "_total") || strings.Contains(name, "reply") {
				t.Errorf("/probe has %s", name)
			}
		}
		d.says("a", "web", "agent")
		d.says("b", "web", "agent")
		scrape(d.account)
		counters := map[string]float64{
			`chats_entered_total{channel="web"}`: 1, `chats_left_total{channel="web",waiting="true"}`: 0, `chats_left_total{channel="web",waiting="false"}`: 0,
			`chats_reply_seconds{channel="web"} count`: 1, `chats_reply_seconds{channel="web"} sum`: 0,
		}
		if diff := cmp.Diff(counters, exposed(t, NewCounterCollector(d.account))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for _, family := range gather(t, NewCounterCollector(d.account)) {
			if labels := family.GetMetric()[0].GetLabel(); labels[0].GetName() != "account" || labels[0].GetValue() != "acme" {
				t.Errorf("%s has the labels %v", family.GetName(), labels)
			}
		}
	})
}

// On every scrape and for every group, entered - left is the change of the gauge, whatever
// happens between, and whichever reads fail.
func TestFlowsAreTheChangesOfTheGauge(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			atDesk(t, waitingByChannel, func(d *desk) {
				r := rand.New(rand.NewPCG(seed, 1))
				var first map[string]float64
				for range 40 {
					d.live(r)
					if r.IntN(4) == 0 {
						d.server.Intercept(respond(http.StatusBadRequest, "{}"))
					}
					got := d.scrape()
					d.server.Intercept(nil)
					if _, succeeded := got[`chats{channel="web"}`]; !succeeded {
						continue
					}
					if first == nil {
						first = got
					}
					for _, channel := range []string{"web", "app", "phone"} {
						gauge := fmt.Sprintf(`chats{channel=%q}`, channel)
						entered := got[fmt.Sprintf(`chats_entered_total{channel=%q}`, channel)]
						left := got[fmt.Sprintf(`chats_left_total{channel=%q,waiting="true"}`, channel)] + got[fmt.Sprintf(`chats_left_total{channel=%q,waiting="false"}`, channel)]
						if change := got[gauge] - first[gauge]; entered-left != change {
							t.Fatalf("%s: %v entered, %v left, and it changed by %v", channel, entered, left, change)
						}
					}
				}
			})
		})
	}
}

// live changes some chats.
func (d *desk) live(r *rand.Rand) {
	time.Sleep(time.Duration(r.IntN(60)) * time.Second)
	for range r.IntN(6) {
		id := fmt.Sprint(r.IntN(8))
		if r.IntN(3) == 0 {
			d.leaves(id)
			continue
		}
		d.says(id, []string{"web", "app", "phone"}[r.IntN(3)], []string{"user", "bot", "agent"}[r.IntN(3)])
	}
}

// State survives a reload if everything that it depends on is unchanged.
func TestWaitsSurviveAReload(t *testing.T) {
	replace := func(old, replacement string) string { return strings.Replace(waitingByChannel, old, replacement, 1) }
	for name, test := range map[string]struct {
		yaml     string
		survives bool
	}{
		"nothing has changed":  {waitingByChannel, true},
		"another help":         {replace("help: Live chats.", "help: All live chats."), true},
		"another query":        {waitingByChannel + "  - {name: users, help: All contacts.}", true},
		"another min_interval": {waitingByChannel + "    min_interval: 1s", true},
		"another timeout":      {replace("rate_limit: 0", "rate_limit: 0\n    timeout: 5s"), true},
		"another account":      {replace("name: acme", "name: zenith"), false},
		"another URL":          {replace("http://inbox.test", "http://other.test"), false},
		"another name":         {replace("name: chats", "name: chats2"), false},
		"another filter":       {waitingByChannel + "    filter: {searchText: a}", false},
		"another label":        {waitingByChannel + "    labels: {team: support}", false},
		"another group_by":     {replace("field: platform", "field: platform.name"), false},
		"other values":         {replace("values: [web]", "values: [web, app]"), false},
		"names":                {replace("values: [web]", "values: [web], names: {web: Web}"), false},
		"other thresholds":     {replace("[1m, 90s]", "[1m]"), false},
		"another customer":     {replace("waiting: {", "waiting: {customer: [visitor], "), false},
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, waitingByChannel, func(d *desk) {
				d.says("a", "web", "user")
				d.says("b", "app", "user")
				d.scrape()
				d.leaves("b")
				time.Sleep(10 * time.Second)
				d.says("a", "web", "user")
				d.says("c", "web", "user")
				d.scrape()
				d.reload(test.yaml)
				time.Sleep(10 * time.Second)
				d.says("a", "web", "agent")
				got := d.scrape()
				if !test.survives {
					for series, value := range got {
						if (strings.Contains(series, "_total") || strings.Contains(series, "reply")) && value != 0 {
							t.Errorf("%s %v", series, value)
						}
					}
					return
				}
				want(d.t, got, map[string]float64{
					`chats{channel="app"}`: 0, `chats_left_total{channel="app",waiting="true"}`: 1, `chats_entered_total{channel="web"}`: 1,
					`chats_waiting_oldest_seconds{channel="web"}`: 10, `chats_reply_seconds{channel="web"} sum`: 20,
				})
				if n := len(d.process.followings.byKey); n != 1 {
					t.Errorf("%d lists are followed", n)
				}
			})
		})
	}
}

// What is not followed any more is forgotten.
func TestReloadWithoutWaitingForgets(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.says("a", "web", "user")
		d.scrape()
		d.reload(accountYAML + "queries: [{name: users, help: All contacts.}]")
		if n := len(d.process.followings.byKey); n != 0 {
			t.Errorf("%d lists are followed", n)
		}
		d.reload(waitingByChannel)
		d.leaves("a")
		want(d.t, d.scrape(), map[string]float64{`chats_left_total{channel="web",waiting="true"}`: 0})
	})
}

// A read that an earlier configuration began, and that ends after one of the current
// configuration, is not taken for a newer one: it fails, and no contact leaves by it.
func TestReadThatAReloadHasOvertaken(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.says("a", "web", "user")
		d.scrape()
		d.server.Intercept(func(_ http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
			time.Sleep(2 * time.Second)
			return false
		})
		before, overtaken := d.account, make(chan *Snapshot)
		go func() { overtaken <- scrape(before) }()
		synctest.Wait()
		time.Sleep(time.Second)
		d.server.Intercept(nil)
		d.open(waitingByChannel)
		d.says("b", "web", "user")
		want(d.t, d.scrape(), map[string]float64{`chats{channel="web"}`: 2, `chats_entered_total{channel="web"}`: 1})
		d.server.Inbox.Remove("b") // as if the earlier read had not found it
		s := <-overtaken
		before.Close()
		if err := s.Results[0].Err(); err == nil || !strings.Contains(err.Error(), "reloaded meanwhile") {
			t.Errorf("%v", err)
		}
		d.says("b", "web", "user")
		want(d.t, d.scrape(), map[string]float64{`chats{channel="web"}`: 2, `chats_entered_total{channel="web"}`: 1, `chats_left_total{channel="web",waiting="true"}`: 0})
	})
}
