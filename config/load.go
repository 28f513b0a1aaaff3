package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/regularfile"
)

// UnsetError is a cause in the error of [Load] and [Parse] for each environment
// variable that the configuration needs and that is not set.
type UnsetError = strictyaml.UnsetError

// Load reads the configuration file at path, a regular file of at most 16 MiB. Its
// relative paths count from the directory of the file; env looks environment
// variables up, as os.LookupEnv does, and may be nil for none. An error has one line
// for each of the first 1000 things wrong with the file, in the order of the file.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, err := regularfile.Read(path, regularfile.MaxConfiguration)
	if err != nil {
		message := "cannot read the configuration: " + cause(err).Error()
		return nil, strictyaml.Errors{{File: path, Message: message, Err: err}}
	}
	return Parse(path, data, filepath.Dir(path), env)
}

// Parse reads a configuration that is already in memory. Its errors, as those of
// [Load], call it name, and its relative paths count from dir.
func Parse(name string, data []byte, dir string, env func(string) (string, bool)) (*Config, error) {
	doc, err := strictyaml.Parse(name, data, env)
	if err != nil {
		return nil, err
	}
	doc.Examples, doc.Instead = examples, instead
	r := &reader{doc: doc, dir: dir, zone: time.UTC}
	cfg := r.config(doc.Root())
	if err := doc.Err(); err != nil {
		return nil, err
	}
	for _, warning := range doc.Warnings() {
		cfg.Warnings = append(cfg.Warnings, warning.Error())
	}
	for _, advice := range doc.Advice() {
		cfg.Advice = append(cfg.Advice, advice.Error())
	}
	return cfg, nil
}

var topKeys = []string{"timezone", "accounts", "dimensions", "queries"}

// reader reads one configuration. It reports what is wrong to the document and
// leaves it out, so what it returns is only to be used if nothing was reported.
type reader struct {
	doc  *strictyaml.Document
	dir  string         // that relative paths count from
	zone *time.Location // of dates and of days in relative times
}

// config reads the whole configuration.
func (r *reader) config(root strictyaml.Value) *Config {
	if root.IsNull() {
		root.Errorf("the configuration is empty, want accounts and queries")
		return nil
	}
	top, ok := root.Mapping(topKeys...)
	if !ok {
		return nil
	}
	if v, ok := top.Get("timezone"); ok {
		r.zone = timezone(v)
	}
	var global dimensions
	if v, ok := top.Get("dimensions"); ok {
		global = r.dimensions(v)
	}
	accounts := r.accounts(requiredList(root, top, "accounts", "account"), global)
	queries := r.queries(requiredList(root, top, "queries", "query"), accounts)
	expandAll(queries)
	cfg := &Config{}
	for _, account := range accounts {
		cfg.Accounts = append(cfg.Accounts, account.Account)
	}
	if r.doc.Failures() == 0 {
		cfg.yaml = dump(r.zone, accounts, top)
	}
	return cfg
}

// requiredList returns the items of a list at the top that must not be empty.
func requiredList(root strictyaml.Value, top strictyaml.Mapping, key, one string) []strictyaml.Value {
	list, ok := top.Get(key)
	if !ok {
		root.Errorf("%s is missing, want at least one %s", key, one)
		return nil
	}
	items, ok := list.Items()
	if ok && len(items) == 0 {
		list.Errorf("the list is empty, want at least one %s", one)
	}
	return items
}

// cause returns what a file operation failed with, without the operation and the
// path.
func cause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
