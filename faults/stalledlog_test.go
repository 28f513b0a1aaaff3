package faults

import (
	"bufio"
	"regexp"
	"strings"
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
		reported = strings.Contains(lines.Text(), `msg="log lines dropped because the log was not read" n=`)
		before = last
	}
	if !regexp.MustCompile(`^level=warn ts=\S+ msg=.* n=[1-9]\d*$`).MatchString(last) || before == "" {
		t.Errorf("the report is %q, after %q", last, before)
	}
	ended := make(chan string)
	go func() {
		for lines.Scan() {
			last = lines.Text()
		}
		ended <- last
	}()
	r.terminate(t)
	if last := <-ended; !strings.Contains(last, "msg=stopped") {
		t.Errorf("the last line is %q", last)
	}
}
