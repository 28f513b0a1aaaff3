package inbox

import (
	"fmt"
	"testing"
	"time"
)

// unproven returns a limiter that does not know whether the token is accepted.
func unproven(*testing.T) *Limiter { return NewLimiter(0, 3) }

func TestOneRequestGoesAloneUntilTheTokenIsProven(t *testing.T) {
	t.Parallel()
	rejected := Errorf(Auth, "401 Unauthorized")
	testLimiter(t, unproven, func(lt *limiterTest) {
		for i := range 5 {
			lt.acquire(fmt.Sprint(i), Known, 0)
		}
		lt.expect("at first", "0 admitted")
		lt.release(Errorf(Connection, "EOF"))
		lt.expect("after a failure that proves nothing", "1 admitted")
		lt.release(nil)
		lt.expect("after the token was accepted", "2 admitted", "3 admitted", "4 admitted")
		lt.release(Errorf(HTTPStatus, "500"))
		lt.acquire("5", Known, 0)
		lt.expect("after a failure of another kind", "5 admitted")
		lt.release(rejected)
		lt.release(fmt.Errorf("page 3: %w", rejected))
		lt.release(rejected)
		lt.acquire("6", Known, 0)
		lt.acquire("7", Known, 0)
		lt.expect("after the token was rejected", "6 admitted")
		lt.release(nil)
		lt.expect("after it was accepted again", "7 admitted")
	})
}

func TestARequestThatHangsDoesNotGoAloneForLong(t *testing.T) {
	t.Parallel()
	testLimiter(t, unproven, func(lt *limiterTest) {
		for i := range 3 {
			lt.acquire(fmt.Sprint(i), Known, 0)
		}
		lt.expect("at first", "0 admitted")
		time.Sleep(999 * time.Millisecond)
		lt.expect("while the first one hangs")
		time.Sleep(time.Millisecond)
		lt.expect("after a second", "1 admitted", "2 admitted")
		lt.acquire("3", Known, 0)
		lt.expect("with three in flight")
		lt.release(Errorf(Auth, "401 Unauthorized"))
		lt.expect("after a release", "3 admitted")
	})
}

func TestWaitingForTheTokenEndsWithTheContext(t *testing.T) {
	t.Parallel()
	testLimiter(t, unproven, func(lt *limiterTest) {
		first := lt.acquire("0", Known, 0)
		lt.expect("at first", "0 admitted")
		lt.acquire("1", Known, 300*time.Millisecond)
		time.Sleep(300 * time.Millisecond)
		lt.expect("at its deadline", "1 refused: "+notSent)
		first.cancel()
		lt.expect("a slot is kept after its context has ended")
	})
}
