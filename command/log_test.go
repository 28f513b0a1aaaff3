package command

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/go-kit/log/level"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Whatever is logged, the secrets are not. Numbers, times and levels are what they were.
func TestLogShowsNoSecrets(t *testing.T) {
	t.Parallel()
	secrets := &inbox.Secrets{}
	for key, value := range map[string]string{"token": "canary-7f3a9c21", "short": "12", "word": "info"} {
		secrets.Add("acme", key, value)
	}
	for format, want := range map[string]string{
		"logfmt": "level=info msg=\"of <secret>\" err=<secret> n=12 duration=12s\n",
		"json":   `{"duration":"12s","err":"<secret>","level":"info","msg":"of <secret>","n":12}` + "\n",
	} {
		var out bytes.Buffer
		logger := Log{Format: format, Level: "info"}.logger(&out, secrets)
		keyvals := []any{"msg", "of canary-7f3a9c21", "err", errors.New("CANARY-7F3A9C21"), "n", 12, "duration", 12 * time.Second}
		level.Debug(logger).Log(keyvals...)
		level.Info(logger).Log(keyvals...)
		if out.String() != want {
			t.Errorf("%s: %s", format, out.String())
		}
		if keyvals[1] != "of canary-7f3a9c21" {
			t.Error("the logger has changed what it was given")
		}
	}
}
