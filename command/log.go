package command

import (
	"io"
	"slices"
	"strings"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Log configures logging.
type Log struct {
	Writer io.Writer // receives one Write per line
	Format string    // logfmt or json
	Level  string    // the lowest severity to log: debug, info, warn or error
}

// logger returns a logger that writes to w, one Write per line, and shows none of the secrets.
func (l Log) logger(w io.Writer, secrets *inbox.Secrets) log.Logger {
	logger := log.NewLogfmtLogger(w)
	if l.Format == "json" {
		logger = log.NewJSONLogger(w)
	}
	return level.NewFilter(redacted(logger, secrets), level.Allow(level.ParseDefault(l.Level, level.InfoValue())))
}

// queue returns a queue in front of the log's writer. It must be closed.
func (l Log) queue() *logQueue { return newLogQueue(l.Writer, l.reportDropped) }

// reportDropped logs that n lines were dropped.
func (l Log) reportDropped(n int) error {
	logger := log.With(l.logger(l.Writer, nil), "ts", log.DefaultTimestampUTC)
	return level.Warn(logger).Log("msg", "log lines dropped because the log was not read", "n", n)
}

// logError logs an error, each of its lines by itself: those of a configuration have one for
// each thing wrong.
func logError(logger log.Logger, msg string, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		level.Error(logger).Log("msg", msg, "err", line)
	}
}

// redacted returns a logger that removes secrets from texts and errors. This is the last
// line of defense: what comes from outside was redacted when it became part of an error.
func redacted(next log.Logger, secrets *inbox.Secrets) log.Logger {
	return log.LoggerFunc(func(keyvals ...any) error {
		keyvals = slices.Clone(keyvals)
		for i := 1; i < len(keyvals); i += 2 {
			switch value := keyvals[i].(type) {
			case string:
				keyvals[i] = secrets.Redact(value)
			case error:
				keyvals[i] = secrets.Redact(value.Error())
			}
		}
		return next.Log(keyvals...)
	})
}
