package transport

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// waiter is a caller of do.
type waiter struct {
	leave context.CancelFunc
	value chan string // receives the value or error that do returned
}

func wait(g *sharedCalls[string], key string, get func(context.Context) (string, error)) waiter {
	ctx, cancel := context.WithCancel(context.Background())
	w := waiter{leave: cancel, value: make(chan string, 1)}
	go func() {
		defer cancel()
		value, err := g.do(ctx, key, "late", get)
		if err != nil {
			value = err.Error()
		}
		w.value <- value
	}()
	synctest.Wait()
	return w
}

func TestSharedCalls(t *testing.T) {
	t.Parallel()
	for name, abandon := range map[string]bool{"abandon": true, "keep": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := sharedCalls[string]{abandon: abandon}
				values := make(chan string)
				started, canceled := 0, 0
				get := func(ctx context.Context) (string, error) {
					started++
					done := ctx.Done()
					for {
						select {
						case value := <-values:
							return value, nil
						case <-done:
							canceled++
							if abandon {
								return "", errors.New("canceled")
							}
							done = nil // ignores its context, like reading a file
						}
					}
				}
				one, two := wait(&g, "key", get), wait(&g, "key", get)
				one.leave()
				if got := <-one.value; got != "late" || started != 1 || canceled != 0 {
					t.Errorf("the first to leave got %q; %d started, %d canceled", got, started, canceled)
				}
				two.leave()
				if got := <-two.value; got != "late" {
					t.Errorf("the second to leave got %q", got)
				}
				synctest.Wait()
				want := 0
				if abandon {
					want = 1
				}
				if canceled != want {
					t.Errorf("%d canceled without callers, want %d", canceled, want)
				}
				three := wait(&g, "key", get)
				if started != 1+want {
					t.Errorf("%d started, want %d", started, 1+want)
				}
				values <- "value"
				if got := <-three.value; got != "value" {
					t.Errorf("got %q", got)
				}
				four := wait(&g, "key", get)
				values <- "next"
				if got := <-four.value; got != "next" || len(g.calls) != 0 {
					t.Errorf("got %q; %d calls remain", got, len(g.calls))
				}
			})
		})
	}
}

func TestSharedCallsWithDifferentKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g sharedCalls[string]
		release := make(chan struct{})
		slow := wait(&g, "slow", func(context.Context) (string, error) { <-release; return "slow", nil })
		quick := wait(&g, "quick", func(context.Context) (string, error) { return "quick", nil })
		if got := <-quick.value; got != "quick" {
			t.Errorf("got %q", got)
		}
		close(release)
		if got := <-slow.value; got != "slow" {
			t.Errorf("got %q", got)
		}
	})
}
