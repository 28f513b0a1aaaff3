package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/version"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// userAgent is how requests call the program.
func userAgent() string { return "botpenguin_exporter/" + version.Version }

// secretsOf returns the secrets in a configuration.
func secretsOf(cfg *config.Config) *inbox.Secrets {
	process := collector.NewProcess()
	for _, account := range cfg.Accounts {
		process.Know(account)
	}
	return process.Secrets
}

// selectAccounts returns the account of that name, or all accounts if the name is empty.
func selectAccounts(cfg *config.Config, name string) ([]*config.Account, error) {
	if name == "" {
		return cfg.Accounts, nil
	}
	i := slices.IndexFunc(cfg.Accounts, func(a *config.Account) bool { return a.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("--account=%s: there is no such account, only %s", name, accountNames(cfg))
	}
	return cfg.Accounts[i : i+1], nil
}

func accountNames(cfg *config.Config) string {
	var names []string
	for _, a := range cfg.Accounts {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}
