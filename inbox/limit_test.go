package inbox

import (
	"io"
	"runtime"
	"strings"
	"testing"
)

const (
	mebibyte   = 1 << 20
	longRecord = `{"_id":"66e07fd940c43d176eaf0b71","platform":["WHATSAPP"],"isOnline":true}`
)

// longBody returns a body of so many bytes that repeats one record.
func longBody(record string, bytes int) (body io.Reader, records int) {
	const begin, end = `{"success":true,"data":[`, `],"message":"`
	next := record + ","
	most := max(1, mebibyte/len(next))
	chunk := strings.Repeat(next, most)
	readers := []io.Reader{strings.NewReader(begin)}
	left := bytes - len(begin+record+end+`"}`)
	for left >= len(next) {
		n := min(left/len(next), most)
		readers = append(readers, strings.NewReader(chunk[:n*len(next)]))
		left -= n * len(next)
		records += n
	}
	readers = append(readers, strings.NewReader(record+end+strings.Repeat("x", left)+`"}`))
	return io.MultiReader(readers...), records + 1
}

func TestDecodeRefusesABodyThatIsTooLong(t *testing.T) {
	t.Parallel()
	record := `{"x":"` + strings.Repeat("x", 60_000) + `"}` // few tokens, because they are slow with the race detector
	body, records := longBody(record, 64*mebibyte)
	a, n, err := decode(body, nil)
	if err != nil || n != 64*mebibyte || a.page.Records != records {
		t.Errorf("64 MiB: %d of %d records, read %d bytes: %v", a.page.Records, records, n, err)
	}
	body, _ = longBody(record, 64*mebibyte+1)
	_, n, err = decode(body, nil)
	if got, want := outcome(err), "too_large: the response is longer than 64 MiB"; got != want {
		t.Errorf("64 MiB and a byte: %s, want %s", got, want)
	}
	if n > 65*mebibyte {
		t.Errorf("read %d bytes of it", n)
	}
}

func TestDecodeRefusesAStringThatIsTooLong(t *testing.T) {
	t.Parallel()
	const tooLong = "too_large: the response has a string longer than 8 MiB"
	for name, around := range map[string][2]string{
		"the message":               {`{"success":true,"data":[],"message":"`, `"}`},
		"an unknown key":            {`{"success":true,"data":[],"`, `":1}`},
		"an unknown value":          {`{"success":true,"data":[],"x":["`, `"]}`},
		"an _id":                    {`{"success":true,"data":[{"_id":"`, `"}]}`},
		"a field of the first":      {`{"success":true,"data":[{"x":"`, `"}]}`},
		"a field of the second":     {`{"success":true,"data":[{},{"x":"`, `"}]}`},
		"a key of a record":         {`{"success":true,"data":[{},{"`, `":1}]}`},
		"a number":                  {`{"success":true,"data":[],"x":1`, `}`},
		"whitespace between things": {`{"success":true,"data":[],"x":`, `1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filling := "0"
			if strings.HasPrefix(name, "whitespace") {
				filling = " "
			}
			for length, want := range map[int]string{8*mebibyte - 1: "success", 8*mebibyte + 3: tooLong} {
				text := around[0] + strings.Repeat(filling, length) + around[1]
				if _, _, err := decode(strings.NewReader(text), nil); outcome(err) != want {
					t.Errorf("%d bytes: %s, want %s", length, outcome(err), want)
				}
			}
		})
	}
}

func TestDecodeRefusesAPageOfTooManyContacts(t *testing.T) {
	t.Parallel()
	page := func(records int) io.Reader {
		return strings.NewReader(`{"success":true,"data":[` + strings.Repeat("1,", records-1) + `1]}`)
	}
	const most = 100_000
	if a, _, err := decode(page(most), &Selection{}); err != nil || a.page.Records != most || len(a.page.Contacts) != most {
		t.Errorf("%d contacts: %d records, %d kept: %v", most, a.page.Records, len(a.page.Contacts), err)
	}
	_, _, err := decode(page(most+1), &Selection{})
	if got, want := outcome(err), "too_large: the page has more than 100000 contacts"; got != want {
		t.Errorf("one more: %s, want %s", got, want)
	}
	if a, _, err := decode(page(most+1), nil); err != nil || a.page.Records != most+1 {
		t.Errorf("one more, only counted: %d records: %v", a.page.Records, err)
	}
}

// Not parallel, because it measures what the whole process allocates.
func TestDecodeKeepsNoRecord(t *testing.T) {
	record := strings.Replace(longRecord, "}", `,"x":"`+strings.Repeat("x", 1000)+`"}`, 1)
	body, records := longBody(record, 60*mebibyte)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, _, err := decode(body, nil)
	runtime.ReadMemStats(&after)
	if err != nil || a.page.Records != records {
		t.Fatalf("%d of %d records: %v", a.page.Records, records, err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > mebibyte/2 {
		t.Errorf("decoding 60 MiB allocated %d bytes", got)
	}
}

// Not parallel, for the same reason.
func TestDecodeAllocatesPerPageNotPerRecord(t *testing.T) {
	allocations := func(records int) float64 {
		text := `{"success":true,"message":"","data":[` + strings.Repeat(longRecord+",", records-1) + longRecord + `],"code":200}`
		body := strings.NewReader(text)
		return testing.AllocsPerRun(10, func() {
			body.Reset(text)
			if a, _, err := decode(body, nil); err != nil || a.page.Records != records {
				t.Fatalf("%d of %d records: %v", a.page.Records, records, err)
			}
		})
	}
	few, many := allocations(2), allocations(2000)
	// Not fewer, because sync.Pool drops decoders at random with the race detector.
	if few > 40 || many > few+30 {
		t.Errorf("%v allocations for a page of 2 records, %v for one of 2000", few, many)
	}
}
