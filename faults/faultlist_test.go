package faults

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

const half = `{"success":true,"message":"","code":200,"data":[{"_id":"1"},{"_id":"2"`

var aLongRecord = `,{"_id":"` + strings.Repeat("x", 2000) + `"}`

func faultsOfTheConnection() []fault {
	const ok = "HTTP/1.1 200 OK\r\n"
	return []fault{
		{name: "reset before the answer", hook: raw("", "", true), reason: "connection"},
		{name: "reset in the body", hook: raw(ok+"Content-Length: 1000\r\n\r\n"+half, "", true), reason: "connection"},
		{name: "closed before the answer", hook: aborts(""), reason: "connection"},
		{name: "closed in the body", hook: aborts(half), reason: "connection"},
		{name: "hang before the answer", hook: hangs(""), reason: "timeout", wait: shortWait},
		{name: "hang in the head", hook: raw(ok+"Content-Ty", "", false), reason: "timeout", wait: shortWait},
		{name: "hang in the body", hook: hangs(half), reason: "timeout", wait: shortWait},
		{name: "hang after the body", hook: hangs(aPage(1, 3)), reason: "timeout", wait: shortWait},
		{name: "hang in the body of a 500", hook: raw("HTTP/1.1 500 Oh\r\nContent-Length: 1000\r\n\r\n{", "", false), reason: "http_status", wait: shortWait},
		{name: "a byte at a time for ever", hook: forEver(half, " ", "", 5*time.Millisecond), reason: "timeout", wait: shortWait},
		{name: "a byte of the head at a time", hook: raw(ok+"X: ", "x", false), reason: "timeout", wait: shortWait},
		{name: "100 Continue for ever", hook: raw("", "HTTP/1.1 100 Continue\r\n\r\n", false), reason: "timeout", wait: shortWait},
		{name: "101 Switching Protocols", hook: raw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "", false), reason: "http_status"},
		{name: "another protocol", hook: raw("SSH-2.0-OpenSSH_9.2\r\n", "", false), reason: "connection"},
		{name: "a broken chunk", hook: raw(ok+"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "", false), reason: "connection"},
		{name: "bytes after the answer", hook: raw(ok+"Content-Length: 2\r\n\r\n{}"+strings.Repeat("{}", 1000), "", false), reason: "decode"},
	}
}

func faultsOfTheAnswer() []fault {
	refusal := func(code int) string {
		return fmt.Sprintf(`{"success":false,"message":"no","data":[],"code":%d}`, code)
	}
	var all []fault
	for _, s := range []struct {
		status int
		reason string
	}{
		{400, "http_status"}, {404, "http_status"}, {429, "rate_limited"}, {500, "http_status"}, {502, "http_status"}, {503, "http_status"}, {504, "http_status"},
		{204, "decode"}, {418, "http_status"}, {599, "http_status"},
	} {
		all = append(all, fault{name: fmt.Sprint("HTTP ", s.status), hook: says(s.status, refusal(s.status)), reason: s.reason})
	}
	return append(all, []fault{
		{name: "HTTP 302", hook: says(302, "", "Location", "http://elsewhere.invalid/inbox/users"), reason: "http_status"},
		{name: "HTTP 308", hook: says(308, "", "Location", "http://elsewhere.invalid/inbox/users"), reason: "http_status"},
		{name: "500 and HTML for ever", hook: raw("HTTP/1.1 500 Oh\r\n\r\n", strings.Repeat("<p>sorry</p>", 1000), false), reason: "http_status"},
		{name: "HTML", hook: says(200, "<!doctype html><title>Maintenance</title>", "Content-Type", "text/html"), reason: "decode"},
		{name: "an empty body", hook: says(200, ""), reason: "decode"},
		{name: "cut short", hook: says(200, half), reason: "decode"},
		{name: "trailing data", hook: says(200, aPage(1, 3)+"{}"), reason: "decode"},
		{name: "a key twice", hook: says(200, `{"success":true,"data":[],"data":[{}],"code":200}`), reason: "decode"},
		{name: "a key twice, escaped", hook: says(200, `{"success":true,"data":[],"d\u0061ta":[{}],"code":200}`), reason: "decode"},
		{name: "a key of 1 MB twice", hook: says(200, fmt.Sprintf(`{"%[1]s":1,"%[1]s":1}`, strings.Repeat("k", 1<<20))), reason: "decode"},
		{name: "a broken member of a key of 1 MB", hook: says(200, fmt.Sprintf(`{"success":true,"data":[{"%s":}]}`, strings.Repeat("k", 1<<20))), reason: "decode"},
		{name: "keys for ever", hook: says(200, `{"a0":0`+strings.Join(numbered(1000, `,"a%d":0`), "")+`,"success":true,"data":[]}`), reason: "too_large"},
		{name: "data null", hook: says(200, answerOf(`null`)), reason: "decode"},
		{name: "data missing", hook: says(200, `{"success":true,"message":"","code":200}`), reason: "decode"},
		{name: "data an object", hook: says(200, answerOf(`{"0":{}}`)), reason: "decode"},
		{name: "data a string", hook: says(200, answerOf(`"[]"`)), reason: "decode"},
		{name: "DATA", hook: says(200, `{"success":true,"DATA":[]}`), reason: "decode"},
		{name: "an array", hook: says(200, `[]`), reason: "decode"},
		{name: "null", hook: says(200, `null`), reason: "decode"},
		{name: "success missing", hook: says(200, `{"message":"","data":[],"code":200}`), reason: "decode"},
		{name: "success null", hook: says(200, `{"success":null,"data":[]}`), reason: "decode"},
		{name: "success false", hook: says(200, refusal(200)), reason: "api"},
		{name: "success false after the data", hook: says(200, `{"data":[{}],"message":"no","success":false}`), reason: "api"},
		{name: "code 500 in a 200", hook: says(200, `{"success":true,"data":[],"code":500}`), reason: "api"},
		{name: "code 429 in a 200", hook: says(200, `{"success":false,"data":[],"code":429}`), reason: "rate_limited"},
		{name: "300 MB of one string", hook: forEver(`{"success":true,"data":["`, strings.Repeat("x", 1<<20), "", 0), reason: "too_large", wait: "10"},
		{name: "300 MB of message", hook: forEver(`{"success":false,"message":"`, strings.Repeat("x", 1<<20), "", 0), reason: "too_large", wait: "10"},
		{name: "spaces for ever", hook: forEver(` `, strings.Repeat(` `, 1<<20), "", 0), reason: "too_large", wait: "10"},
		{name: "gzip bomb of a string", hook: bomb(`"`, "xxxxxxxx"), reason: "too_large", wait: "10"},
		{name: "gzip bomb of records", hook: bomb(`""`, aLongRecord), reason: "too_large", wait: "30"},
		{name: "gzip that is none", hook: says(200, aPage(1, 3), "Content-Encoding", "gzip"), reason: "decode"},
		{name: "gzip cut short", hook: says(200, compressed(aPage(1, 300))[:400], "Content-Encoding", "gzip"), reason: "connection"},
		{name: "gzip with a bit off", hook: says(200, flipped(compressed(aPage(1, 300))), "Content-Encoding", "gzip"), reason: "decode"},
		{name: "brotli", hook: says(200, "\x0b\x02\x80{}\x03", "Content-Encoding", "br"), reason: "decode"},
		{name: "200 000 levels of nesting", hook: says(200, answerOf(strings.Repeat("[", 200_000)+strings.Repeat("]", 200_000))), reason: "decode"},
		{name: "200 000 levels of objects", hook: says(200, answerOf("["+strings.Repeat(`{"a":`, 200_000)+"0"+strings.Repeat("}", 200_000)+"]")), reason: "decode"},
		{name: "UTF-16", hook: says(200, "\xff\xfe{\x00}\x00"), reason: "decode"},
		{name: "invalid UTF-8", hook: says(200, answerOf("[{\"_id\":\"1\",\"name\":\"\xff\xfe\xc0\"},{\"\xed\xa0\x80\":1},{\"_id\":\"\xff\"}]")), want: func(n int) int { return n/10*10 + 3 }},
	}...)
}

func flipped(text string) string {
	b := []byte(text)
	b[len(b)/2] ^= 4
	return string(b)
}

func numbered(n int, format string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i+1)
	}
	return all
}

