package config

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v4"
)

// asWritten returns the text of any scalar as the file has it, variables
// expanded, so that an id of digits is not taken for a number.
func (p *parser) asWritten(n *yaml.Node, at place) (string, bool) {
	switch {
	case !p.is(n, at, yaml.ScalarNode):
		return "", false
	case n.Tag == nullTag:
		p.fail(n, at, "has no value, give one or remove the key")
		return "", false
	}
	return n.Value, true
}

// text returns a string that is not empty.
func (p *parser) text(n *yaml.Node, at place) (string, bool) {
	text, ok := p.string(n, at)
	if ok && text == "" {
		p.fail(n, at, "cannot be empty")
	}
	return text, ok && text != ""
}

// string returns a string. A scalar that YAML takes for something else wants
// quotes.
func (p *parser) string(n *yaml.Node, at place) (string, bool) {
	text, ok := p.asWritten(n, at)
	if ok && n.Tag != textTag {
		p.fail(n, at, "want a string, quote it: %s", p.shown(n))
		return "", false
	}
	return text, ok
}

// texts returns a list of what read returns for its items; those that are
// empty are reported.
func (p *parser) texts(n *yaml.Node, at place, read func(*yaml.Node, place) (string, bool)) ([]string, bool) {
	items, ok := p.items(n, at)
	var all []string
	for i, item := range items {
		text, valid := read(item, at.item(i))
		if valid && text == "" {
			p.fail(item, at.item(i), "cannot be empty")
		}
		ok = ok && valid && text != ""
		all = append(all, text)
	}
	return all, ok
}

// boolean returns a boolean. The node becomes a plain one, whatever variable it
// came from.
func (p *parser) boolean(n *yaml.Node, at place) (value, ok bool) {
	text, ok := p.asWritten(n, at)
	if !ok {
		return false, false
	}
	_, expanded := p.written[n]
	value = slices.Contains([]string{"true", "True", "TRUE"}, text)
	known := value || slices.Contains([]string{"false", "False", "FALSE"}, text)
	if !known || !expanded && n.Tag != boolTag {
		p.fail(n, at, "want true or false")
		return false, false
	}
	n.Tag, n.Value = boolTag, strconv.FormatBool(value)
	return value, true
}

// number returns a finite number.
func (p *parser) number(n *yaml.Node, at place) (float64, bool) {
	text, ok := p.asWritten(n, at)
	if !ok {
		return 0, false
	}
	_, expanded := p.written[n]
	value, err := strconv.ParseFloat(text, 64)
	numeric := n.Tag == intTag || n.Tag == floatTag || expanded
	if err != nil || !numeric || math.IsNaN(value) || math.IsInf(value, 0) {
		p.fail(n, at, "want a number, not %s", p.shown(n))
		return 0, false
	}
	return value, true
}

// duration returns a duration in Prometheus' units.
func (p *parser) duration(n *yaml.Node, at place) (time.Duration, bool) {
	text, ok := p.asWritten(n, at)
	if !ok {
		return 0, false
	}
	value, err := model.ParseDuration(text)
	if err != nil {
		p.fail(n, at, "want a duration such as 10s or 1m30s, not %s", p.shown(n))
		return 0, false
	}
	return time.Duration(value), true
}
