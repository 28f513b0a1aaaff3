package inbox

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	basic := base64.StdEncoding.EncodeToString([]byte("penguin:" + canary))
	for name, test := range map[string]struct {
		secrets    []string
		text, want string
	}{
		"no secret":                {nil, "a text", "a text"},
		"another text":             {[]string{canary}, "a text", "a text"},
		"nothing":                  {[]string{canary}, "", ""},
		"an empty secret":          {[]string{""}, "a text", "a text"},
		"a secret of line breaks":  {[]string{"\n"}, "a\ntext", "a\ntext"},
		"as it is":                 {[]string{canary}, "not " + canary + "!", "not <secret>!"},
		"within a word":            {[]string{canary}, "x" + canary + "x", "x<secret>x"},
		"twice":                    {[]string{canary}, canary + canary, "<secret><secret>"},
		"overlapping":              {[]string{"canacana"}, "canacanacana", "<secret>"},
		"one in another":           {[]string{"canary", canary, "7f3a"}, "canary, " + canary + " and 7f3a", "<secret>, <secret> and <secret>"},
		"upper case":               {[]string{canary}, strings.ToUpper(canary), "<secret>"},
		"in base64":                {[]string{canary}, "Basic " + basic + " is wrong", "Basic <secret> is wrong"},
		"in base64, upper case":    {[]string{canary}, strings.ToUpper(basic), "<secret>"},
		"in base64 for URLs":       {[]string{"~~~>>>???"}, base64.URLEncoding.EncodeToString([]byte("~~~>>>???")), "<secret>"},
		"in hexadecimal":           {[]string{canary}, "x " + hex.EncodeToString([]byte(canary)) + " x", "x <secret> x"},
		"in wrapped base64":        {[]string{canary}, basic[:20] + "\n" + basic[20:] + " x", "<secret> x"},
		"with a plus for a space":  {[]string{"a pass word"}, "?p=a+pass+word&x", "?p=<secret>&x"},
		"escaped in two ways":      {[]string{"a\"b\\c/d"}, `a%5C%22b\\c\/d x`, "<secret> x"},
		"beyond ASCII":             {[]string{"pässwörd"}, `p\u00e4ssw%C3%B6rd x`, "<secret> x"},
		"beyond 16 bits":           {[]string{"🐧🐧"}, `\ud83d\udc27\ud83d\udc27 x`, "<secret> x"},
		"half of a surrogate pair": {[]string{canary}, `\ud83d` + canary + `\ud83d`, `\ud83d<secret>\ud83d`},
		"like an escape":           {[]string{"a%41%zz%"}, "a%41%zz%41 aA%zz%", "<secret>41 <secret>"},
		"followed by hexadecimal":  {[]string{"100%"}, "100%42 x", "<secret>42 x"},
		"in broken escapes":        {[]string{canary}, `%` + canary + `\u12` + canary + `&&amp` + canary + `\`, `%<secret>\u12<secret>&<secret>\`},
		"many lines":               {[]string{"one\ntwo\nthree"}, `key: "one\ntwo\nthree"`, `key: "<secret>"`},
		"a short word":             {[]string{"abc"}, "abc; ABC=abc, xabc abcd (abc)", "<secret>; <secret>=<secret>, xabc abcd (<secret>)"},
		"a short word, escaped":    {[]string{"a/b"}, "x%20a%2Fb x", "x%20<secret> x"},
		"one character":            {[]string{"7"}, "page 7 of 77", "page <secret> of 77"},
		"a known prefix":           {[]string{"canary-one", "canary-two"}, "canary-three canary-two", "canary-three <secret>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := known(test.secrets...).Redact(test.text); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
	var none *Secrets
	if got := none.Redact("a text"); got != "a text" {
		t.Errorf("nil: %q", got)
	}
}

// However a secret is written, it is gone.
func TestRedactAnySecret(t *testing.T) {
	t.Parallel()
	styles := map[string]func(string) string{
		"as it is":         func(s string) string { return s },
		"for a query":      url.QueryEscape,
		"for a path":       url.PathEscape,
		"quoted":           strconv.Quote,
		"in JSON":          jsonOf,
		"in JSON, twice":   func(s string) string { return jsonOf(jsonOf(s)) },
		"in HTML":          html.EscapeString,
		"in JSON and HTML": func(s string) string { return html.EscapeString(jsonOf(s)) },
		"base64":           func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64, offset 1": func(s string) string { return base64.URLEncoding.EncodeToString([]byte("u" + s + "x")) },
		"base64, offset 2": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(": " + s)) },
		"hexadecimal":      func(s string) string { return hex.EncodeToString([]byte(s)) },
	}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[0-9a-z]{6}[ -~äöü]{4,40}[0-9a-z]{6}`).Draw(t, "secret")
		style := rapid.SampledFrom([]string{"as it is", "for a query", "for a path", "quoted", "in JSON", "in JSON, twice",
			"in HTML", "in JSON and HTML", "base64", "base64, offset 1", "base64, offset 2", "hexadecimal"}).Draw(t, "style")
		written := styles[style](secret)
		for _, text := range []string{written, "x " + written + " x"} {
			redacted := known("another", secret).Redact(text)
			core := strings.Trim(written, `"\`)
			core = core[4 : len(core)-4] // the ends of base64 depend on what is around it
			if strings.Contains(redacted, core) || !strings.Contains(redacted, secretShown) {
				t.Fatalf("%s: %q of %q", style, redacted, text)
			}
		}
	})
}

// The values before a rotation are known for a while, and no account's secrets are known
// after it has gone.
func TestRotation(t *testing.T) {
	t.Parallel()
	s := &Secrets{}
	for n := range 6 {
		s.Add("acme", "token", fmt.Sprintf("canary-%d", n))
		s.Add("acme", "token", fmt.Sprintf("canary-%d", n))
	}
	s.Add("acme", "token", "canary-4") // which is back
	s.Add("acme", "password", "swordfish")
	s.Add("zenith", "token", "canary-5")
	const text = "canary-1 canary-2 canary-3 canary-4 canary-5 swordfish"
	if got, want := s.Redact(text), "canary-1 <secret> <secret> <secret> <secret> <secret>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.Forget("acme")
	if got, want := s.Redact(text), "canary-1 canary-2 canary-3 canary-4 <secret> swordfish"; got != want {
		t.Errorf("without acme: got %q, want %q", got, want)
	}
	s.Forget("zenith")
	if got := s.Redact(text); got != text {
		t.Errorf("without any: got %q", got)
	}
	for i, file := range s.matcher.files {
		if len(file) > 0 || len(s.matcher.known) > 0 {
			t.Errorf("windows of %d bytes remain: %v", windows[i], file)
		}
	}
}

// A text that is too long is cut, and no secret with it.
func TestRedactionOfALongText(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("canary ", 100)
	s := known(secret)
	for _, text := range []string{
		strings.Repeat(secret, maxErrorBody/len(secret)+1), // of which little is left
		strings.Repeat(".", maxErrorBody-len(secret)/2) + secret,
	} {
		if got := s.quote(text); strings.Contains(got, "canary") {
			t.Errorf("%s", got)
		}
	}
}

// manySecrets returns a registry of the secrets of thousands of accounts.
func manySecrets() *Secrets {
	random := rand.New(rand.NewPCG(1, 2))
	s := &Secrets{}
	for account := range 2_000 {
		for _, key := range []string{"token", "password", "key"} {
			value := make([]byte, 24)
			for i := range value {
				value[i] = byte(random.Uint32())
			}
			// Like JSON web tokens, which all begin alike.
			s.Add(fmt.Sprint(account), key, "eyJhbGciOiJIUzI1NiJ9."+base64.RawURLEncoding.EncodeToString(value))
		}
	}
	return s
}

func BenchmarkRedact(b *testing.B) {
	s := manySecrets()
	for name, text := range map[string]string{
		"64 KiB of words":          strings.Repeat("the quick brown fox jumps over the lazy dog, ", maxErrorBody/45),
		"64 KiB of escapes":        strings.Repeat(`%41\u0042&amp;`, maxErrorBody/14),
		"64 KiB of one prefix":     strings.Repeat("eyJhbGciOiJIUzI1NiJ9.", maxErrorBody/21),
		"64 KiB of base64 prefix":  strings.Repeat(base64.StdEncoding.EncodeToString([]byte("eyJhbGciOiJIUzI1NiJ9.")), maxErrorBody/28),
		"the text of a short line": "query fails: page 1: 502 Bad Gateway",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				s.Redact(text)
			}
		})
	}
}

func BenchmarkAddSecret(b *testing.B) {
	s := manySecrets()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		s.Add("0", "token", fmt.Sprintf("a-token-that-was-rotated-%d", n))
	}
}
