package web

import (
	"net/http"
	"testing"
	"time"
)

func TestTimeout(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		header  string
		offset  time.Duration
		ceiling time.Duration
		want    time.Duration
	}{
		{"", 500 * time.Millisecond, 10 * time.Second, 10 * time.Second},
		{"10", 500 * time.Millisecond, 10 * time.Second, 9500 * time.Millisecond},
		{"10.5", 500 * time.Millisecond, 10 * time.Second, 10 * time.Second},
		{"60", 500 * time.Millisecond, 10 * time.Second, 10 * time.Second},
		{"60", 500 * time.Millisecond, time.Minute, 59500 * time.Millisecond},
		{"1", 500 * time.Millisecond, 10 * time.Second, 800 * time.Millisecond},
		{"0.3", 500 * time.Millisecond, 10 * time.Second, 240 * time.Millisecond},
		{"10", 0, time.Minute, 10 * time.Second},
		{"10", 20 * time.Second, time.Minute, 8 * time.Second},
		{"0", time.Second, 10 * time.Second, 10 * time.Second},
		{"-1", time.Second, 10 * time.Second, 10 * time.Second},
		{"NaN", time.Second, 10 * time.Second, 10 * time.Second},
		{"Inf", time.Second, 10 * time.Second, 10 * time.Second},
		{"-Inf", time.Second, 10 * time.Second, 10 * time.Second},
		{"1e300", time.Second, 10 * time.Second, 10 * time.Second},
		{"1e-300", time.Second, 10 * time.Second, 10 * time.Second},
		{"1e-9", time.Second, 10 * time.Second, 10 * time.Second},
		{"0.0099", time.Second, 10 * time.Second, 10 * time.Second},
		{"0.01", time.Second, 10 * time.Second, 8 * time.Millisecond},
		{"0.01", time.Second, 5 * time.Millisecond, 5 * time.Millisecond},
		{"-0.01", time.Second, 10 * time.Second, 10 * time.Second},
		{"ten", time.Second, 10 * time.Second, 10 * time.Second},
		{"10s", time.Second, 10 * time.Second, 10 * time.Second},
	} {
		header := http.Header{}
		if test.header != "" {
			header.Set(timeoutHeader, test.header)
		}
		if got := timeout(header, reserve{offset: test.offset}, test.ceiling); got != test.want {
			t.Errorf("header %q, offset %v, ceiling %v: %v, want %v", test.header, test.offset, test.ceiling, got, test.want)
		}
	}
}

func TestCheckTelemetryPath(t *testing.T) {
	t.Parallel()
	for path, good := range map[string]bool{
		"/metrics": true, "/a/b": true, "/metrics2": true,
		"": false, "metrics": false, "/": false, "/probe": false, "/config": false, "/sd": false, "/-/ready": false,
		"/debug/pprof/": false, "/{x}": false, "/a b": false, "/a/../b": false, "/a/": false, "//": false, "/a?b": false,
	} {
		if err := CheckTelemetryPath(path); (err == nil) != good {
			t.Errorf("%q: %v", path, err)
		}
	}
}
