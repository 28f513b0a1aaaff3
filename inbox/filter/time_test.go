package filter

import (
	"strings"
	"testing"
	"time"
)

// zoneOf loads a time zone.
func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, time.June, 5, 19, 5, 50, 875e6, time.UTC) // a Wednesday
	for text, want := range map[string]string{
		"2024-06-05T19:05:50Z":      "2024-06-05T19:05:50.000Z",
		"2024-06-05T19:05:50.8759Z": "2024-06-05T19:05:50.875Z",
		"2024-06-05T19:05:50+05:30": "2024-06-05T13:35:50.000Z",
		"0000-01-01T00:00:00Z":      "0000-01-01T00:00:00.000Z",
		"2024-06-05":                "2024-06-05T00:00:00.000Z",
		"2024-02-29":                "2024-02-29T00:00:00.000Z",
		"now":                       "2024-06-05T19:05:50.875Z",
		"now-15m":                   "2024-06-05T18:50:50.875Z",
		"now+1h":                    "2024-06-05T20:05:50.875Z",
		"now-1h30m":                 "2024-06-05T17:35:50.875Z",
		"now-875ms":                 "2024-06-05T19:05:50.000Z",
		"now-1d12h":                 "2024-06-04T07:05:50.875Z",
		"now-2w":                    "2024-05-22T19:05:50.875Z",
		"now-1y":                    "2023-06-06T19:05:50.875Z", // 365 days, one of them February 29
		"now-1y1w1d1h1m1s1ms":       "2023-05-29T18:04:49.874Z",
		"now/s":                     "2024-06-05T19:05:50.000Z",
		"now/m":                     "2024-06-05T19:05:00.000Z",
		"now/h":                     "2024-06-05T19:00:00.000Z",
		"now/d":                     "2024-06-05T00:00:00.000Z",
		"now/w":                     "2024-06-03T00:00:00.000Z",
		"now/M":                     "2024-06-01T00:00:00.000Z",
		"now/y":                     "2024-01-01T00:00:00.000Z",
		"now-1d/d":                  "2024-06-04T00:00:00.000Z",
		"now/d-1d":                  "2024-06-04T00:00:00.000Z",
		"now/M-1s/M":                "2024-05-01T00:00:00.000Z",
		"now/w-1w+8h-30m":           "2024-05-27T07:30:00.000Z",
		"now-0s":                    "2024-06-05T19:05:50.875Z",
		"now-100y":                  "1924-06-30T19:05:50.875Z",
		"now-52w1d+1y":              "2024-06-05T19:05:50.875Z",
		"now-876000h":               "1924-06-30T19:05:50.875Z",
		"now-1M/M":                  "2024-05-01T00:00:00.000Z",
		"now/M-1M":                  "2024-05-01T00:00:00.000Z",
		"now-5M":                    "2024-01-05T19:05:50.875Z",
		"now+7M":                    "2025-01-05T19:05:50.875Z",
		"now-1y1M1w1d":              "2023-04-28T19:05:50.875Z", // months first
		"now-12M":                   "2023-06-05T19:05:50.875Z",
		"now-1200M":                 "1924-06-05T19:05:50.875Z",
	} {
		parsed, err := ParseTime(text, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := parsed.wire(now); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
		if parsed.String() != text || parsed.IsZero() {
			t.Errorf("%s is formatted as %q", text, parsed)
		}
	}
}

