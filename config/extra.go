package config

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// extra adds the fields that the API's documentation lacks to a filter.
func (p *parser) extra(e entry, to filter.Filter) filter.Filter {
	all, _ := p.entries(e.value, e.at)
	for _, field := range all {
		before := p.trouble()
		value := p.appendJSON(nil, field.value, field.at)
		if p.trouble() > before {
			continue
		}
		with, err := to.WithExtra(field.name, value)
		if err != nil {
			p.fail(field.key, e.at, "%v", err)
		}
		to = with
	}
	return to
}

// extraNames returns the names under extra in a filter.
func extraNames(filter []entry) []string {
	var names []string
	for _, e := range filter {
		if e.name != "extra" || e.value.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i < len(e.value.Content); i += 2 {
			names = append(names, e.value.Content[i].Value)
		}
	}
	return names
}

// appendJSON appends a value as JSON, its keys in the order of the file. The
// value of a variable is a string, whatever it looks like.
func (p *parser) appendJSON(dst []byte, n *yaml.Node, at place) []byte {
	switch {
	case p.broken[n]:
		p.skipped++
		return dst
	case n.Kind == yaml.MappingNode:
		dst = append(dst, '{')
		for i := 0; i < len(n.Content); i += 2 {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSONText(dst, n.Content[i].Value)
			dst = append(dst, ':')
			dst = p.appendJSON(dst, n.Content[i+1], at.key(n.Content[i].Value))
		}
		return append(dst, '}')
	case n.Kind == yaml.SequenceNode:
		dst = append(dst, '[')
		for i, item := range n.Content {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = p.appendJSON(dst, item, at.item(i))
		}
		return append(dst, ']')
	case n.Tag == nullTag:
		return append(dst, "null"...)
	case n.Tag == boolTag:
		return strconv.AppendBool(dst, strings.EqualFold(n.Value, "true"))
	case n.Tag == intTag || n.Tag == floatTag:
		number, ok := jsonNumber(n.Value)
		if !ok {
			p.fail(n, at, "%s is not a number of JSON, quote it to send a string", p.shown(n))
		}
		return append(dst, number...)
	default:
		return appendJSONText(dst, n.Value)
	}
}

// jsonNumber returns a number of YAML as JSON writes it, digit by digit where
// JSON would write it so too.
func jsonNumber(text string) (string, bool) {
	if json.Valid([]byte(text)) {
		return text, true
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return strconv.FormatInt(n, 10), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "", false
	}
	return strconv.FormatFloat(f, 'g', -1, 64), true
}

// appendJSONText appends a string without escaping what only HTML minds.
func appendJSONText(dst []byte, text string) []byte {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always encodes
	return append(dst, strings.TrimSuffix(out.String(), "\n")...)
}
