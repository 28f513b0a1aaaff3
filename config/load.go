package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Load reads the configuration file at path. Its relative paths count from the
// directory of the file; env looks environment variables up, as os.LookupEnv
// does, and may be nil for none. An error is an Errors.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, Errors{{File: path, Message: "cannot read the configuration: " + cause(err).Error(), Err: err}}
	}
	return Parse(path, data, filepath.Dir(path), env)
}

// Parse reads a configuration that is already in memory. Its errors call it
// name, and its relative paths count from dir. An error is an Errors; causes in
// it are *UnsetError for environment variables that are missing.
func Parse(name string, data []byte, dir string, env func(string) (string, bool)) (*Config, error) {
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	root, syntax := document(name, data)
	if syntax != nil {
		return nil, Errors{syntax}
	}
	p := &parser{
		file:    name,
		lines:   strings.Split(string(data), "\n"),
		dir:     dir,
		env:     env,
		zone:    time.UTC,
		written: make(map[*yaml.Node]string),
		broken:  make(map[*yaml.Node]bool),
	}
	cfg := p.config(p.resolve(root, nil))
	if len(p.errs) > 0 {
		return nil, p.errs.sort()
	}
	for _, warning := range p.warnings.sort() {
		cfg.Warnings = append(cfg.Warnings, warning.Error())
	}
	return cfg, nil
}

// config reads the whole configuration. What it returns is of use only when
// nothing was reported.
func (p *parser) config(root *yaml.Node) *Config {
	top, ok := p.object(root, place{}, "timezone", "accounts", "dimensions", "queries")
	if !ok {
		return nil
	}
	if zone, ok := top["timezone"]; ok {
		p.timezone(zone.value, zone.at)
	}
	var global dimensions
	if d, ok := top["dimensions"]; ok {
		global = p.dimensions(d.value, d.at)
	}
	accounts := p.accounts(root, top, global)
	queries := p.queries(root, top, accounts)
	cfg := &Config{Timezone: p.zone}
	for _, account := range accounts {
		for _, query := range queries {
			if query.appliesTo(account) {
				account.Queries = append(account.Queries, p.expandQuery(query, account))
			}
		}
		cfg.Accounts = append(cfg.Accounts, account.Account)
	}
	if len(p.errs) == 0 {
		cfg.yaml = dump(p.zone, accounts, top)
	}
	return cfg
}

// cause returns what a file operation failed with, less the operation and the
// path.
func cause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
