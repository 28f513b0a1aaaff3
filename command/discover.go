package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/config/draft"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Discover asks an account's API what there is to count, and prints a configuration for
// it to out. The name may be empty if there is only one account. When ctx ends, it prints
// what is known so far and returns an error. On progress it shows how far it is, if that
// is a terminal, and in the end what was found.
func Discover(ctx context.Context, c Config, name string, out, progress io.Writer) error {
	cfg, err := newReads().do(c)
	if err != nil {
		return err
	}
	if name == "" && len(cfg.Accounts) > 1 {
		return fmt.Errorf("--account is required, there are several: %s", strings.Join(accountNames(cfg), ", "))
	}
	accounts, err := selectAccounts(cfg, name)
	if err != nil {
		return err
	}
	found, err := discover(ctx, accounts[0], secretsOf(cfg), progress)
	if err != nil {
		return err
	}
	d := draft.Draft{Config: cfg, Account: accounts[0], BuiltIn: c.BuiltIn, Found: found}
	if err := d.Write(out); err != nil {
		return fmt.Errorf("printing the configuration: %w", err)
	}
	fmt.Fprintf(progress, "%s: %s, %s; on %s with %s: %s, %s, %s; %s\n", accounts[0].Name,
		plural(len(found.Segments.Items), "segment"), plural(len(found.Bots.Items), "WhatsApp bot"),
		plural(found.Pages, "page"), plural(found.Contacts, "contact"),
		plural(len(found.Agents), "agent"), plural(len(found.Tags), "tag"), plural(len(found.Channels), "channel"),
		plural(found.Requests, "request"))
	return found.Complete()
}

// discover asks the API, and shows its progress.
func discover(ctx context.Context, account *config.Account, secrets *inbox.Secrets, progress io.Writer) (*ask.Discovery, error) {
	state := &ask.Progress{}
	stop := showProgress(progress, state.Line)
	defer stop()
	return ask.Discover(ctx, account, ask.Options{UserAgent: userAgent(), Secrets: secrets, Progress: state})
}
