package config

import (
	"errors"
	"net/http"
	"regexp"
	"slices"

	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v4"
)

// httpClient reads the keys of an account that belong to Prometheus' HTTP
// client. No value of theirs is ever part of an error.
func (p *parser) httpClient(account *yaml.Node, at place) promconfig.HTTPClientConfig {
	cfg := promconfig.HTTPClientConfig{EnableHTTP2: true}
	before := p.trouble()
	all, _ := p.entries(account, at)
	all = slices.DeleteFunc(all, func(e entry) bool { return !slices.Contains(httpClientKeys(), e.name) })
	p.fillKeys(&cfg, all, at)
	for _, e := range all {
		switch e.name {
		case "follow_redirects":
			if cfg.FollowRedirects {
				p.fail(e.value, e.at, "cannot be true: the token would be sent on to wherever a redirect leads")
			}
		case "http_headers":
			p.headerNames(e.value, e.at)
		}
	}
	if p.trouble() > before {
		return cfg // the checks below would complain about the same again
	}
	cfg.SetDirectory(p.dir)
	if cfg.OAuth2 != nil { // SetDirectory leaves this one out
		cfg.OAuth2.ClientCertificateKeyFile = promconfig.JoinDir(p.dir, cfg.OAuth2.ClientCertificateKeyFile)
	}
	if key, err := inconsistency(&cfg); err != nil {
		p.failMentioned(account, at, all, key, err)
	}
	return cfg
}

// inconsistency returns what no key by itself can tell: keys that exclude or
// need each other, and certificates that do not fit their keys. The key is the
// one to blame, "" when the error's text names it.
func inconsistency(cfg *promconfig.HTTPClientConfig) (key string, err error) {
	if err := cfg.Validate(); err != nil {
		return "", err
	}
	if a := cfg.Authorization; a != nil && a.Credentials == "" && a.CredentialsFile == "" {
		return "authorization", errors.New("lacks the token, want credentials or credentials_file")
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

// failMentioned reports an error at its key; without one at the last key that
// the error's text mentions, which is the one that was one too many.
func (p *parser) failMentioned(account *yaml.Node, at place, all []entry, key string, err error) {
	for _, e := range slices.Backward(all) {
		if e.name == key {
			p.fail(e.key, e.at, "%v", err)
			return
		}
		name := regexp.MustCompile(`\b` + regexp.QuoteMeta(e.name) + `\b`)
		if key == "" && name.MatchString(err.Error()) {
			p.fail(e.key, at, "%v", err)
			return
		}
	}
	p.fail(account, at, "%v", err)
}

// headerName is what RFC 9110 calls a token.
var headerName = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$")

// headerNames checks the names of the headers that an account adds.
func (p *parser) headerNames(n *yaml.Node, at place) {
	if n.Kind != yaml.MappingNode {
		return
	}
	all, _ := p.entries(n, at)
	for _, e := range all {
		if _, reserved := promconfig.ReservedHeaders[http.CanonicalHeaderKey(e.name)]; reserved {
			p.fail(e.key, at, "the header %s cannot be set here", http.CanonicalHeaderKey(e.name))
		} else if !headerName.MatchString(e.name) {
			p.fail(e.key, at, "not a valid name of a header")
		}
	}
}
