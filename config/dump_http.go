package config

import (
	"net/url"
	"strings"

	promconfig "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v4"
)

// hidden replaces a secret.
const hidden = "<secret>"

// dumpHTTP returns the keys of an HTTP client without their secrets. The library
// hides what it declares secret; what else may be secret is hidden here.
func dumpHTTP(cfg promconfig.HTTPClientConfig) *yaml.Node {
	var n yaml.Node
	_ = n.Encode(cfg) // the values were read from YAML
	hideSecrets(&n)
	return &n
}

// hideSecrets hides what the library shows and may be secret: values of headers,
// parameters and claims of OAuth, and users and queries of URLs.
func hideSecrets(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i < len(n.Content); i += 2 {
		value := n.Content[i+1]
		switch n.Content[i].Value {
		case "values", "endpoint_params", "claims":
			hideLeaves(value)
		case "proxy_url", "token_url":
			value.Value = hideInURL(value.Value)
		default:
			hideSecrets(value)
		}
	}
}

// hideLeaves hides every value of a tree but not its keys.
func hideLeaves(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		n.SetString(hidden)
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			hideLeaves(child)
		}
	}
}

// hideInURL hides the user and the query of a URL.
func hideInURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return hidden
	}
	user, query := u.User != nil, u.RawQuery != ""
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	text = u.String()
	if user {
		text = strings.Replace(text, "//", "//"+hidden+"@", 1)
	}
	if query {
		text += "?" + hidden
	}
	return text
}
