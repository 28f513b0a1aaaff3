// Package command implements the program's commands. Package main parses the command
// line and calls one of them.
package command

import (
	"errors"
	"fmt"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// Config says where to load the configuration from.
type Config struct {
	File    string                                    // a path, or "" for BuiltIn
	BuiltIn []byte                                    // YAML
	Env     func(name string) (value string, ok bool) // looks up an environment variable
	// Redirect changes where the requests of an account go before the account is created;
	// nil leaves it as configured.
	Redirect func(*config.Account)
	// Selection is what accounts are created for.
	Selection Selection
}

// builtInName is the file name in errors of the built-in configuration.
const builtInName = "config.example.yml"

// read reads the configuration, however long that takes. An error may have several lines,
// one for each error in the file.
func (c Config) read() (*config.Config, error) {
	if c.File != "" {
		return config.Load(c.File, c.Env)
	}
	cfg, err := config.Parse(builtInName, c.BuiltIn, ".", c.Env)
	var unset *config.UnsetError
	if errors.As(err, &unset) {
		return nil, fmt.Errorf("%s is not set: set it to use the built-in configuration, or pass your own configuration with --config.file", unset.Name)
	}
	return cfg, err
}

// load loads the configuration and creates its accounts, which must be closed.
func (c Config) load(reads reads, process *collector.Process, logger log.Logger) (*config.Config, []*collector.Account, error) {
	cfg, err := reads.do(c)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range cfg.Accounts {
		process.Know(a) // before anything is said about it, and before Redirect
	}
	for _, warning := range cfg.Warnings {
		level.Warn(logger).Log("msg", "configuration warning", "warning", warning)
	}
	selected, err := c.Selection.of(cfg)
	if err != nil {
		return nil, nil, err
	}
	var accounts []*collector.Account
	for _, a := range selected {
		if c.Redirect != nil {
			c.Redirect(a)
		}
		account, err := collector.NewAccount(a, process, logger)
		if err != nil {
			closeAll(accounts)
			return nil, nil, err
		}
		accounts = append(accounts, account)
	}
	return cfg, accounts, nil
}

func closeAll(accounts []*collector.Account) {
	for _, account := range accounts {
		account.Close()
	}
}
