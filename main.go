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

// builtIn is the configuration without --config.file.
//
//go:embed config.example.yml
var builtIn []byte

// exitTime is how long the program may take to end after the first signal, whatever
// hangs. It ends earlier by itself if nothing does.
const exitTime = 14800 * time.Millisecond

func main() {
	if version.Version == "" {
		version.Version = "dev" // releases are built with their version
	}
	// What net/http's client prints is what a server sent, as it is, and no log line.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(run(untilTerminated(), os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// untilTerminated returns a context that ends at the first SIGTERM or SIGINT. The
// program ends exitTime later at the latest, and at once by a second signal.
func untilTerminated() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals) // before ctx ends: who sees that it has may send a second one
		time.AfterFunc(exitTime, func() { os.Exit(1) })
		cancel()
	}()
	return ctx
}

// run is the program: it returns the exit code. It ends when ctx does.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdout, stderr io.Writer) int {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // before all else: unhandled, it ends the program
	defer signal.Stop(hangups)
	p, exit := parse(args, stdout, stderr)
	if exit >= 0 {
		return exit
	}
	if p.serves() {
		// Unhandled, a write to stdout or stderr that nobody reads any more ends the program.
		pipes := make(chan os.Signal, 1)
		signal.Notify(pipes, syscall.SIGPIPE)
		defer signal.Stop(pipes)
	} else {
		signal.Stop(hangups)
	}
	if err := p.perform(ctx, env, hangups, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, err)
		return command.ExitCode(err)
	}
	return 0
}

// program is the command line, parsed.
type program struct {
	command      string
	configFile   string
	outputFormat string
	account      string
	log          command.Log
	web          web.Options
	toolkit      *toolkit.FlagConfig
}

// parse parses the command line. An exit code of 0 or more says that there is no
// more to do.
func parse(args []string, stdout, stderr io.Writer) (p *program, exit int) {
	p, exit = &program{}, -1
	app := kingpin.New("botpenguin_exporter", "A Prometheus exporter for the BotPenguin inbox.")
	app.UsageWriter(stdout).ErrorWriter(stderr)
	app.Terminate(func(code int) { exit = code })
	app.Version(version.Print("botpenguin_exporter"))
	app.HelpFlag.Short('h')
	p.flags(app)
	app.Command("serve", "Serve metrics. This is the default.").Default()
	app.Command("check", "Check the configuration, and print what a scrape asks.")
	count := app.Command("count", "Run every query once, and print the numbers.")
	p.output(count)
	doctor := app.Command("doctor", "Ask each account's API what its documentation leaves open. Reads only, with at most 60 requests per account.")
	p.output(doctor)
	doctor.Flag("account", "Only this account.").StringVar(&p.account)
	discover := app.Command("discover", "Print a configuration with the segments, bots, agents, tags and channels of an account. Reads only, with at most 22 requests.")
	discover.Flag("account", "The account, if there are several.").StringVar(&p.account)
	app.Command("healthcheck", "Ask the exporter that runs with the same flags whether it is ready: exit code 0 or 1.")
	app.Command("demo", "Serve the metrics of a simulated inbox: no token, no network.")
	var err error
	p.command, err = app.Parse(args)
	switch {
	case exit >= 0:
		return p, exit
	case err == nil:
		err = p.check()
	}
	if err != nil {
		fmt.Fprintf(stderr, "botpenguin_exporter: %v, try --help\n", err)
		return p, 1
	}
	return p, -1
}

// flags declares the flags that all commands share. Each has an environment variable
// that is named after it.
func (p *program) flags(app *kingpin.Application) {
	app.Flag("config.file", "Configuration file. Default: the built-in configuration, with the token in BOTPENGUIN_TOKEN.").StringVar(&p.configFile)
	p.toolkit = kingpinflag.AddFlags(app, ":10893")
	app.Flag("web.telemetry-path", "Path under which to expose metrics.").Default("/metrics").StringVar(&p.web.TelemetryPath)
	app.Flag("web.enable-lifecycle", "Allow POST /-/reload, which loads the configuration anew as a SIGHUP does.").BoolVar(&p.web.Lifecycle)
	app.Flag("web.enable-pprof", "Serve Go's profiles under /debug/pprof/.").BoolVar(&p.web.Pprof)
	app.Flag("web.max-requests", "Scrapes at a time, beyond which they get 503. 0: any number.").Default("40").IntVar(&p.web.MaxRequests)
	app.Flag("scrape.timeout-offset", "What a scrape ends before Prometheus' timeout, but no more than a fifth of that.").Default("0.5s").DurationVar(&p.web.TimeoutOffset)
	app.Flag("metrics.accounts", "Run the accounts' queries for the telemetry path, too, and not only for /probe.").Default("true").BoolVar(&p.web.Accounts)
	app.Flag("log.level", "Log only what is at least so severe: debug, info, warn or error.").Default("info").EnumVar(&p.log.Level, "debug", "info", "warn", "error")
	app.Flag("log.format", "Format of log lines: logfmt or json.").Default("logfmt").EnumVar(&p.log.Format, "logfmt", "json")
	for _, flag := range app.Model().Flags {
		if flag.Name != "help" && flag.Name != "version" && !strings.HasPrefix(flag.Name, "completion-") && !strings.HasPrefix(flag.Name, "help-") {
			app.GetFlag(flag.Name).Envar("BOTPENGUIN_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(flag.Name)))
		}
	}
}

// output declares the flag of commands that print a table.
func (p *program) output(command *kingpin.CmdClause) {
	command.Flag("output", "How to print them: table or json.").Envar("BOTPENGUIN_OUTPUT").Default("table").EnumVar(&p.outputFormat, "table", "json")
}

// check returns an error about the first flag that cannot be.
func (p *program) check() error {
	switch {
	case p.web.MaxRequests < 0:
		return fmt.Errorf("--web.max-requests=%d: want 0 or more", p.web.MaxRequests)
	case p.web.TimeoutOffset < 0:
		return fmt.Errorf("--scrape.timeout-offset=%s: want 0s or more", p.web.TimeoutOffset)
	}
	if err := web.CheckTelemetryPath(p.web.TelemetryPath); err != nil {
		return fmt.Errorf("--web.telemetry-path: %w", err)
	}
	if err := toolkit.Validate(*p.toolkit.WebConfigFile); err != nil {
		return fmt.Errorf("--web.config.file: %w", err)
	}
	return nil
}

// serves reports whether the command serves until it is told to end.
func (p *program) serves() bool { return p.command == "serve" || p.command == "demo" }

// perform performs the command. A command that serves reloads at each of hangups.
func (p *program) perform(ctx context.Context, env func(string) (string, bool), hangups <-chan os.Signal, stdout, stderr io.Writer) error {
	config := command.Config{File: p.configFile, BuiltIn: builtIn, Env: env}
	serve := command.Serve{Config: config, Web: p.web, Toolkit: p.toolkit, Log: p.log, Hangups: hangups}
	serve.Log.Writer = stderr
	switch p.command {
	case "check":
		return command.Check(config, stdout, stderr)
	case "count":
		return command.Count(ctx, config, p.outputFormat, stdout, stderr)
	case "doctor":
		return command.Doctor(ctx, config, command.DoctorOptions{Account: p.account, Format: p.outputFormat}, stdout, stderr)
	case "discover":
		return command.Discover(ctx, config, p.account, stdout, stderr)
	case "healthcheck":
		return command.Healthcheck(ctx, *p.toolkit)
	case "demo":
		return command.Demo(ctx, serve, stdout)
	default:
		return serve.Run(ctx)
	}
}
