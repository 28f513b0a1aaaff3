package inbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestContentEncodings(t *testing.T) {
	t.Parallel()
	whole := gzipped(onePage)
	corrupt := func(at int) string {
		b := []byte(whole)
		b[at] ^= 0xff
		return string(b)
	}
	for name, test := range map[string]struct{ encoding, body, want string }{
		"plain":                   {"", onePage, "success"},
		"identity":                {"identity", onePage, "success"},
		"gzip":                    {"gzip", whole, "success"},
		"x-gzip":                  {"x-gzip", whole, "success"},
		"GZIP":                    {"GZIP", whole, "success"},
		"two members":             {"gzip", gzipped(onePage[:20]) + gzipped(onePage[20:]), "success"},
		"plain, declared as gzip": {"gzip", onePage, "decode: decompressing the response: gzip: invalid header"},
		"gzip, not declared":      {"", whole, `decode: decoding the response: invalid character '\x1f' at start of value, at byte 0`},
		"brotli":                  {"br", "x", `decode: unsupported Content-Encoding "br"`},
		"gzip applied twice":      {"gzip, gzip", gzipped(whole), `decode: unsupported Content-Encoding "gzip, gzip"`},
		"empty":                   {"gzip", "", "decode: decompressing the response: the body is empty"},
		"empty, compressed":       {"gzip", gzipped(""), "decode: decoding the response: the body is empty"},
		"truncated header":        {"gzip", whole[:5], "connection, retryable: reading the response: unexpected EOF"},
		"truncated in the middle": {"gzip", whole[:len(whole)/2], "connection, retryable: reading the response: unexpected EOF"},
		"without the checksum":    {"gzip", whole[:len(whole)-8], "connection, retryable: reading the response: unexpected EOF"},
		"truncated checksum":      {"gzip", whole[:len(whole)-3], "connection, retryable: reading the response: unexpected EOF"},
		"corrupt in the middle":   {"gzip", corrupt(12), "decode: decompressing the response: flate: corrupt input before offset 6"},
		"corrupt checksum":        {"gzip", corrupt(len(whole) - 6), "decode: decompressing the response: gzip: invalid checksum"},
		"corrupt length":          {"gzip", corrupt(len(whole) - 2), "decode: decompressing the response: gzip: invalid checksum"},
		"trailing garbage":        {"gzip", whole + "garbage garbage", "decode: decompressing the response: gzip: invalid header"},
		"truncated JSON":          {"gzip", gzipped(onePage[:40]), "decode: decoding the response: unexpected EOF, at byte 40"},
		"two objects":             {"gzip", gzipped(onePage + onePage), "decode: the response has data after its JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			if test.encoding != "" {
				headers = append(headers, "Content-Encoding: "+test.encoding)
			}
			page, _, err := testClient(t, respondWith(200, test.body, headers...)).fetch(t.Context(), Request{})
			if got := outcome(err); got != test.want {
				t.Fatalf("got  %s\nwant %s", got, test.want)
			}
			want := Page{}
			if err == nil {
				want = pageOf("a", "b")
			}
			if diff := cmp.Diff(want, page, comparePages); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestBodyLimitAppliesAfterDecompression(t *testing.T) {
	t.Parallel()
	mega := gzipped(`"` + strings.Repeat("x", mebibyte-3) + `",`)
	bomb := gzipped(`{"success":true,"data":[`) + strings.Repeat(mega, 70) + gzipped(`1]}`)
	var seen Exchange
	_, _, err := testClient(t, respondWith(200, bomb, "Content-Encoding: gzip")).
		fetch(t.Context(), Request{Observe: func(x Exchange) { seen = x }})
	if got, want := outcome(err), "too_large: the response is longer than 64 MiB"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if seen.Bytes < 64*mebibyte || seen.Bytes > 65*mebibyte {
		t.Errorf("read %d bytes", seen.Bytes)
	}
}
