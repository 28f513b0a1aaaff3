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
	// flushTimeout is how long closing a logQueue may take.
	flushTimeout = time.Second
)

// logQueue is a writer of log lines that never blocks: a goroutine writes the lines to
// the log, one Write per line. If the queue is full, lines are dropped and counted until
// the queue is empty and their number is reported, so that the report is in the place of
// the missing lines.
type logQueue struct {
	w       io.Writer
	report  func(dropped int) error // writes to w
	dropped prometheus.Counter

	mu        sync.Mutex
	changed   *sync.Cond
	lines     [][]byte
	bytes     int  // in lines
	lost      int  // lines dropped and not yet reported
	reportDue bool // lines were dropped since the last attempt to report
	closed    bool
	ended     chan struct{} // closed when run has returned
}

// newLogQueue returns a queue of lines for w. It must be closed.
func newLogQueue(w io.Writer, report func(dropped int) error) *logQueue {
	q := &logQueue{w: w, report: report, ended: make(chan struct{}), dropped: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "botpenguin_log_lines_dropped_total",
		Help: "Log lines dropped because the log was not read.",
	})}
	q.changed = sync.NewCond(&q.mu)
	go q.run()
	return q
}

// Write queues a line, or drops it if the queue is full. It never fails.
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

// drop counts a dropped line. q.mu is held.
func (q *logQueue) drop() {
	q.dropped.Inc()
	q.lost++
	q.reportDue = true
}

// close waits until the queued lines are written, for at most flushTimeout. Lines logged
// later are dropped.
func (q *logQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.changed.Signal()
	select {
	case <-q.ended:
	case <-time.After(flushTimeout):
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

// next waits for a line to write or, if there are none, for a number of dropped lines to
// report. It returns neither when the queue is closed and empty.
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
