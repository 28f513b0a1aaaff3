package command

import (
	"io"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// Log is where log lines go, and how.
type Log struct {
	Writer io.Writer
	Format string // logfmt or json
	Level  string // lines below it are left out: debug, info, warn or error
}

// logger returns a logger to w, which takes each line with one Write.
func (l Log) logger(w io.Writer) log.Logger {
	logger := log.NewLogfmtLogger(w)
	if l.Format == "json" {
		logger = log.NewJSONLogger(w)
	}
	return level.NewFilter(logger, level.Allow(level.ParseDefault(l.Level, level.InfoValue())))
}

// queue returns a queue of lines for the log's writer. It must be closed.
func (l Log) queue() *logQueue { return newLogQueue(l.Writer, l.reportDropped) }

// reportDropped writes a line that says how many lines are missing.
func (l Log) reportDropped(n int) error {
	logger := log.With(l.logger(l.Writer), "ts", log.DefaultTimestampUTC)
	return level.Warn(logger).Log("msg", "log lines dropped because nobody read the log", "n", n)
}