func TestParseTimeErrors(t *testing.T) {
	t.Parallel()
	const forms = `: want RFC 3339 (2024-06-05T19:05:50Z), a date (2024-06-05) or a time relative to now (now-15m, now/d)`
	for text, want := range map[string]string{
		"":                          `time ""` + forms,
		"yesterday":                 `time "yesterday"` + forms,
		"Now":                       `time "Now"` + forms,
		"2024-6-5":                  `time "2024-6-5"` + forms,
		"2024-02-30":                `time "2024-02-30"` + forms,
		"1717614350":                `time "1717614350"` + forms,
		" now":                      `time " now"` + forms,
		"2024-06-05T19:05:50":       `time "2024-06-05T19:05:50" lacks a time zone, want for example 2024-06-05T19:05:50Z`,
		"2024-06-05 19:05":          `time "2024-06-05 19:05" lacks a time zone, want for example 2024-06-05T19:05:00Z`,
		"0000-01-01T00:00:00+01:00": `time "0000-01-01T00:00:00+01:00" is not within the years 0 to 9999`,
		"9999-12-31T23:00:00-01:00": `time "9999-12-31T23:00:00-01:00" is not within the years 0 to 9999`,
		"now ":                      `time "now ": now can only be followed by +, - or /`,
		"now - 5m":                  `time "now - 5m": now can only be followed by +, - or /`,
		"nowish":                    `time "nowish": now can only be followed by +, - or /`,
		"now-":                      `time "now-": "" is not a duration, want for example 15m, 1h30m, 7d or 1M`,
		"now-5":                     `time "now-5": "5" is not a duration, want for example 15m, 1h30m, 7d or 1M`,
		"now-m":                     `time "now-m": "m" is not a duration, want for example 15m, 1h30m, 7d or 1M`,
		"now-5M1y":                  `time "now-5M1y": "5M1y" is not a duration, want for example 15m, 1h30m, 7d or 1M`,
		"now-1201M":                 `time "now-1201M": more than 100 years from now`,
		"now-5m1h":                  `time "now-5m1h": "5m1h" is not a duration, want for example 15m, 1h30m, 7d or 1M`,
		"now-5m5m":                  `time "now-5m5m": "5m5m" is not a duration, want for example 15m, 1h30m, 7d or 1M`,
		"now-1.5h":                  `time "now-1.5h": "1.5h" is not a duration, want for example 15m, 1h30m, 7d or 1M`,
		"now--5m":                   `time "now--5m": "" is not a duration, want for example 15m, 1h30m, 7d or 1M`,
		"now/":                      `time "now/": cannot round to "", want one of s, m, h, d, w, M, y`,
		"now/1d":                    `time "now/1d": cannot round to "1d", want one of s, m, h, d, w, M, y`,
		"now/D":                     `time "now/D": cannot round to "D", want one of s, m, h, d, w, M, y`,
		"now-101y":                  `time "now-101y": more than 100 years from now`,
		"now-99y52w2d":              `time "now-99y52w2d": more than 100 years from now`,
		"now-60y-60y":               `time "now-60y-60y": more than 100 years from now`,
		"now-99999999999999999999s": `time "now-99999999999999999999s": more than 100 years from now`,
	} {
		if got, err := ParseTime(text, nil); err == nil || err.Error() != want || !got.IsZero() {
			t.Errorf("%q: %v and the error\n%v, want\n%s", text, got, err, want)
		}
	}
}

// Days are calendar days, also across changes of the UTC offset.
func TestTimesAcrossOffsetChanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ zone, now, text, want string }{
		// Spring: March 31, 2024 lacks the hour from 2 to 3 and has 23 hours.
		{"Europe/Berlin", "2024-04-01T10:00:00+02:00", "now-1d/d", "2024-03-31T00:00:00+01:00"},
		{"Europe/Berlin", "2024-04-01T00:30:00+02:00", "now-1d", "2024-03-31T00:30:00+01:00"},
		{"Europe/Berlin", "2024-04-01T00:30:00+02:00", "now-24h", "2024-03-30T23:30:00+01:00"},
		{"Europe/Berlin", "2024-03-31T12:00:00+02:00", "now/d", "2024-03-31T00:00:00+01:00"},
		{"Europe/Berlin", "2024-04-03T12:00:00+02:00", "now-1w/w", "2024-03-25T00:00:00+01:00"},
		{"Europe/Berlin", "2024-04-03T12:00:00+02:00", "now/y", "2024-01-01T00:00:00+01:00"},
		// A month that is shorter: its last day.
		{"Europe/Berlin", "2024-03-31T12:00:00+02:00", "now-1M", "2024-02-29T12:00:00+01:00"},
		{"Europe/Berlin", "2024-03-31T12:00:00+02:00", "now-1M/M", "2024-02-01T00:00:00+01:00"},
		{"Europe/Berlin", "2023-12-31T12:00:00+01:00", "now+2M", "2024-02-29T12:00:00+01:00"},
		{"Europe/Berlin", "2024-04-30T12:00:00+02:00", "now-1M", "2024-03-30T12:00:00+01:00"},
		{"Europe/Berlin", "2024-01-31T12:00:00+01:00", "now-14M", "2022-11-30T12:00:00+01:00"},
		// Autumn: October 27, 2024 has the hour from 2 to 3 twice and 25 hours.
		{"Europe/Berlin", "2024-10-28T00:30:00+01:00", "now-1d/d", "2024-10-27T00:00:00+02:00"},
		{"Europe/Berlin", "2024-10-27T02:30:00+02:00", "now/h", "2024-10-27T02:00:00+02:00"},
		{"Europe/Berlin", "2024-10-27T02:30:00+01:00", "now/h", "2024-10-27T02:00:00+01:00"},
		{"Europe/Berlin", "2024-10-27T02:30:00+01:00", "now-0d", "2024-10-27T02:30:00+01:00"},
		// Midnight is skipped: the day starts at 1.
		{"America/Sao_Paulo", "2018-11-04T12:00:00-02:00", "now/d", "2018-11-04T01:00:00-02:00"},
		{"Africa/Cairo", "2024-04-27T12:00:00+03:00", "now-1d/d", "2024-04-26T01:00:00+03:00"},
		{"America/Sao_Paulo", "2018-11-04T12:00:00-02:00", "2018-11-04", "2018-11-04T01:00:00-02:00"},
		// Midnight occurs twice: the day starts at the earlier one.
		{"America/Havana", "2024-11-03T12:00:00-05:00", "now/d", "2024-11-03T00:00:00-04:00"},
		{"America/Havana", "2024-11-03T12:00:00-05:00", "2024-11-03", "2024-11-03T00:00:00-04:00"},
		// The clock goes back at midnight, into the day before.
		{"America/Sao_Paulo", "2018-02-18T12:00:00-03:00", "now/d", "2018-02-18T00:00:00-03:00"},
		// A whole day is skipped.
		{"Pacific/Apia", "2011-12-31T12:00:00+14:00", "2011-12-30", "2011-12-31T00:00:00+14:00"},
		{"Pacific/Apia", "2011-12-31T12:00:00+14:00", "now/d", "2011-12-31T00:00:00+14:00"},
		// A large offset, and one that changes by half an hour.
		{"Pacific/Kiritimati", "2024-06-05T01:00:00+14:00", "now/d", "2024-06-05T00:00:00+14:00"},
		{"Pacific/Pago_Pago", "2024-06-05T23:00:00-11:00", "now/d", "2024-06-05T00:00:00-11:00"},
		{"Asia/Kolkata", "2024-06-05T19:45:50+05:30", "now/h", "2024-06-05T19:00:00+05:30"},
		{"Asia/Kolkata", "2024-06-02T23:59:59+05:30", "now/w", "2024-05-27T00:00:00+05:30"},
		{"Asia/Kolkata", "2024-06-03T00:00:00+05:30", "now/w", "2024-06-03T00:00:00+05:30"},
	} {
		now, err := time.Parse(time.RFC3339, test.now)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := ParseTime(test.text, zoneOf(t, test.zone))
		if err != nil {
			t.Fatal(err)
		}
		// now is in the process's time zone.
		if got := parsed.At(now.UTC()).Format(time.RFC3339); got != test.want {
			t.Errorf("%s at %s in %s is %s, want %s", test.text, test.now, test.zone, got, test.want)
		}
	}
}

