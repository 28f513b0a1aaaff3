package config

import (
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// shortSecret is the length below which a secret is too short.
const shortSecret = 8

// confidential are the keys whose values and files are secrets. Not all values of
// headers are.
var confidential = []string{
	"credentials", "credentials_file", "bearer_token", "bearer_token_file", "password", "password_file", "secrets", "files",
	"client_secret", "client_secret_file", "client_certificate_key", "client_certificate_key_file", "key", "key_file",
}

// adviseLength advises against a short secret.
func adviseLength(v strictyaml.Value, key, what, text string) {
	if slices.Contains(confidential, key) && utf8.RuneCountInString(text) < shortSecret {
		v.Advisef("%s has fewer than %d characters: easy to guess, and hard to find and hide in messages", what, shortSecret)
	}
}

// adviseMode advises against a secret in a file that everyone can read.
func adviseMode(v strictyaml.Value, path, key string) {
	if !slices.Contains(confidential, key) || runtime.GOOS == "windows" { // where modes say nothing
		return
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o004 != 0 {
		v.Advisef("every user of this machine can read the file, run chmod o-r")
	}
}

// adviseVersion advises against versions of TLS that RFC 8996 deprecates.
func adviseVersion(v strictyaml.Value, version promconfig.TLSVersion) {
	if version == promconfig.TLSVersions["TLS10"] || version == promconfig.TLSVersions["TLS11"] {
		v.Advisef("TLS 1.0 and 1.1 are not secure, want TLS12 or TLS13")
	}
}

// adviseEncryption advises against sending a secret to a URL in the clear, except to
// this machine.
func adviseEncryption(v strictyaml.Value, u *url.URL, what string) {
	if u == nil || u.Scheme != "http" || isLoopback(u.Hostname()) {
		return
	}
	v.Advisef("%s is sent without encryption, want https", what)
}

// isLoopback reports whether a host is this machine by its name or address.
func isLoopback(host string) bool {
	host = strings.ToLower(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
