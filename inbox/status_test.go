package inbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHTTPStatuses(t *testing.T) {
	t.Parallel()
	moved := ` to "https://elsewhere.example/": redirects are not followed, because they could send the token to another host`
	message := `: "no such page"`
	for status, want := range map[int]string{
		200: `api: the API reported a failure with code 200` + message,
		201: `api: the API reported a failure with code 201` + message,
		301: `http_status: 301 Moved Permanently` + moved + message,
		302: `http_status: 302 Found` + moved + message,
		307: `http_status: 307 Temporary Redirect` + moved + message,
		308: `http_status: 308 Permanent Redirect` + moved + message,
		400: `http_status: 400 Bad Request` + message,
		401: `auth: 401 Unauthorized` + message,
		403: `auth: 403 Forbidden` + message,
		404: `http_status: 404 Not Found` + message,
		418: `http_status: 418 I'm a teapot` + message,
		429: `rate_limited, retryable: 429 Too Many Requests` + message,
		499: `http_status: 499 ` + message,
		500: `http_status: 500 Internal Server Error` + message,
		501: `http_status: 501 Not Implemented` + message,
		502: `http_status, retryable: 502 Bad Gateway` + message,
		503: `http_status, retryable: 503 Service Unavailable` + message,
		504: `http_status, retryable: 504 Gateway Timeout` + message,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			location := "Location: https://elsewhere.example/"
			body := fmt.Sprintf(oneError, status)
			for how, handler := range map[string]http.HandlerFunc{
				"plain": respondWith(status, body, location), "gzip": respondWith(status, gzipped(body), location, "Content-Encoding: gzip"),
			} {
				page, _, err := testClient(t, handler).fetch(t.Context(), Request{})
				if got := outcome(err); got != want || page.Records != 0 {
					t.Errorf("%s:\ngot  %s and %d records\nwant %s", how, got, page.Records, want)
				}
			}
			// Only messages in the API's own form are shown.
			bare := strings.TrimSuffix(want, message)
			for _, handler := range []http.HandlerFunc{
				respondWith(status, `<html>`, location), respondWith(status, "", location), respondWith(status, `["no such page"]`, location),
				respondWith(status, body, location, "Content-Encoding: br"), respondWith(status, body, location, "Content-Encoding: gzip"),
				respondWith(status, gzipped(body)[:30], location, "Content-Encoding: gzip"),
				respondWith(status, `{"success":false,"message":"`+strings.Repeat("x", 100_000)+`"}`, location),
			} {
				if _, _, err := testClient(t, handler).fetch(t.Context(), Request{}); status >= 300 && outcome(err) != bare {
					t.Errorf("got  %s\nwant %s", outcome(err), bare)
				}
			}
		})
	}
}

func TestAnySuccessfulStatusIsAccepted(t *testing.T) {
	t.Parallel()
	for status, body := range map[int]string{
		200: onePage, 201: strings.Replace(onePage, "200", "201", 1), 202: strings.Replace(onePage, `,"code":200`, "", 1), 203: onePage,
	} {
		page, _, err := testClient(t, respondWith(status, body)).fetch(t.Context(), Request{})
		if err != nil || !cmp.Equal(page, pageOf("a", "b"), comparePages) {
			t.Errorf("%d: %+v, %v", status, page, err)
		}
	}
	_, _, err := testClient(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }).fetch(t.Context(), Request{})
	if got, want := outcome(err), "decode: decoding the response: the body is empty"; got != want {
		t.Errorf("204: %s, want %s", got, want)
	}
}

func TestCodesInTheBody(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"success":false}`:                                              `api: the API reported a failure`,
		`{"success":false,"data":[{"_id":"a"}]}`:                         `api: the API reported a failure`,
		`{"success":false,"code":200}`:                                   `api: the API reported a failure with code 200`,
		`{"success":false,"message":"no","code":400}`:                    `api: the API reported a failure with code 400: "no"`,
		`{"message":"token expired","success":false,"code":401}`:         `auth: the API reported a failure with code 401: "token expired"`,
		`{"success":false,"message":"not yours","code":403}`:             `auth: the API reported a failure with code 403: "not yours"`,
		`{"success":false,"message":"slow down","code":429}`:             `rate_limited, retryable: the API reported a failure with code 429: "slow down"`,
		`{"success":false,"message":"oops","code":500}`:                  `api: the API reported a failure with code 500: "oops"`,
		`{"success":true,"data":[{"_id":"a"}],"code":500}`:               `api: the API reported a failure with code 500`,
		`{"success":true,"data":[{"_id":"a"}],"code":401}`:               `auth: the API reported a failure with code 401`,
		`{"success":true,"data":[{"_id":"a"}],"code":-1}`:                `api: the API reported a failure with code -1`,
		`{"success":false,"message":"a\nb\u0000\"c\""}`:                  `api: the API reported a failure: "a\nb\x00\"c\""`,
		`{"success":false,"message":"` + strings.Repeat("é", 400) + `"}`: `api: the API reported a failure: "` + strings.Repeat("é", 300) + `"`,
	} {
		page, _, err := testClient(t, respondWith(200, body)).fetch(t.Context(), Request{})
		if got := outcome(err); got != want || !cmp.Equal(page, Page{}, comparePages) {
			t.Errorf("%s:\ngot  %s and %+v\nwant %s", body, got, page, want)
		}
	}
	// A rejected token is recognized with any HTTP status.
	_, _, err := testClient(t, respondWith(500, `{"success":false,"message":"expired","code":401}`)).fetch(t.Context(), Request{})
	if got, want := outcome(err), `auth: 500 Internal Server Error: "expired"`; got != want {
		t.Errorf("500 with code 401: %s, want %s", got, want)
	}
}
