package config

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/regularfile"
)

// headerSecrets are the keys whose values are sent in a header, where a control
// character makes every request fail or adds another header.
var headerSecrets = []string{
	"credentials", "credentials_file", "bearer_token", "bearer_token_file", "values", "secrets", "files", "proxy_connect_header",
}

// tokens are the keys whose values are sent after the word Bearer.
var tokens = []string{"credentials", "credentials_file", "bearer_token", "bearer_token_file"}

// bearer matches what was copied with that word.
var bearer = regexp.MustCompile(`(?i)^\s*bearer\s`)

// secret reads a secret, which must not be empty. White space around one that comes from
// a variable is dropped, as it is around one that comes from a file: a Secret of
// Kubernetes that was made from standard input ends with a line break.
func secret(v strictyaml.Value, key string) string {
	text, ok := v.Scalar()
	if !ok {
		return text
	}
	if _, variables := v.Source(); variables {
		text = strings.TrimSpace(text)
	}
	checkSecret(v, key, "the value", text)
	return text
}

// checkFile checks that a file can be read and that its key can use what is in
// it. That is not kept: the HTTP client reads the file again.
func (r *reader) checkFile(v strictyaml.Value, file, key string) {
	if file == "" {
		v.Errorf("cannot be empty, want the path of a file")
		return
	}
	path := promconfig.JoinDir(r.dir, file)
	data, err := regularfile.Read(path, regularfile.MaxSecret)
	if err != nil {
		// The path is not shown: it may be the secret itself.
		message := "cannot read the file: " + cause(err).Error()
		if !filepath.IsAbs(file) {
			message += " (relative paths count from " + r.dir + ")"
		}
		v.Errorf("%s", message)
		return
	}
	adviseMode(v, path, key)
	checkSecret(v, key, "the file "+v.Quoted(), strings.TrimSpace(string(data)))
}

// checkSecret reports a secret that is empty or cannot be sent, without showing
// it.
func checkSecret(v strictyaml.Value, key, what, text string) {
	switch {
	case strings.TrimSpace(text) == "":
		v.Errorf("%s is empty", what)
	case slices.Contains(tokens, key) && bearer.MatchString(text):
		v.Errorf(`%s begins with "Bearer", which is sent anyway, want the token alone`, what)
	case slices.Contains(headerSecrets, key):
		checkHeaderText(v, what, text)
	}
	adviseLength(v, key, what, text)
}

// checkHeaderText reports a text that a header cannot have.
func checkHeaderText(v strictyaml.Value, what, text string) {
	if strings.ContainsFunc(text, unicode.IsControl) {
		v.Errorf("%s contains a line break or another control character", what)
	}
}