func faultsOfPages() []fault {
	paged := func(options ...inboxtest.Option) func(*inboxtest.Server) inboxtest.Hook {
		return paging(func(same *inboxtest.Inbox) http.Handler {
			other := inboxtest.New(append(options, inboxtest.Token(canary))...)
			other.Inbox = same
			return other
		})
	}
	return []fault{
		{name: "page ignored", odd: paged(inboxtest.PageSize(10), inboxtest.Odd(inboxtest.Oddities{IgnorePage: true})), reason: "pagination"},
		{name: "the last page again and again", odd: paged(inboxtest.PageSize(10), inboxtest.Odd(inboxtest.Oddities{RepeatLastPage: true})), reason: "pagination", set: fillLastPage},
		{name: "empty pages in the middle", hook: pages(onlyTheLast), reason: "pagination", within: 10},
		{name: "pages for ever", hook: pages(func(page int) string { return aPage(page*10, 10) }), reason: "too_large", wait: "10"},
		{name: "the same page for all", hook: says(200, aPage(1, 10)), reason: "pagination"},
		{name: "pages longer than the page size", odd: paged(inboxtest.PageSize(25)), within: 10},
		{name: "pages shorter than the page size", odd: paged(inboxtest.PageSize(7)), within: 10},
		{name: "short pages in the middle", odd: paged(inboxtest.PageSize(10), inboxtest.Odd(inboxtest.Oddities{DropEvery: 7})), want: func(n int) int { return n - n/7 }, within: 10},
	}
}

// onlyTheLast has as many contacts as the last page of the query closed ever has, and
// none before them.
func onlyTheLast(page int) string {
	if page == lastPage {
		return aPage(1, 5)
	}
	return aPage(1, 0)
}

// fillLastPage adds contacts until the last page of the query closed is full.
func fillLastPage(s *stand) {
	for s.acme.Inbox.Count(isClosed)%10 != 0 {
		s.acme.Inbox.Add(inboxtest.Contact{Status: inboxtest.StatusClosed})
	}
}
