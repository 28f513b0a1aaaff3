package config

import (
	"errors"
	"net/http"
	"regexp"
	"slices"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// httpClient reads the keys of an account that belong to Prometheus' HTTP
// client. No error shows one of their values.
func (r *reader) httpClient(account strictyaml.Value) promconfig.HTTPClientConfig {
	cfg := promconfig.HTTPClientConfig{EnableHTTP2: true}
	before := r.doc.Failures()
	entries, _ := account.Entries()
	entries = slices.DeleteFunc(entries, func(e strictyaml.Entry) bool {
		return !slices.Contains(httpClientKeys(), e.Name)
	})
	r.fillKeys(&cfg, entries)
	for _, e := range entries {
		switch e.Name {
		case "follow_redirects":
			if cfg.FollowRedirects {
				e.Value.Errorf("cannot be true: the token would be sent to wherever a redirect leads")
			}
		case "http_headers":
			checkHeaderNames(e.Value)
		}
	}
	if r.doc.Failures() > before {
		return cfg // the checks below would report the same again
	}
	cfg.SetDirectory(r.dir)
	if cfg.OAuth2 != nil { // which SetDirectory leaves out
		cfg.OAuth2.ClientCertificateKeyFile = promconfig.JoinDir(r.dir, cfg.OAuth2.ClientCertificateKeyFile)
	}
	if key, err := checkConsistency(&cfg); err != nil {
		reportInconsistency(account, entries, key, err)
	}
	return cfg
}

// checkConsistency checks what depends on more than one key: keys that exclude or
// need each other, and certificates that must fit their keys. The key is that of
// the error, or "" if the error's text names it.
func checkConsistency(cfg *promconfig.HTTPClientConfig) (key string, err error) {
	if err := cfg.Validate(); err != nil {
		return "", err
	}
	if a := cfg.Authorization; a != nil && a.Credentials == "" && a.CredentialsFile == "" {
		return "authorization", errors.New("the token is missing, want credentials or credentials_file")
	}
	if _, err := promconfig.NewTLSConfig(&cfg.TLSConfig); err != nil {
		return "tls_config", err
	}
	if cfg.OAuth2 == nil {
		return "", nil
	}
	if err := cfg.OAuth2.Validate(); err != nil {
		return "oauth2", err
	}
	_, err = promconfig.NewTLSConfig(&cfg.OAuth2.TLSConfig)
	return "oauth2", err
}

// reportInconsistency reports an error at its key. Without a key it is reported
// at the last one that the error's text names: the others were there first.
func reportInconsistency(account strictyaml.Value, entries []strictyaml.Entry, key string, err error) {
	for _, e := range slices.Backward(entries) {
		if e.Name == key {
			e.Key.Errorf("%s: %v", key, err)
			return
		}
		name := regexp.MustCompile(`\b` + regexp.QuoteMeta(e.Name) + `\b`)
		if key == "" && name.MatchString(err.Error()) {
			e.Key.Errorf("%v", err)
			return
		}
	}
	account.Errorf("%v", err)
}

// headerName is what RFC 9110 calls a token.
var headerName = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$")

// checkHeaderNames checks the names of the headers that an account adds.
func checkHeaderNames(headers strictyaml.Value) {
	entries, _ := headers.Entries()
	for _, e := range entries {
		if _, reserved := promconfig.ReservedHeaders[http.CanonicalHeaderKey(e.Name)]; reserved {
			e.Key.Errorf("the header %s cannot be set here", http.CanonicalHeaderKey(e.Name))
		} else if !headerName.MatchString(e.Name) {
			e.Key.Errorf("not a valid header name")
		}
	}
}
