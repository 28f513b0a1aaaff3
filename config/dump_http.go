package config

import (
	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// dumpHTTP returns the keys of an account's HTTP client. The library hides what it
// declares secret; what else may be is not hidden yet.
func dumpHTTP(cfg promconfig.HTTPClientConfig, account strictyaml.Value) *yaml.Node {
	var encoded yaml.Node
	_ = encoded.Encode(cfg) // the values were read from YAML
	n := strictyaml.Escaped(&encoded)
	showWritten(n, account)
	return n
}

// showWritten replaces the scalars of a tree that have variables in the file, where the
// tree is at v, by what the file has. What the library has hidden stays so.
func showWritten(n *yaml.Node, v strictyaml.Value) {
	switch {
	case n.Kind == yaml.MappingNode && v.IsMapping():
		keys := make(map[string]strictyaml.Value)
		entries, _ := v.Entries()
		for _, e := range entries {
			keys[e.Name] = e.Value
		}
		for i := 0; i < len(n.Content); i += 2 {
			if child, ok := keys[n.Content[i].Value]; ok {
				showWritten(n.Content[i+1], child)
			}
		}
	case n.Kind == yaml.SequenceNode && v.IsList():
		items, _ := v.Items()
		for i, item := range items[:min(len(items), len(n.Content))] {
			showWritten(n.Content[i], item)
		}
	case n.Kind == yaml.ScalarNode && n.Value != hidden:
		if _, variables := v.Source(); variables {
			*n = *v.Written()
		}
	}
}
