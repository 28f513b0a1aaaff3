package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// The ways in which an API misbehaves, as hooks of a simulated one.

// asks returns which calls ask for a query of standYAML.
func asks(query string) func(inboxtest.Call) bool {
	return func(call inboxtest.Call) bool {
		field := map[string]string{"closed": `"status":["CLOSED"]`, "waiting": `"lastMessageBy":["user"]`, "online": `"isOnline":true`}[query]
		return bytes.Contains(call.Raw, []byte(field))
	}
}

// only has a hook meet the calls that match.
func only(match func(inboxtest.Call) bool, hook inboxtest.Hook) inboxtest.Hook {
	return func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
		return match(call) && hook(w, r, call)
	}
}

// says answers with a body.
func says(status int, body string, header ...string) inboxtest.Hook {
	return func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
		return true
	}
}

// hangs says something, and then nothing more.
func hangs(says string) inboxtest.Hook {
	return func(w http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
		if says != "" {
			io.WriteString(w, says)
			http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
		return true
	}
}

// forEver says something again and again, as fast as it is taken or every so often.
func forEver(first, again, encoding string, every time.Duration) inboxtest.Hook {
	return func(w http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		_, err := io.WriteString(w, first)
		for err == nil && r.Context().Err() == nil {
			_, err = io.WriteString(w, again)
			if every > 0 {
				http.NewResponseController(w).Flush()
				pause(r, every)
			}
		}
		return true
	}
}

func pause(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	}
}

// aborts closes the connection after it has said something.
func aborts(says string) inboxtest.Hook {
	return func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
		if says != "" {
			io.WriteString(w, says)
			http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

// raw says something that need not be HTTP, and something else again and again. Then it
// resets the connection, or waits for the client to hang up.
func raw(first, again string, reset bool) inboxtest.Hook {
	return func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, err = io.WriteString(conn, first)
		for again != "" && err == nil {
			_, err = io.WriteString(conn, again)
			time.Sleep(time.Millisecond) // as this machine has other things to do
		}
		if reset {
			conn.(*net.TCPConn).SetLinger(0)
			return true
		}
		io.Copy(io.Discard, conn)
		return true
	}
}

// aPage is an answer with n contacts, the first of them number first.
func aPage(first, n int) string {
	records := make([]string, n)
	for i := range records {
		records[i] = fmt.Sprintf(`{"_id":"%024x","platform":["WEBSITE"]}`, first+i)
	}
	return answerOf("[" + strings.Join(records, ",") + "]")
}

func answerOf(data string) string {
	return `{"success":true,"message":"","data":` + data + `,"code":200}`
}

// pages answers with the page that f makes of the one asked for.
func pages(f func(page int) string) inboxtest.Hook {
	return func(w http.ResponseWriter, _ *http.Request, call inboxtest.Call) bool {
		io.WriteString(w, f(call.Page))
		return true
	}
}

func compressed(text string) string {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.WriteString(w, text)
	w.Close()
	return packed.String()
}

// bomb is 300 MB in 300 KB: the beginning of an answer, and then a text over and over.
func bomb(first, again string) inboxtest.Hook {
	packed := sync.OnceValues(func() (string, string) {
		return compressed(`{"success":true,"data":[` + first), compressed(strings.Repeat(again, 1<<20/len(again)))
	})
	return func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
		first, more := packed()
		return says(http.StatusOK, first+strings.Repeat(more, 300), "Content-Encoding", "gzip")(w, r, call)
	}
}

// paging answers as another inbox with the same contacts does, which pages in its own
// way.
func paging(odd func(same *inboxtest.Inbox) http.Handler) func(*inboxtest.Server) inboxtest.Hook {
	return func(server *inboxtest.Server) inboxtest.Hook {
		other := odd(server.Inbox)
		return func(w http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
			other.ServeHTTP(w, r)
			return true
		}
	}
}
