package draft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// dimension is a label with a filter for each of its values.
type dimension struct {
	name    string
	noun    string // for help texts
	comment string
	field   string      // of the filters
	values  []ask.Named // the label's value, and the filter's
}

// dimensionsOf returns the dimensions of an account. One without values has only its
// comment.
func dimensionsOf(found *ask.Discovery) []dimension {
	return []dimension{
		{"status", "conversation status", "The documented statuses, and others that were seen.", "status", statuses(found.Statuses)},
		named("segment", "segment", "Segments, as GET /inbox/segments lists them.", "segments", found.Segments),
		named("whatsapp_bot", "WhatsApp bot", "WhatsApp bots, as GET /whatsapp-automation lists them.", "_botWhatsapp", found.Bots),
		{"agent", "assigned agent", "Agents that contacts were assigned to. The API does not tell names: put them in the place of the ids before the colons.",
			"_agentAssigned", same(found.Agents)},
		{"tag", "tag", "Tags that were seen.", "tags", same(found.Tags)},
	}
}

// named returns the dimension of a list that an endpoint returned.
func named(name, noun, comment, field string, found ask.NamedList) dimension {
	if found.Missing != "" {
		comment = "Not listed: " + found.Missing
	}
	if found.More {
		comment += fmt.Sprintf(" There are more than %d: the others are not here.", inbox.MaxValues)
	}
	return dimension{name, noun, comment, field, found.Items}
}

// statuses returns the documented statuses, in the order of the documentation, and the
// others that were seen.
func statuses(seen []string) []ask.Named {
	all := filter.Statuses()
	for _, status := range seen {
		if !slices.Contains(all, status) {
			all = append(all, status)
		}
	}
	var values []ask.Named
	taken := make(map[string]bool)
	for _, status := range all {
		label := strings.ToLower(status)
		if taken[label] {
			label = status
		}
		taken[label] = true
		values = append(values, ask.Named{ID: status, Name: label})
	}
	return values
}

// same returns values that are the labels, too.
func same(texts []string) []ask.Named {
	var values []ask.Named
	for _, text := range texts {
		values = append(values, ask.Named{ID: text, Name: text})
	}
	return values
}

// text returns the dimension as YAML.
func (d dimension) text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "  # %s\n", comment(d.comment))
	if len(d.values) == 0 {
		fmt.Fprintf(&text, "  #%s: {}\n", d.name)
		return text.String()
	}
	fmt.Fprintf(&text, "  %s:\n", d.name)
	for _, v := range d.values {
		fmt.Fprintf(&text, "    %s: {%s: [%s]}\n", scalar(v.Name), d.field, value(v.ID))
	}
	return text.String()
}
