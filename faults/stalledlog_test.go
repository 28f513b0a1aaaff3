package faults

import (
	"bufio"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// A reader of the log that stalls costs lines, which are counted, and no scrape. When
// it is back, it is told how many lines are missing, and the log ends as ever.
func TestLogReaderThatStalls(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	read, log := pipe(t)
	r := bootTo(t, programtest.Files{Stderr: log}, nil, "--config.file="+programtest.WriteFile(t, "large.yml", large(server)), "--log.level=debug")
	log.Close()
	r.floodsTheLog(t)
	lines := bufio.NewScanner(read)
	var last, before string
	for reported := false; !reported && lines.Scan(); last = lines.Text() {
		reported = strings.Contains(lines.Text(), dropped)
		before = last
	}
	if !regexp.MustCompile(`^level=warn ts=\S+ msg=.* n=[1-9]\d*$`).MatchString(last) || before == "" {
		t.Errorf("the report is %q, after %q", last, before)
	}
	resumed := make(chan struct{})
	ended := make(chan string)
	go func() {
		resume := sync.OnceFunc(func() { close(resumed) })
		for lines.Scan() {
			if last = lines.Text(); !strings.Contains(last, dropped) {
				resume()
			}
		}
		ended <- last
	}()
	programtest.Eventually(t, func() error { // the program drops lines until it knows that the report was written
		r.scrape(t, "/probe?account=chatty", "60")
		select {
		case <-resumed:
			return nil
		default:
			return errors.New("nothing is logged after the report")
		}
	})
	r.terminate(t)
	if last := <-ended; !strings.Contains(last, "msg=stopped") {
		t.Errorf("the last line is %q", last)
	}
}

// dropped is in the report of lines that are missing.
const dropped = `msg="log lines dropped because the log was not read" n=`
