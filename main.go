// Command botpenguin_exporter is a Prometheus exporter for the BotPenguin inbox.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"github.com/botpenguin-exporter/botpenguin_exporter/command"
	"github.com/botpenguin-exporter/botpenguin_exporter/web"
)

// builtIn is the configuration used without --config.file.
//
//go:embed config.example.yml
var builtIn []byte

// inboxAlerts are the shipped alerts on the inbox.
//
//go:embed alerts/inbox.yml
var inboxAlerts []byte

// exitTimeout is how long after the first signal the process is forced to exit. It is
// only reached if the shutdown hangs.
const exitTimeout = 14800 * time.Millisecond

func main() {
	if version.Version == "" {
		version.Version = "dev" // releases are built with their version
	}
	// net/http's client prints raw bytes from servers to the default logger.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(run(untilTerminated(), os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// untilTerminated returns a context that ends at the first SIGTERM or SIGINT. The
// process is forced to exit exitTimeout later, and a second signal kills it at once.
func untilTerminated() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals) // before ctx ends, so that a second signal sent then kills the process
		time.AfterFunc(exitTimeout, func() { os.Exit(1) })
		cancel()
	}()
	return ctx
}

// run runs the program until ctx is canceled and returns the exit code.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdout, stderr io.Writer) int {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // first of all: an unhandled SIGHUP kills the process
	defer signal.Stop(hangups)
	p, exit := parse(args, stdout, stderr)
	if exit >= 0 {
		return exit
	}
	if p.serves() {
		// Otherwise a write to a closed stdout or stderr kills the process.
		pipes := make(chan os.Signal, 1)
		signal.Notify(pipes, syscall.SIGPIPE)
		defer signal.Stop(pipes)
	} else {
		signal.Stop(hangups)
	}
	err := p.perform(ctx, env, hangups, stdout, stderr)
	return command.Exit(err, stderr)
}

// program is a parsed command line.
type program struct {
	command    string
	configFile string
	format     string // of the output
	selection  command.Selection
	check      command.CheckOptions
	log        command.Log
	web        web.Options
	toolkit    *toolkit.FlagConfig
}

// parse parses the command line. If exit is not negative, the program is done and must
// exit with that code.
func parse(args []string, stdout, stderr io.Writer) (p *program, exit int) {
	p, exit = &program{}, -1
	app := kingpin.New("botpenguin_exporter", "A Prometheus exporter for the BotPenguin inbox.")
	app.UsageWriter(stdout).ErrorWriter(stderr)
	app.Terminate(func(code int) { exit = code })
	app.Version(version.Print("botpenguin_exporter"))
	app.HelpFlag.Short('h')
	p.declare(app)
	var err error
	p.command, err = app.Parse(args)
	switch {
	case exit >= 0:
		return p, exit
	case err == nil:
		err = p.validate()
	}
	if err != nil {
		fmt.Fprintf(stderr, "botpenguin_exporter: error: %s\n", command.LineError(err, app.Model()))
		return p, 1
	}
	return p, -1
}

// declare declares commands and flags, and the environment variables of these.
func (p *program) declare(app *kingpin.Application) {
	p.flags(app)
	app.Command("serve", "Run the exporter (default command).").Default()
	check := app.Command("check", "Check the configuration and print what a scrape asks, without asking it.")
	p.output(check)
	check.Flag("bodies", "Print whole request bodies.").BoolVar(&p.check.Bodies)
	check.Flag("scrape.interval", "Time between two scrapes, to compare their requests with the rate limit.").Default("15s").DurationVar(&p.check.Interval)
	count := app.Command("count", "Run every query once and print the results.")
	p.output(count)
	count.Flag("account", "Only this account.").StringVar(&p.selection.Account)
	count.Flag("query", "Only this query.").StringVar(&p.selection.Query)
	doctor := app.Command("doctor", "Ask the API of each account what its documentation leaves open. Makes at most 60 requests per account, which only read.")
	p.output(doctor)
	doctor.Flag("account", "Ask only this account.").StringVar(&p.selection.Account)
	discover := app.Command("discover", "Print a configuration with the segments, bots, agents, tags and channels of an account. Makes at most 22 requests, which only read.")
	discover.Flag("account", "The account. Required if there are several.").StringVar(&p.selection.Account)
	app.Command("healthcheck", "Check whether the exporter running with the same flags is ready. Exits with 0 or 1.")
	app.Command("demo", "Run the exporter on a simulated inbox. Needs no token and no network.")
	setVariables(app)
}

