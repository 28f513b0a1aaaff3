package inbox

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

// disguised tells whether a text holds a secret in another spelling: escaped for
// JSON, a URL or HTML, by whatever rules and however often.
func disguised(text, secret string) bool {
	secret = plain(secret)
	return len(secret) >= minSecret && strings.Contains(plain(text), secret)
}

var escapes = regexp.MustCompile(`%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}`)

// plain undoes escapes until none is left.
func plain(text string) string {
	for range 8 {
		before := text
		text = escapes.ReplaceAllStringFunc(html.UnescapeString(text), func(escaped string) string {
			code, _ := strconv.ParseUint(escaped[len(escaped)-2:], 16, 8) // two hexadecimal digits
			return string([]byte{byte(code)})
		})
		if text = strings.ReplaceAll(text, `\`, ""); text == before {
			break
		}
	}
	return text
}
