package draft

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
)

const (
	// maxActive is the largest dimension that a query is written for that is not a comment:
	// each value costs a request per scrape.
	maxActive = 20

	platformField = "platform"
)

// queriesOf returns the built-in queries, with the channels that were seen, and one for
// each dimension that no built-in query has.
func queriesOf(builtIn []byte, found *ask.Discovery, dimensions []dimension) ([]string, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(builtIn, &document); err != nil {
		return nil, fmt.Errorf("reading the built-in queries: %w", err)
	}
	var texts []string
	taken := make(map[string]bool)
	by := make(map[string]bool)
	for _, query := range lookup(document.Content[0], "queries").Content {
		dropFootComments(query)
		query.HeadComment = ""
		declareChannels(query, found.Channels)
		taken[lookup(query, "name").Value] = true
		if dimensions := lookup(query, "by"); dimensions != nil {
			for _, d := range dimensions.Content {
				by[d.Value] = true
			}
		}
		text, err := yaml.Dump(query, yaml.WithIndent(2), yaml.WithLineWidth(-1))
		if err != nil {
			return nil, fmt.Errorf("writing the built-in queries: %w", err)
		}
		texts = append(texts, listItem(string(text)))
	}
	for _, d := range dimensions {
		if name := "users_by_" + d.name; len(d.values) > 0 && !by[d.name] && !taken[name] {
			texts = append(texts, d.query(name))
		}
	}
	return texts, nil
}

// query returns a query by the dimension, as a comment if it would cost many requests.
func (d dimension) query(name string) string {
	format := "  - name: %s\n    help: Contacts by %s.\n    by: [%s]\n"
	if len(d.values) > maxActive {
		format = fmt.Sprintf("  # It takes %d requests per scrape. Remove values that do not matter.\n", len(d.values)) +
			"  #- name: %s\n    #help: Contacts by %s.\n    #by: [%s]\n"
	}
	return fmt.Sprintf(format, name, d.noun, d.name)
}

// declareChannels declares the values of labels from the contact's channel.
func declareChannels(query *yaml.Node, channels []string) {
	groups := lookup(query, "group_by")
	if groups == nil || len(channels) == 0 {
		return
	}
	for i := 1; i < len(groups.Content); i += 2 {
		group := groups.Content[i]
		if group.Kind == yaml.ScalarNode && group.Value == platformField {
			*group = *node(fmt.Sprintf("{field: %s, values: %s}", platformField, list(channels)))
		} else if field := lookup(group, "field"); field != nil && field.Value == platformField {
			if values := lookup(group, "values"); values != nil {
				*values = *node(list(channels))
			} else {
				group.Content = append(group.Content, node("values"), node(list(channels)))
			}
		}
	}
}

// lookup returns the value of a key of a mapping, or nil.
func lookup(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; mapping.Kind == yaml.MappingNode && i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// node returns the node of a YAML text.
func node(text string) *yaml.Node {
	var document yaml.Node
	_ = yaml.Unmarshal([]byte(text), &document) // made of scalars and lists of this package
	return document.Content[0]
}

// dropFootComments removes the comments below the values of a tree: after the last query
// they are the examples of the built-in configuration.
func dropFootComments(n *yaml.Node) {
	n.FootComment = ""
	for _, child := range n.Content {
		dropFootComments(child)
	}
}
