package config

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v4"
)

// httpField is a key of the HTTP client's configuration.
type httpField struct {
	name  string
	index []int // for reflect
}

// httpFields returns the keys of one of the HTTP client's types, as its yaml
// tags give them, so that the exporter knows what the library knows.
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
	return fieldNames(httpFields(reflect.TypeFor[promconfig.HTTPClientConfig]()))
}

// fieldNames returns the names of the fields that can be used.
func fieldNames(fields []httpField) []string {
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
func (p *parser) fillKeys(target any, all []entry, at place) {
	v := reflect.ValueOf(target).Elem()
	fields := httpFields(v.Type())
	for _, e := range all {
		i := slices.IndexFunc(fields, func(f httpField) bool { return f.name == e.name })
		switch {
		case i < 0: // a name that resembles none may be a secret
			names := fieldNames(fields)
			if meant, ok := nearest(e.name, names); ok {
				p.fail(e.key, at, "unknown key %q, did you mean %q?", e.name, meant)
			} else {
				p.fail(e.key, at, "unknown key, want one of %s", strings.Join(names, ", "))
			}
		case strings.HasSuffix(e.name, "_ref"):
			p.fail(e.key, at, "%s needs a secret manager, which the exporter lacks", e.name)
		default:
			p.fill(v.FieldByIndex(fields[i].index), e.value, e.at, e.name)
		}
	}
}

// fill sets v to the value of a node. The key says more about it than its type.
func (p *parser) fill(v reflect.Value, n *yaml.Node, at place, key string) {
	switch target := v.Addr().Interface().(type) {
	case *promconfig.Secret:
		*target = promconfig.Secret(p.secret(n, at, key))
		return
	case *promconfig.URL:
		target.URL = p.proxyURL(n, at)
		return
	case *promconfig.TLSVersion:
		if text, ok := p.asWritten(n, at); ok {
			version, known := promconfig.TLSVersions[text]
			if !known {
				p.fail(n, at, "want one of TLS10, TLS11, TLS12, TLS13")
			}
			*target = version
		}
		return
	case *promconfig.Headers: // a struct around the map
		v = reflect.ValueOf(&target.Headers).Elem()
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		p.fill(v.Elem(), n, at, key)
	case reflect.Struct:
		all, _ := p.entries(n, at)
		p.fillKeys(v.Addr().Interface(), all, at)
	case reflect.Map:
		all, _ := p.entries(n, at)
		v.Set(reflect.MakeMap(v.Type()))
		for _, e := range all {
			element := reflect.New(v.Type().Elem()).Elem()
			p.fill(element, e.value, e.at, key)
			v.SetMapIndex(reflect.ValueOf(e.name), element)
		}
	case reflect.Slice:
		items, _ := p.items(n, at)
		v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
		for i, item := range items {
			p.fill(v.Index(i), item, at.item(i), key)
		}
	default:
		p.fillScalar(v, n, at, key)
	}
}

// fillScalar sets v, a string, a boolean or an any, to the value of a node.
func (p *parser) fillScalar(v reflect.Value, n *yaml.Node, at place, key string) {
	switch v.Kind() {
	case reflect.Bool:
		flag, _ := p.boolean(n, at)
		v.SetBool(flag)
	case reflect.Interface:
		if value, ok := p.claim(n, at); ok {
			v.Set(reflect.ValueOf(value))
		}
	default:
		text, ok := p.asWritten(n, at)
		switch {
		case !ok:
		case strings.HasSuffix(key, "_file") || key == "files":
			p.readable(n, at, key)
		case key == "values":
			text = p.secret(n, at, key)
		case key == "token_url":
			p.tokenURL(n, at)
		}
		v.SetString(text)
	}
}

// proxyURL reads a URL without ever showing it, for it may hold a password.
func (p *parser) proxyURL(n *yaml.Node, at place) *url.URL {
	text, ok := p.text(n, at)
	if !ok {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		p.fail(n, at, "not a valid URL, want for example http://proxy:3128")
		return nil
	}
	return u
}

// tokenURL checks the URL that OAuth tokens are fetched from.
func (p *parser) tokenURL(n *yaml.Node, at place) {
	text, ok := p.text(n, at)
	if !ok {
		return
	}
	if u, err := url.Parse(text); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		p.fail(n, at, "not a valid URL, want one that begins with https:// or http://")
	}
}
