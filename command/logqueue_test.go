package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// reader reads a log. It can stall or fail. Each Write is one line.
type reader struct {
	mu      sync.Mutex
	writes  []string
	failure error
	stalled chan struct{} // Write blocks until it is closed; nil: Write does not block
}

func (r *reader) Write(p []byte) (int, error) {
	r.mu.Lock()
	stalled := r.stalled
	r.mu.Unlock()
	if stalled != nil {
		<-stalled
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure != nil {
		return 0, r.failure
	}
	r.writes = append(r.writes, string(p))
	return len(p), nil
}

func (r *reader) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failure = err
}

func (r *reader) read() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.writes)
}

func report(w io.Writer) func(int) error {
	return func(n int) error {
		_, err := fmt.Fprintf(w, "%d dropped\n", n)
		return err
	}
}

// numbered returns lines with the numbers from first up to, but not including, end.
func numbered(first, end int) (lines []string) {
	for i := first; i < end; i++ {
		lines = append(lines, fmt.Sprintf("line %d\n", i))
	}
	return lines
}

func logLines(q *logQueue, lines []string) {
	for _, line := range lines {
		io.WriteString(q, line)
	}
}

func TestLogQueueKeepsTheOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &reader{}
		q := newLogQueue(r, report(r))
		want := numbered(0, 100)
		logLines(q, want)
		q.close()
		if got := r.read(); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	})
}

// Lines are copied because the logger reuses its buffer.
func TestLogQueueCopiesLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &reader{}
		q := newLogQueue(r, report(r))
		line := []byte("one\n")
		q.Write(line)
		copy(line, "two")
		q.close()
		if got := r.read(); !slices.Equal(got, []string{"one\n"}) {
			t.Errorf("%q", got)
		}
	})
}

func TestLogQueueDropsLinesWhenFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stalled := make(chan struct{})
		r := &reader{stalled: stalled}
		q := newLogQueue(r, report(r))
		logLines(q, numbered(0, 1))
		synctest.Wait() // the first line is being written
		logLines(q, numbered(1, 1+maxLogLines+7))
		if got := testutil.ToFloat64(q.dropped); got != 7 {
			t.Errorf("%v lines counted as dropped, want 7", got)
		}
		close(stalled)
		synctest.Wait() // the report does not wait for another line
		want := append(numbered(0, 1+maxLogLines), "7 dropped\n")
		if got := r.read(); !slices.Equal(got, want) {
			t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
		}
		logLines(q, numbered(0, 1))
		q.close()
		if got := r.read(); len(got) != len(want)+1 || got[len(want)] != "line 0\n" {
			t.Errorf("after the report: %q", got[len(want):])
		}
	})
}

func TestLogQueueIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stalled := make(chan struct{})
		r := &reader{stalled: stalled}
		q := newLogQueue(r, report(r))
		logLines(q, numbered(0, 1))
		synctest.Wait()
		half := strings.Repeat("x", maxLogBytes/2)
		logLines(q, []string{half, half, "x"})
		close(stalled)
		q.close()
		if got := r.read(); len(got) != 4 || got[3] != "1 dropped\n" {
			t.Errorf("%d lines, want 3 and a report", len(got))
		}
	})
}

// Lines that cannot be written are dropped, and reported when writing succeeds again.
func TestLogQueueRecoversFromWriteErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &reader{failure: errors.New("broken pipe")}
		q := newLogQueue(r, report(r))
		for _, line := range numbered(0, 3) {
			logLines(q, []string{line})
			synctest.Wait()
		}
		r.fail(nil)
		logLines(q, numbered(3, 4))
		synctest.Wait()
		logLines(q, numbered(4, 5))
		q.close()
		if got := r.read(); !slices.Equal(got, []string{"4 dropped\n", "line 4\n"}) {
			t.Errorf("%q", got)
		}
		if got := testutil.ToFloat64(q.dropped); got != 4 {
			t.Errorf("%v lines counted as dropped, want 4", got)
		}
	})
}

// Closing waits a second for a stalled reader. Lines logged later are dropped.
func TestLogQueueCloseIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stalled := make(chan struct{})
		r := &reader{stalled: stalled}
		q := newLogQueue(r, report(r))
		logLines(q, numbered(0, 2))
		began := time.Now()
		q.close()
		if took := time.Since(began); took != flushTimeout {
			t.Errorf("closed after %v, want %v", took, flushTimeout)
		}
		logLines(q, numbered(2, 3))
		if got := testutil.ToFloat64(q.dropped); got != 1 {
			t.Errorf("%v lines counted as dropped, want 1", got)
		}
		close(stalled)
	})
}

var timestamps = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// The report is a regular log line.
func TestReportOfDroppedLines(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		"logfmt": `level=warn ts=T msg="log lines dropped because the log was not read" n=7` + "\n",
		"json":   `{"level":"warn","msg":"log lines dropped because the log was not read","n":7,"ts":"T"}` + "\n",
	} {
		var out bytes.Buffer
		if err := (Log{Writer: &out, Format: format, Level: "info"}).reportDropped(7); err != nil {
			t.Fatal(err)
		}
		if got := timestamps.ReplaceAllString(out.String(), "T"); got != want {
			t.Errorf("%s: got  %swant %s", format, got, want)
		}
	}
}
