package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// DoctorOptions are the flags of doctor.
type DoctorOptions struct {
	Account string // only this one; "": all
	Format  string // table or json
}

// Doctor asks each account's API what its documentation leaves open, and prints the
// answers to out: a table for each account, or JSON. When ctx ends, it prints what is
// known so far. On progress, if that is a terminal, it shows how far it is. An error has
// an exit code of package ask.
func Doctor(ctx context.Context, c Config, options DoctorOptions, out, progress io.Writer) error {
	cfg, err := newReads().do(c)
	if err != nil {
		return &ExitError{Code: ask.ExitUnasked, Err: err}
	}
	accounts, err := selectAccounts(cfg, options.Account)
	if err != nil {
		return &ExitError{Code: ask.ExitUnasked, Err: err}
	}
	secrets := secretsOf(cfg)
	findings := []ask.Finding{}
	for _, account := range accounts {
		report, err := examine(ctx, account, secrets, progress)
		if err != nil {
			return &ExitError{Code: ask.ExitUnasked, Err: err}
		}
		if options.Format != "json" {
			printFindings(out, account, report, secrets)
		}
		findings = append(findings, report.Findings...)
	}
	if options.Format == "json" {
		if err := printJSON(out, findings); err != nil {
			return fmt.Errorf("printing the findings: %w", err)
		}
	}
	return verdict(findings)
}

// examine asks the API of one account.
func examine(ctx context.Context, account *config.Account, secrets *inbox.Secrets, progress io.Writer) (ask.Report, error) {
	state := &ask.Progress{}
	stop := showProgress(progress, state.Line)
	defer stop()
	return ask.Doctor(ctx, account, ask.Options{UserAgent: userAgent(), Secrets: secrets, Progress: state})
}

// verdict returns an error with the exit code for the findings, nil for 0.
func verdict(findings []ask.Finding) error {
	switch code := ask.ExitCode(findings); code {
	case ask.ExitOK:
		return nil
	case ask.ExitWrong:
		return &ExitError{Code: code, Err: errors.New("some numbers are wrong or absent, as the findings marked with !! say")}
	default:
		return &ExitError{Code: code, Err: errors.New("not all questions could be asked, so numbers may be wrong")}
	}
}

// printFindings prints the findings about an account as a table.
func printFindings(out io.Writer, account *config.Account, report ask.Report, secrets *inbox.Secrets) {
	fmt.Fprintf(out, "account %s at %s, asked with %s\n\n", account.Name, secrets.Redact(account.ShownURL), plural(report.Requests, "request"))
	t := wrappedTable{out: out, widths: []int{2, 24, 46, 60}}
	t.row("", "QUESTION", "OBSERVATION", "CONSEQUENCE")
	for _, f := range report.Findings {
		mark := "ok"
		if f.Wrong() {
			mark = "!!"
		} else if !f.OK {
			mark = "?"
		}
		t.row(mark, f.Question, f.Observation, f.Consequence)
	}
	fmt.Fprintln(out)
}
