package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// TokenVariable is the environment variable that holds the token of the built-in
// configuration.
const TokenVariable = "BOTPENGUIN_TOKEN"

// urlVariables stand for URLs that have a secret in them.
var urlVariables = map[string]string{"url": "BOTPENGUIN_URL", "proxy_url": "BOTPENGUIN_PROXY_URL", "token_url": "BOTPENGUIN_TOKEN_URL"}

// Written returns the account as the file has it, with its variables, as a YAML mapping in
// the order of config.example.yml. Instead of a secret it has a variable, and a comment:
// BOTPENGUIN_TOKEN for the first, BOTPENGUIN_TOKEN_2 for the second. The dimensions without
// are left out.
func (a *Account) Written(without ...string) []byte {
	account := a.at.Written()
	account.Style = 0
	sortKeys(account)
	dropDimensions(account, without)
	replaceSecrets(accountSecrets(account))
	return strictyaml.Marshal(account)
}

var (
	// variables matches those without a default.
	variables = regexp.MustCompile(`\$\{\w+(:-)?\}`)
	// withDefault matches a variable with a default, which is in the file.
	withDefault = regexp.MustCompile(`^\$\{(\w+):-[^}]+\}$`)
	// emptyUser makes a URL whose user and password were variables one without a user.
	emptyUser = strings.NewReplacer("//:@", "//", "//@", "//")
)

// replaceSecrets replaces the secrets that are in the file by variables.
func replaceSecrets(found []foundSecret) {
	rank := func(s foundSecret) int {
		if i := slices.Index(secretKeys, s.key); i >= 0 && !s.extra {
			return i
		}
		return len(secretKeys)
	}
	slices.SortStableFunc(found, func(a, b foundSecret) int { return rank(a) - rank(b) })
	literals := 0
	for _, s := range found {
		switch named := withDefault.FindStringSubmatch(s.node.Value); {
		case s.isVariables():
		case named != nil:
			s.replace(named[1])
		case s.isURL:
			s.replace(urlVariables[s.key])
		default:
			literals++
			variable := TokenVariable
			if literals > 1 {
				variable += "_" + strconv.Itoa(literals)
			}
			s.replace(variable)
		}
	}
}

// isVariables reports whether all that is secret comes from variables.
func (s foundSecret) isVariables() bool {
	if !s.isURL {
		return onlyVariables.MatchString(s.node.Value)
	}
	text := emptyUser.Replace(variables.ReplaceAllString(s.node.Value, ""))
	return hideInURL(text) == text
}

// replace replaces the value by a variable. There can be no comment within braces or
// brackets.
func (s foundSecret) replace(variable string) {
	for _, n := range s.around {
		n.Style = 0
	}
	*s.node = yaml.Node{
		Kind: yaml.ScalarNode, Tag: "!!str", Value: "${" + variable + "}",
		LineComment: "# a secret in the configuration before; set the variable",
	}
}

// sortKeys puts an account's keys in the order of config.example.yml.
func sortKeys(account *yaml.Node) {
	type pair struct{ key, value *yaml.Node }
	var pairs []pair
	for i := 0; i+1 < len(account.Content); i += 2 {
		pairs = append(pairs, pair{account.Content[i], account.Content[i+1]})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return writtenRank(a.key.Value) - writtenRank(b.key.Value) })
	account.Content = account.Content[:0]
	for _, p := range pairs {
		account.Content = append(account.Content, p.key, p.value)
	}
}

// writtenRank is the place of a key: name and URL, those of the HTTP client, and the rest.
func writtenRank(key string) int {
	const http = 2
	i := slices.Index(accountKeys, key)
	if i < 0 {
		return http
	}
	if i >= http {
		i++
	}
	return i
}

// dropDimensions removes some of the account's dimensions, and the key if none is left.
func dropDimensions(account *yaml.Node, names []string) {
	for i := 0; i+1 < len(account.Content); i += 2 {
		if account.Content[i].Value != "dimensions" {
			continue
		}
		own := account.Content[i+1]
		for j := len(own.Content) - 2; j >= 0; j -= 2 {
			if slices.Contains(names, own.Content[j].Value) {
				own.Content = slices.Delete(own.Content, j, j+2)
			}
		}
		if len(own.Content) == 0 {
			account.Content = slices.Delete(account.Content, i, i+2)
		}
		return
	}
}
