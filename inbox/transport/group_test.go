package transport

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// waiter waits for what a group gets.
type waiter struct {
	leave context.CancelFunc
	value chan string // what do returned, or its error
}

func wait(g *group[string], key string, get func(context.Context) (string, error)) waiter {
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

func TestGroup(t *testing.T) {
	t.Parallel()
	for name, abandon := range map[string]bool{"abandoning": true, "patient": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := group[string]{abandon: abandon}
				values := make(chan string)
				started, cancelled := 0, 0
				get := func(ctx context.Context) (string, error) {
					started++
					done := ctx.Done()
					for {
						select {
						case value := <-values:
							return value, nil
						case <-done:
							cancelled++
							if abandon {
								return "", errors.New("cancelled")
							}
							done = nil // as a file does
						}
					}
				}
				one, two := wait(&g, "key", get), wait(&g, "key", get)
				one.leave()
				if got := <-one.value; got != "late" || started != 1 || cancelled != 0 {
					t.Errorf("the first to leave got %q; %d started, %d cancelled", got, started, cancelled)
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
				if cancelled != want {
					t.Errorf("%d cancelled when nobody waits, want %d", cancelled, want)
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

func TestGroupKeepsKeysApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group[string]
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
