package config

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// httpField is a key of the HTTP client's configuration.
type httpField struct {
	name  string
	index []int // for reflect
}

// httpFields returns the keys of one of the HTTP client's types from its yaml
// tags, so that the exporter knows every key that the library knows.
func httpFields(t reflect.Type) []httpField {
	var fields []httpField
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if f.IsExported() && name != "" {
			fields = append(fields, httpField{name: name, index: f.Index})
		}
	}
	return fields
}

// httpClientKeys returns the keys that an account has for its HTTP client.
func httpClientKeys() []string {
	return usableKeys(httpFields(reflect.TypeFor[promconfig.HTTPClientConfig]()))
}

// usableKeys returns the names of the fields that do not need a secret manager.
func usableKeys(fields []httpField) []string {
	var names []string
	for _, f := range fields {
		if !strings.HasSuffix(f.name, "_ref") {
			names = append(names, f.name)
		}
	}
	return names
}

// fillKeys sets the fields of target, a pointer to one of the HTTP client's
// types, that the entries name.
func (r *reader) fillKeys(target any, entries []strictyaml.Entry) {
	keyed := reflect.ValueOf(target).Elem()
	fields := httpFields(keyed.Type())
	for _, e := range entries {
		i := slices.IndexFunc(fields, func(f httpField) bool { return f.name == e.Name })
		switch {
		case i < 0:
			e.Unknown(usableKeys(fields))
		case strings.HasSuffix(e.Name, "_ref"):
			e.Key.Errorf("%s needs a secret manager, which the exporter does not have", e.Name)
		default:
			r.fill(keyed.FieldByIndex(fields[i].index), e.Value, e.Name)
		}
	}
}

// fill sets target to a value. Both its type and the key decide how it is read.
func (r *reader) fill(target reflect.Value, v strictyaml.Value, key string) {
	switch special := target.Addr().Interface().(type) {
	case *promconfig.Secret:
		*special = promconfig.Secret(secret(v, key))
		return
	case *promconfig.URL:
		special.URL = proxyURL(v)
		return
	case *promconfig.TLSVersion:
		*special = tlsVersion(v)
		return
	case *promconfig.Headers: // a struct around the map
		target = reflect.ValueOf(&special.Headers).Elem()
	}
	switch target.Kind() {
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		r.fill(target.Elem(), v, key)
	case reflect.Struct:
		entries, _ := v.Entries()
		r.fillKeys(target.Addr().Interface(), entries)
	case reflect.Map:
		entries, _ := v.Entries()
		target.Set(reflect.MakeMap(target.Type()))
		for _, e := range entries {
			if key == "proxy_connect_header" {
				checkHeaderText(e.Key, "a header's name", e.Name)
			}
			element := reflect.New(target.Type().Elem()).Elem()
			r.fill(element, e.Value, key)
			target.SetMapIndex(reflect.ValueOf(e.Name), element)
		}
	case reflect.Slice:
		items, _ := v.Items()
		target.Set(reflect.MakeSlice(target.Type(), len(items), len(items)))
		for i, item := range items {
			r.fill(target.Index(i), item, key)
		}
	default:
		r.fillScalar(target, v, key)
	}
}

// fillScalar sets target, a string, a boolean or an any, to a value.
func (r *reader) fillScalar(target reflect.Value, v strictyaml.Value, key string) {
	switch target.Kind() {
	case reflect.Bool:
		flag, _ := v.Bool()
		target.SetBool(flag)
		if flag && key == "insecure_skip_verify" {
			v.Advisef("certificates are not verified: whoever pretends to be the server gets the secrets, want ca_file")
		}
	case reflect.Interface:
		if claim, ok := v.Any(); ok && claim != nil {
			target.Set(reflect.ValueOf(claim))
		}
	default:
		text, ok := v.Scalar()
		switch {
		case !ok:
		case strings.HasSuffix(key, "_file") || key == "files":
			r.checkFile(v, text, key)
		case key == "type": // of authorization, sent before the credentials
			checkHeaderText(v, "the value", text)
		case key == "values":
			text = secret(v, key)
		case key == "token_url":
			checkTokenURL(v)
		}
		target.SetString(text)
	}
}

// tlsVersion reads the name of a TLS version.
func tlsVersion(v strictyaml.Value) promconfig.TLSVersion {
	text, ok := v.Scalar()
	version, known := promconfig.TLSVersions[text]
	if ok && !known {
		v.Errorf("want one of TLS10, TLS11, TLS12, TLS13")
	}
	adviseVersion(v, version)
	return version
}

// proxyURL reads a URL. Errors do not show it: it may have a password in it.
func proxyURL(v strictyaml.Value) *url.URL {
	text, ok := v.NonEmptyText()
	if !ok {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		v.Errorf("not a valid URL, want for example http://proxy:3128")
		return nil
	}
	return u
}

// checkTokenURL checks the URL that OAuth tokens are fetched from.
func checkTokenURL(v strictyaml.Value) {
	text, ok := v.NonEmptyText()
	if !ok {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		v.Errorf("not a valid URL, want one that begins with https:// or http://")
		return
	}
	adviseEncryption(v, u, "the client's secret")
}
