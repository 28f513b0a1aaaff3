// Package command has what the program's commands do. Package main parses the
// command line, and calls one of them.
package command

import (
	"errors"
	"fmt"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// Config is where the configuration comes from.
type Config struct {
	File    string // "" for the built-in one
	BuiltIn []byte
	Env     func(name string) (value string, ok bool)
}

// builtInName is what errors call the built-in configuration.
const builtInName = "config.example.yml"

// read reads the configuration, however long that takes.
func (c Config) read() (*config.Config, error) {
	if c.File != "" {
		return config.Load(c.File, c.Env)
	}
	cfg, err := config.Parse(builtInName, c.BuiltIn, ".", c.Env)
	var unset *config.UnsetError
	if errors.As(err, &unset) {
		return nil, fmt.Errorf("%s is not set: set it for the built-in configuration, or give a configuration of your own with --config.file", unset.Name)
	}
	return cfg, err
}

// load reads the configuration and makes its accounts.
func (c Config) load(reads reads, process *collector.Process, logger log.Logger) (*config.Config, []*collector.Account, error) {
	cfg, err := reads.do(c)
	if err != nil {
		return nil, nil, err
	}
	for _, warning := range cfg.Warnings {
		level.Warn(logger).Log("msg", "configuration", "warning", warning)
	}
	var accounts []*collector.Account
	for _, a := range cfg.Accounts {
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
