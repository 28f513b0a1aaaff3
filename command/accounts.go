package command

import (
	"fmt"
	"slices"

	"github.com/prometheus/common/version"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/suggest"
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

// Selection is what a command is asked to look at.
type Selection struct {
	Account string // the name of one account; "": all
	Query   string // the name of one query; "": all
}

// of returns the selected accounts, each with the selected queries. An error names the flag.
func (s Selection) of(cfg *config.Config) ([]*config.Account, error) {
	accounts, err := selectAccounts(cfg, s.Account)
	if err != nil || s.Query == "" {
		return accounts, err
	}
	var selected []*config.Account
	var names []string
	for _, account := range accounts {
		i := slices.IndexFunc(account.Queries, func(q *config.Query) bool { return q.Name == s.Query })
		if i >= 0 {
			only := *account
			only.Queries = account.Queries[i : i+1]
			selected = append(selected, &only)
		}
		for _, q := range account.Queries {
			names = append(names, q.Name)
		}
	}
	if len(selected) == 0 {
		return nil, fmt.Errorf("--query=%s: there is no such query%s", s.Query, suggest.Text(s.Query, names))
	}
	return selected, nil
}

// selectAccounts returns the account of that name, or all accounts if the name is empty.
func selectAccounts(cfg *config.Config, name string) ([]*config.Account, error) {
	if name == "" {
		return cfg.Accounts, nil
	}
	i := slices.IndexFunc(cfg.Accounts, func(a *config.Account) bool { return a.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("--account=%s: there is no such account%s", name, suggest.Text(name, accountNames(cfg)))
	}
	return cfg.Accounts[i : i+1], nil
}

func accountNames(cfg *config.Config) []string {
	var names []string
	for _, a := range cfg.Accounts {
		names = append(names, a.Name)
	}
	return names
}