func TestZeroTime(t *testing.T) {
	t.Parallel()
	var none Time
	if !none.IsZero() || none.String() != "" || !none.At(time.Now()).IsZero() {
		t.Errorf("the zero Time is %q at %s", none, none.At(time.Now()))
	}
}

// In every time zone, a calendar day starts when the previous day ends.
func FuzzFirstInstant(f *testing.F) {
	for _, zone := range []string{"America/Sao_Paulo", "America/Havana", "Pacific/Apia", "Europe/Berlin", "Asia/Kolkata", "Africa/Monrovia"} {
		for _, day := range []int{15338, 15339, 17574, 17836, 19833, 20030, 0, 763} {
			f.Add(zone, day)
		}
	}
	f.Fuzz(func(t *testing.T, zone string, days int) {
		loc, err := time.LoadLocation(zone)
		if err != nil || days < -20000 || days > 50000 {
			t.Skip()
		}
		year, month, dayOfMonth := time.Unix(0, 0).UTC().AddDate(0, 0, days).Date()
		begin := firstInstant(year, month, dayOfMonth, loc)
		date := time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC)
		wall := func(at time.Time) time.Time {
			y, m, d := at.Date()
			return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		}
		if wall(begin).Before(date) {
			t.Errorf("%s in %s begins at %s", date.Format(time.DateOnly), zone, begin)
		}
		if before := begin.Add(-time.Nanosecond); !wall(before).Before(date) {
			t.Errorf("%s in %s begins before %s, at %s", date.Format(time.DateOnly), zone, begin, before)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, text := range []string{"now", "now-15m", "now-1d/d", "now/w+1y2w3d4h5m6s7ms", "2024-06-05", "2024-06-05T19:05:50.875+05:30", "now-100y"} {
		f.Add(text)
	}
	loc := zoneOf(f, "America/Sao_Paulo")
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := ParseTime(text, loc)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error %q has more than one line", err)
			}
			return
		}
		again, err := ParseTime(parsed.String(), loc)
		if err != nil || again.identity() != parsed.identity() {
			t.Errorf("%q is parsed again as %q, %v", text, again, err)
		}
		wire := parsed.wire(filterNow)
		if _, err := time.Parse(time.RFC3339, wire); err != nil || len(wire) != len(wireLayout) {
			t.Errorf("%q is sent as %q, %v", text, wire, err)
		}
	})
}
