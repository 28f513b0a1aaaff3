package faults

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// echoes are the ways in which an API may tell the token that it got.
func echoes() map[string]func(authorization string) inboxtest.Hook {
	token := func(authorization string) string { return strings.TrimPrefix(authorization, "Bearer ") }
	quoted := func(text string) string {
		q, _ := json.Marshal(text)
		return string(q)
	}
	refusal := func(message string) string {
		return fmt.Sprintf(`{"success":false,"message":%s,"data":[],"code":400}`, quoted(message))
	}
	return map[string]func(string) inboxtest.Hook{
		"message of a 200": func(a string) inboxtest.Hook { return says(200, refusal("bad header "+a)) },
		"message of a 400": func(a string) inboxtest.Hook { return says(400, refusal("bad header "+a)) },
		"message of a 401": func(a string) inboxtest.Hook { return says(401, refusal("unknown token "+token(a)+"!")) },
		"message of a 503": func(a string) inboxtest.Hook { return says(503, refusal(token(a))) },
		"a long message":   func(a string) inboxtest.Hook { return says(400, refusal(strings.Repeat("x", 290)+token(a))) },
		"JSON in the message": func(a string) inboxtest.Hook {
			return says(400, refusal(`{"headers":{"authorization":`+quoted(a)+`}}`))
		},
		"JSON in JSON in the message": func(a string) inboxtest.Hook {
			return says(400, refusal(quoted(`{"headers":{"authorization":`+quoted(a)+`}}`)))
		},
		"JSON of PHP in the message": func(a string) inboxtest.Hook {
			return says(400, refusal(strings.ReplaceAll(quoted(token(a)), "/", `\/`)))
		},
		"\\u in the message": func(a string) inboxtest.Hook {
			return says(400, `{"success":false,"message":"`+strings.Join(numbers16(a), "")+`","code":400}`)
		},
		"URL in the message":  func(a string) inboxtest.Hook { return says(400, refusal("/login?token="+url.QueryEscape(token(a)))) },
		"lower case URL":      func(a string) inboxtest.Hook { return says(400, refusal(lowerEscapes(url.QueryEscape(token(a))))) },
		"path in the message": func(a string) inboxtest.Hook { return says(400, refusal("/login/"+url.PathEscape(token(a)))) },
		"every byte escaped":  func(a string) inboxtest.Hook { return says(400, refusal(everyByte(token(a)))) },
		"HTML in the message": func(a string) inboxtest.Hook { return says(400, refusal(strings.ReplaceAll(token(a), `"`, "&quot;"))) },
		"Basic": func(a string) inboxtest.Hook {
			return says(400, refusal("Basic "+base64.StdEncoding.EncodeToString([]byte(a))))
		},
		"HTML":               func(a string) inboxtest.Hook { return says(500, "<pre>"+a+"</pre>") },
		"text":               func(a string) inboxtest.Hook { return says(200, a) },
		"a key":              func(a string) inboxtest.Hook { return says(200, `{`+quoted(a)+`:}`) },
		"a key twice":        func(a string) inboxtest.Hook { return says(200, `{`+quoted(a)+`:1,`+quoted(a)+`:1}`) },
		"a key of a contact": func(a string) inboxtest.Hook { return says(200, answerOf(`[{`+quoted(token(a))+`:{"x":}}]`)) },
		"success":            func(a string) inboxtest.Hook { return says(200, `{"success":`+quoted(a)+`,"data":[]}`) },
		"Location":           func(a string) inboxtest.Hook { return says(302, "", "Location", "/login?"+a) },
		"Location, escaped":  func(a string) inboxtest.Hook { return says(302, "", "Location", "/login?"+url.QueryEscape(token(a))) },
		"Location, escaped lower case": func(a string) inboxtest.Hook {
			return says(302, "", "Location", "/"+lowerEscapes(url.PathEscape(token(a))))
		},
		"Content-Encoding": func(a string) inboxtest.Hook { return says(200, "{}", "Content-Encoding", token(a)) },
		"Retry-After":      func(a string) inboxtest.Hook { return says(429, "", "Retry-After", token(a)) },
		"the status line": func(a string) inboxtest.Hook {
			return raw("HTTP/1.1 400 "+a+"\r\nContent-Length: 0\r\n\r\n", "", false)
		},
		"a broken status line": func(a string) inboxtest.Hook { return raw(a+" oh\r\n\r\n", "", false) },
		"a broken header":      func(a string) inboxtest.Hook { return raw("HTTP/1.1 200 OK\r\n"+a+"\r\n\r\n", "", false) },
		"a broken length": func(a string) inboxtest.Hook {
			return raw("HTTP/1.1 200 OK\r\nContent-Length: "+a+"\r\n\r\n", "", false)
		},
		"a broken transfer encoding": func(a string) inboxtest.Hook {
			return raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: "+a+"\r\n\r\n", "", false)
		},
		"a broken chunk": func(a string) inboxtest.Hook {
			return raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+a+"\r\n", "", false)
		},
	}
}

func numbers16(text string) []string {
	var all []string
	for _, c := range []byte(text) {
		all = append(all, fmt.Sprintf(`\u%04x`, c))
	}
	return all
}

func everyByte(text string) string {
	var all strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&all, "%%%02X", c)
	}
	return all.String()
}

func lowerEscapes(text string) string {
	for _, c := range []byte(text) {
		text = strings.ReplaceAll(text, fmt.Sprintf("%%%02X", c), fmt.Sprintf("%%%02x", c))
	}
	for _, c := range []byte(canary) {
		text = strings.ReplaceAll(text, fmt.Sprintf("%%%02X", c), fmt.Sprintf("%%%02x", c))
	}
	return text
}

// What the API tells of the token is told to nobody else.
func TestEchoOfTheToken(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"logfmt", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, "--log.format="+format, "--web.enable-pprof")
			s.scrape(t, "/metrics", "10")
			for name, echo := range echoes() {
				said := len(s.Output())
				s.acme.Intercept(func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
					return echo(call.Header.Get("Authorization"))(w, r, call)
				})
				body, _ := s.scrape(t, "/probe?account=acme", "2")
				mute(t, name+", /probe", body)
				mute(t, name+", the log", s.Output()[said:])
				s.acme.Intercept(nil)
				s.scrape(t, "/probe?account=acme", "5")
			}
			s.silent(t)
		})
	}
}

// A redirect is not followed: where it leads to, nobody comes.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var visits atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		io.WriteString(w, aPage(1, 3))
	}))
	t.Cleanup(elsewhere.Close)
	s := newStand(t)
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
		for _, location := range []string{elsewhere.URL + "/inbox/users", strings.Replace(s.acme.URL, "127.0.0.1", "localhost", 1) + "/inbox/users", "/inbox/users", "//" + strings.TrimPrefix(elsewhere.URL, "http://")} {
			s.acme.Intercept(says(status, "", "Location", location, "Refresh", "0; url="+elsewhere.URL))
			s.acme.ResetCalls()
			body, _ := s.scrape(t, "/probe?account=acme", "5")
			if got := s.acme.Requests(); strings.Contains(body, "botpenguin_inbox_") || got != 4 {
				t.Errorf("%d to %s: %d requests and\n%s", status, location, got, body)
			}
		}
	}
	if visits.Load() != 0 {
		t.Errorf("%d requests went where a redirect led to", visits.Load())
	}
	s.silent(t)
}