// flags declares the flags shared by all commands.
func (p *program) flags(app *kingpin.Application) {
	app.Flag("config.file", "Path to the configuration file. Without it, the built-in configuration is used, which needs BOTPENGUIN_TOKEN.").StringVar(&p.configFile)
	p.toolkit = kingpinflag.AddFlags(app, ":10893")
	app.Flag("web.telemetry-path", "Path under which to expose metrics.").Default("/metrics").StringVar(&p.web.TelemetryPath)
	app.Flag("web.enable-lifecycle", "Enable reloading the configuration via POST /-/reload. SIGHUP always works.").BoolVar(&p.web.Lifecycle)
	app.Flag("web.enable-pprof", "Expose Go profiling data under /debug/pprof/.").BoolVar(&p.web.Pprof)
	app.Flag("web.max-requests", "Maximum number of concurrent scrapes. Further ones get a 503. Use 0 for no limit.").Default("40").IntVar(&p.web.MaxRequests)
	app.Flag("scrape.timeout-offset", "Offset to subtract from Prometheus' scrape timeout, at most a fifth of it.").Default("0.5s").DurationVar(&p.web.TimeoutOffset)
	app.Flag("metrics.accounts", "Expose the metrics of all accounts under the telemetry path. Without it, they are only available from /probe.").Default("true").BoolVar(&p.web.Accounts)
	app.Flag("log.level", "Only log messages with the given severity or above. One of: [debug, info, warn, error]").Default("info").EnumVar(&p.log.Level, "debug", "info", "warn", "error")
	app.Flag("log.format", "Output format of log messages. One of: [logfmt, json]").Default("logfmt").EnumVar(&p.log.Format, "logfmt", "json")
}

// setVariables gives each flag an environment variable, except those that select what a
// command looks at: a variable that was forgotten would hide the rest.
func setVariables(app *kingpin.Application) {
	for _, flag := range app.Model().Flags {
		if flag.Name != "help" && flag.Name != "version" && !strings.HasPrefix(flag.Name, "completion-") && !strings.HasPrefix(flag.Name, "help-") {
			command.SetVariable(app.GetFlag(flag.Name))
		}
	}
	for _, c := range app.Model().Commands {
		for _, flag := range c.Flags {
			if flag.Name != "account" && flag.Name != "query" {
				command.SetVariable(app.GetCommand(c.Name).GetFlag(flag.Name))
			}
		}
	}
}

// output declares the flag of commands that print a table.
func (p *program) output(command *kingpin.CmdClause) {
	command.Flag("output", "Output format. One of: [table, json]").Default("table").EnumVar(&p.format, "table", "json")
}

// validate returns an error for the first flag with an invalid value.
func (p *program) validate() error {
	switch {
	case p.web.MaxRequests < 0:
		return fmt.Errorf("--web.max-requests=%d: must not be negative", p.web.MaxRequests)
	case p.web.TimeoutOffset < 0:
		return fmt.Errorf("--scrape.timeout-offset=%s: must not be negative", p.web.TimeoutOffset)
	case p.command == "check" && p.check.Interval <= 0:
		return fmt.Errorf("--scrape.interval=%s: must be above 0", p.check.Interval)
	}
	if err := web.CheckTelemetryPath(p.web.TelemetryPath); err != nil {
		return fmt.Errorf("--web.telemetry-path: %w", err)
	}
	if err := toolkit.Validate(*p.toolkit.WebConfigFile); err != nil {
		return fmt.Errorf("--web.config.file: %w", err)
	}
	return nil
}

// serves reports whether the command runs until it is signaled.
func (p *program) serves() bool { return p.command == "serve" || p.command == "demo" }

// perform runs the command. Commands that serve reload on each signal from hangups.
func (p *program) perform(ctx context.Context, env func(string) (string, bool), hangups <-chan os.Signal, stdout, stderr io.Writer) error {
	config := command.Config{File: p.configFile, BuiltIn: builtIn, Env: env}
	serve := command.Serve{Config: config, Web: p.web, Toolkit: p.toolkit, Log: p.log, Hangups: hangups}
	serve.Log.Writer = stderr
	switch p.command {
	case "check":
		p.check.Format, p.check.Alerts = p.format, inboxAlerts
		return command.Check(config, p.check, stdout, stderr)
	case "count":
		return command.Count(ctx, config, command.CountOptions{Selection: p.selection, Format: p.format}, stdout, stderr)
	case "doctor":
		return command.Doctor(ctx, config, command.DoctorOptions{Account: p.selection.Account, Format: p.format}, stdout, stderr)
	case "discover":
		return command.Discover(ctx, config, p.selection.Account, stdout, stderr)
	case "healthcheck":
		return command.Healthcheck(ctx, *p.toolkit)
	case "demo":
		return command.Demo(ctx, serve, stdout)
	default:
		return serve.Run(ctx)
	}
}
