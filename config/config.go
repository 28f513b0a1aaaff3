// Package config reads the exporter's YAML configuration: accounts, and the
// queries that each of them runs, validated and expanded to the filters that are
// sent. All errors of a file are reported at once, each with its line and column.
//
// What the keys mean is defined here. Package strictyaml reads YAML, and knows
// where a value is and which errors were found.
package config

import (
	"net/url"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// Config is a valid configuration. It must not be changed.
type Config struct {
	// Accounts, at least one, in the order of the configuration.
	Accounts []*Account
	// Warnings are lines for the log, each beginning with file:line:column.
	Warnings []string
	// Advice are lines in the same form about what works and could be more secure.
	Advice []string

	yaml []byte
}

// Account is an inbox and the queries that it is asked.
type Account struct {
	// Name is unique and not empty.
	Name string
	// URL is the base of the API's paths: http or https, without user, query and
	// fragment.
	URL *url.URL
	// ShownURL is the URL for people, without what in its path may be secret.
	ShownURL string
	// HTTP is how to connect and authenticate, with relative paths resolved.
	// Redirects are never followed.
	HTTP promconfig.HTTPClientConfig
	// RateLimit is in requests per second, 0 for no limit.
	RateLimit float64
	// Concurrency is how many requests may be in flight, at least 1.
	Concurrency int
	// Timeout is the upper limit for a scrape, above 0.
	Timeout time.Duration
	// MinInterval is how long the results of a scrape are served to later ones.
	MinInterval time.Duration
	// Queries are those that the account runs, in the order of the configuration,
	// expanded with the account's dimensions.
	Queries []*Query

	at strictyaml.Value // in the file
}

// Query is one metric of one account.
type Query struct {
	// Name is the metric's name without its prefix, Help its help text.
	Name, Help string
	// LabelNames are the names of all labels except account, sorted: dimensions,
	// groups and constant labels.
	LabelNames []string
	// Parts has one filter for each combination of the dimensions' values, the
	// last dimension varying fastest; a query without dimensions has one part.
	Parts []Part
	// GroupBy counts the contacts of each part by the values of fields; nil counts
	// them together.
	GroupBy []Group
	// Oldest is the dotted path of the field whose earliest time is wanted, or "".
	Oldest string
	// Sums are sums of numeric fields.
	Sums []Sum
	// Waiting says which contacts wait for a reply; nil if none are followed.
	Waiting *Waiting
	// MinInterval is how long a result of the query is served to later scrapes.
	MinInterval time.Duration
	// Walk means that every count reads every page.
	Walk bool
	// Verify says what to do if records contradict the filter.
	Verify Verify
}

// Reads reports whether the query needs the contacts, not just their number.
func (q *Query) Reads() bool {
	return len(q.GroupBy) > 0 || q.Oldest != "" || len(q.Sums) > 0 || q.Waiting != nil
}

// Part is a filter and the labels of its series.
type Part struct {
	// Labels are the constant labels and those of the dimensions.
	Labels map[string]string
	Filter filter.Filter
}

// Group is a label whose values are those of a field of the contacts.
type Group struct {
	Label string
	// Field is the dotted path of the field in the contact record.
	Field string
	// Values have a series from the start, 0 while no contact has them.
	Values []string
	// Names are shown in place of values. Values with the same name are one group.
	Names map[string]string
}

// YAML returns the configuration in force: with defaults, without comments, with
// variables as they are written, and with secrets hidden.
func (c *Config) YAML() []byte {
	return c.yaml
}
