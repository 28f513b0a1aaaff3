package command

import (
	"io"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// Log configures logging.
type Log struct {
	Writer io.Writer // receives one Write per line
	Format string    // logfmt or json
	Level  string    // the lowest severity to log: debug, info, warn or error
}

// logger returns a logger that writes to w, one Write per line.
func (l Log) logger(w io.Writer) log.Logger {
	logger := log.NewLogfmtLogger(w)
	if l.Format == "json" {
		logger = log.NewJSONLogger(w)
	}
	return level.NewFilter(logger, level.Allow(level.ParseDefault(l.Level, level.InfoValue())))
}

// queue returns a queue in front of the log's writer. It must be closed.
func (l Log) queue() *logQueue { return newLogQueue(l.Writer, l.reportDropped) }

// reportDropped logs that n lines were dropped.
func (l Log) reportDropped(n int) error {
	logger := log.With(l.logger(l.Writer), "ts", log.DefaultTimestampUTC)
	return level.Warn(logger).Log("msg", "log lines dropped because the log was not read", "n", n)
}
