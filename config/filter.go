package config

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// filter reads a filter or a piece of one. What is wrong with it is left out.
func (p *parser) filter(n *yaml.Node, at place) filter.Filter {
	var read filter.Filter
	all, _ := p.entries(n, at)
	for _, e := range all {
		var value any
		var ok bool
		field, known := filter.Lookup(e.name)
		switch {
		case e.name == "page":
			p.fail(e.key, at, "page cannot be set, the exporter asks for the pages that it needs")
		case e.name == "isExport":
			p.fail(e.key, at, `isExport cannot be set, it is always "none": anything else would start an export`)
		case e.name == "extra":
			read = p.extra(e, read)
		case !known:
			p.fail(e.key, at, "unknown filter field %q%s", e.name, filterHint(e.name))
		default:
			value, ok = p.filterValue(e, field, all)
		}
		if !ok {
			continue
		}
		with, err := read.With(e.name, value)
		if err != nil {
			p.fail(e.value, at, "%v", err)
		}
		read = with
	}
	return read
}

// filterHint ends the sentence about a field that the documentation lacks.
func filterHint(name string) string {
	candidates := []string{"extra"}
	for _, field := range filter.Fields() {
		candidates = append(candidates, field.Name)
	}
	const elsewhere = "a field that the API's documentation lacks goes under extra"
	if meant := hint(name, candidates); meant != "" {
		return meant + " (" + elsewhere + ")"
	}
	return ", " + elsewhere
}

// filterValue reads the value of a documented field, as the type that the
// filter takes for it.
func (p *parser) filterValue(e entry, field filter.Field, all []entry) (any, bool) {
	switch field.Kind {
	case filter.IDs:
		return anyOf(p.texts(e.value, e.at, p.asWritten))
	case filter.Names:
		texts, ok := p.texts(e.value, e.at, p.string)
		if ok {
			p.checkNames(e, texts, all)
		}
		return texts, ok
	case filter.Flag:
		return anyOf(p.boolean(e.value, e.at))
	case filter.Dates:
		ends, ok := p.object(e.value, e.at, "startAt", "endsAt")
		start, startOK := p.optionalTime(ends, "startAt")
		end, endOK := p.optionalTime(ends, "endsAt")
		return filter.Range{Start: start, End: end}, ok && startOK && endOK
	case filter.Ordered:
		keys, ok := p.object(e.value, e.at, "status", "lastAt")
		last, lastOK := p.optionalTime(keys, "lastAt")
		status, given := keys["status"]
		orders := filter.Orders{Last: last}
		if given {
			orders.Status, given = p.boolean(status.value, status.at)
		}
		return orders, ok && lastOK && (given || !last.IsZero())
	default:
		return anyOf(p.string(e.value, e.at))
	}
}

func anyOf[T any](value T, ok bool) (any, bool) {
	return value, ok
}

// optionalTime reads a time of a filter, the zero Time when it is absent or
// empty.
func (p *parser) optionalTime(keys map[string]entry, name string) (filter.Time, bool) {
	e, given := keys[name]
	if !given {
		return filter.Time{}, true
	}
	text, ok := p.asWritten(e.value, e.at)
	if !ok || text == "" {
		return filter.Time{}, ok
	}
	t, err := filter.ParseTime(text, p.zone)
	if err != nil {
		if written, expanded := p.written[e.value]; expanded {
			p.fail(e.value, e.at, "the value of %s is not a time", written)
		} else {
			p.fail(e.value, e.at, "%v", err)
		}
	}
	return t, err == nil
}

// checkNames looks for slips in the lists whose words are known: an unknown
// field in applicableFilters is an error, an unknown status may be new.
func (p *parser) checkNames(e entry, texts []string, all []entry) {
	items, _ := p.items(e.value, e.at)
	for i, text := range texts {
		switch e.name {
		case "status":
			if !slices.Contains(filter.Statuses(), text) {
				p.warn(items[i], e.at.item(i), "%s is not a documented status%s",
					p.shown(items[i]), hint(text, filter.Statuses()))
			}
		case "applicableFilters":
			var known []string
			for _, field := range filter.Fields() {
				known = append(known, field.Name)
			}
			if !slices.Contains(append(known, extraNames(all)...), text) {
				p.fail(items[i], e.at.item(i), "unknown filter field %s%s", p.shown(items[i]), hint(text, known))
			}
		}
	}
}
