package command

import (
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// hangingConfig returns a configuration whose reading hangs until release is called.
func hangingConfig(t *testing.T) (c Config, release func()) {
	t.Helper()
	builtIn, err := os.ReadFile("../config.example.yml")
	if err != nil {
		t.Fatal(err)
	}
	released := make(chan struct{})
	return Config{BuiltIn: builtIn, Env: func(name string) (string, bool) {
		<-released
		return "simulated-token", name == "BOTPENGUIN_TOKEN"
	}}, func() { close(released) }
}

const hung = "reading the configuration: it is not read after 1m0s, a file system may hang"

// A file on a file system that hangs is given up.
func TestCheckEndsWhileAFileHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, release := hangingConfig(t)
		began := time.Now()
		if err := Check(c, CheckOptions{Interval: time.Second}, nil, nil); err == nil || err.Error() != hung {
			t.Errorf("%v, want %s", err, hung)
		}
		if took := time.Since(began); took != readTimeout {
			t.Errorf("took %s", took)
		}
		release()
	})
}

// Reads fail while an earlier one hangs and do not accumulate. They succeed once it has
// ended.
func TestReadsWhileAFileHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, release := hangingConfig(t)
		reads := newReads()
		const earlier = "reading the configuration: an earlier read has not ended, a file system may hang"
		for _, want := range []string{hung, earlier, earlier} {
			if _, err := reads.do(c); err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
		release()
		synctest.Wait()
		if _, err := reads.do(c); err != nil {
			t.Error(err)
		}
	})
}
