package command

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	maxLogLines = 1000
	maxLogBytes = 1 << 20
	// flushTime is how long closing a logQueue may take.
	flushTime = time.Second
)

// logQueue is a writer of log lines that never waits for the reader of the log: a
// goroutine of its own writes them, each with one Write. Lines that find the queue full
// are dropped and counted, and so is everything after them until the queue is empty and
// their number is reported. So a report stands where the lines are missing.
type logQueue struct {
	w       io.Writer
	report  func(dropped int) error // writes to w
	dropped prometheus.Counter

	mu        sync.Mutex
	changed   *sync.Cond
	lines     [][]byte
	bytes     int  // in lines
	lost      int  // dropped and not yet reported
	reportDue bool // lines were dropped since the last attempt to report
	closed    bool
	ended     chan struct{} // closed when nothing more is written
}

// newLogQueue returns a queue of lines for w. It must be closed.
func newLogQueue(w io.Writer, report func(dropped int) error) *logQueue {
	q := &logQueue{w: w, report: report, ended: make(chan struct{}), dropped: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "botpenguin_log_lines_dropped_total",
		Help: "Total number of log lines dropped because nobody read the log.",
	})}
	q.changed = sync.NewCond(&q.mu)
	go q.run()
	return q
}

// Write queues a line or drops it. It always succeeds.
func (q *logQueue) Write(line []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.lost > 0 || len(q.lines) == maxLogLines || q.bytes+len(line) > maxLogBytes {
		q.drop()
	} else {
		q.lines = append(q.lines, bytes.Clone(line))
		q.bytes += len(line)
	}
	q.changed.Signal()
	return len(line), nil
}

// drop counts a line that is dropped. The queue is locked.
func (q *logQueue) drop() {
	q.dropped.Inc()
	q.lost++
	q.reportDue = true
}

// close writes what is queued, for at most flushTime. What is written to the queue
// later is dropped.
func (q *logQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.changed.Signal()
	select {
	case <-q.ended:
	case <-time.After(flushTime):
	}
}

// run writes lines and reports until the queue is closed and empty.
func (q *logQueue) run() {
	defer close(q.ended)
	for {
		line, lost := q.next()
		switch {
		case line != nil:
			if _, err := q.w.Write(line); err != nil {
				q.mu.Lock()
				q.drop()
				q.mu.Unlock()
			}
		case lost > 0:
			if q.report(lost) == nil {
				q.mu.Lock()
				q.lost -= lost
				q.mu.Unlock()
			}
		default:
			return
		}
	}
}

// next waits for a line to write or, after the last line, for a number of dropped lines
// to report. Without either, the queue is closed.
func (q *logQueue) next() (line []byte, lost int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.lines) == 0 && !q.reportDue && !q.closed {
		q.changed.Wait()
	}
	switch {
	case len(q.lines) > 0:
		line, q.lines = q.lines[0], q.lines[1:]
		q.bytes -= len(line)
	case q.reportDue:
		lost, q.reportDue = q.lost, false
	}
	return line, lost
}
