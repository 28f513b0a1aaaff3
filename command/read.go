package command

import (
	"errors"
	"fmt"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// readTimeout is how long reading a configuration and the files that it names may take.
// The largest takes seconds.
const readTimeout = time.Minute

// reads reads configurations, one at a time. A read that hangs, because a file system
// does, is given up, and there is no other one until it has ended.
type reads struct {
	slot chan struct{} // full while a read has not ended
}

func newReads() reads { return reads{slot: make(chan struct{}, 1)} }

// do reads a configuration. An error of it may be several lines: one for each thing
// wrong with a file.
func (r reads) do(c Config) (*config.Config, error) {
	select {
	case r.slot <- struct{}{}:
	default:
		return nil, errors.New("reading the configuration: an earlier read has not ended, a file system may hang")
	}
	var cfg *config.Config
	var err error
	ended := make(chan struct{})
	go func() {
		cfg, err = c.read()
		<-r.slot // before its end is told, or the next read would be refused
		close(ended)
	}()
	timer := time.NewTimer(readTimeout)
	defer timer.Stop()
	select {
	case <-ended:
		return cfg, err
	case <-timer.C:
		return nil, fmt.Errorf("reading the configuration: it is not read after %s, a file system may hang", readTimeout)
	}
}
