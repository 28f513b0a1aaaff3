// Package config reads the exporter's YAML configuration: accounts, and the
// queries that each of them runs, validated and expanded down to the filters
// that are sent. Whatever is wrong with a file is reported at once, each error
// with the line and the column of what it is about.
package config

import (
	"net/url"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// Config is a valid configuration. It is not to be changed.
type Config struct {
	// Accounts, at least one, in the order of the configuration.
	Accounts []*Account
	// Timezone is where days begin; UTC by default.
	Timezone *time.Location
	// Warnings are lines for the log, each beginning with file:line:column.
	Warnings []string

	yaml []byte
}

// Account is an inbox and what is asked of it.
type Account struct {
	// Name is unique and not empty.
	Name string
	// URL is the base that the API's paths are appended to: http or https,
	// without user, query and fragment.
	URL *url.URL
	// HTTP is how to connect and to authenticate, its relative paths resolved.
	// Redirects are never followed.
	HTTP promconfig.HTTPClientConfig
	// RateLimit is in requests a second, 0 for none.
	RateLimit float64
	// Concurrency is how many requests may be in flight, at least 1.
	Concurrency int
	// Timeout is the ceiling of a scrape, above 0.
	Timeout time.Duration
	// MinInterval is how long results answer further scrapes; 0 for never.
	MinInterval time.Duration
	// Queries are those that apply to the account, in the order of the
	// configuration, expanded with the account's dimensions.
	Queries []*Query
}

// Query is one metric of one account.
type Query struct {
	// Name is the metric's name without its prefix, Help its help text.
	Name, Help string
	// LabelNames are the names of all labels but the account's, sorted: the
	// dimensions, the groups and the constants.
	LabelNames []string
	// Parts has one filter for each combination of the dimensions' values, the
	// last dimension varying fastest; a query without dimensions has one part.
	Parts []Part
	// GroupBy counts each part by fields of its contacts; nil counts it whole.
	GroupBy []Group
	// Oldest is the dotted path of the field whose earliest time is wanted, ""
	// for none.
	Oldest string
	// Walk asks for every page to be read at every count.
	Walk bool
}

// Part is a filter and the labels that its number gets.
type Part struct {
	// Labels are the constant labels and those of the dimensions.
	Labels map[string]string
	Filter filter.Filter
}

// Group is a label whose values are found in the contacts.
type Group struct {
	Label string
	// Field is the dotted path of the field in the contact record.
	Field string
	// Values are there from the start, as 0 while no contact has them.
	Values []string
}

// YAML returns the configuration in force, defaults included, with secrets
// hidden and comments gone.
func (c *Config) YAML() []byte {
	return c.yaml
}
