package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"logis/client"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1 // Logis did not answer, or could not do it
	exitUsage   = 2 // it was asked wrongly
	exitRefused = 3 // Logis refused it
	exitUndone  = 4 // a command that was waited for came to something else than success
)

// terminal is where a command talks to people.
type terminal struct {
	out, err io.Writer
	env      func(string) (string, bool)
}

// subcommand is one thing the program can be asked for.
type subcommand struct {
	name, args, summary string
	run                 func(ctx context.Context, a *asked) (int, error)
}

func subcommands() []subcommand {
	return []subcommand{
		{"login", "LINK", "sign in by a one-time link and remember it", login},
		{"list", "", "the devices of a home, and how they are", list},
		{"watch", "", "what happens, as it happens", watch},
		{"set", "DEVICE NAME=VALUE… | DEVICE ACTION", "ask something of a device", set},
		{"history", "[DEVICE]", "what happened, the newest first", history},
		{"why", "EVENT | DEVICE PROPERTY", "what something happened because of", why},
		{"rules", "", "what the home does by itself", rules},
		{"tokens", "[make NAME | end ID]", "tokens for programs; needs login", tokens},
		{"completion", "bash | zsh | fish", "print what completes commands in a shell", completion},
	}
}

var errUsage = errors.New("wrong usage")

// asked is one call of a subcommand.
type asked struct {
	terminal
	args   []string // without flags
	config config
	client *client.Client

	json             bool
	home             string // name or id
	device, types    string // of watch
	after            int64
	limit            int
	wait             bool
	actions, classes string // of tokens make
	days             int
}

// command runs one subcommand and returns the exit code.
func command(ctx context.Context, args []string, t terminal) int {
	if len(args) == 0 {
		usage(t.err)
		return exitUsage
	}
	for _, c := range subcommands() {
		if c.name == args[0] {
			return run(ctx, c, args[1:], t)
		}
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(t.out)
		return exitOK
	}
	fmt.Fprintf(t.err, "logis: there is no command %q\n", args[0])
	usage(t.err)
	return exitUsage
}

func run(ctx context.Context, c subcommand, args []string, t terminal) int {
	a := &asked{terminal: t}
	flags := a.flags(c)
	err := a.parse(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	code := exitOK
	if err == nil {
		a.config, err = readConfig(t)
	}
	if err == nil {
		a.client = client.New(a.config.URL, a.config.Secret)
		code, err = c.run(ctx, a)
	}
	var refused *client.Problem
	switch {
	case err == nil:
		return code
	case errors.Is(err, errUsage):
		fmt.Fprintln(t.err, "logis "+c.name+":", err)
		return exitUsage
	case errors.As(err, &refused):
		fmt.Fprintln(t.err, "logis "+c.name+":", refused)
		return exitRefused
	case ctx.Err() != nil:
		return exitOK // somebody had enough
	}
	fmt.Fprintln(t.err, "logis "+c.name+":", err)
	return exitFailed
}

// flags are those of a subcommand.
func (a *asked) flags(c subcommand) *flag.FlagSet {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(a.err)
	flags.Usage = func() {
		fmt.Fprintf(a.err, "usage: logis %s [flags] %s\n%s\n", c.name, c.args, c.summary)
		flags.PrintDefaults()
	}
	flags.BoolVar(&a.json, "json", false, "print JSON")
	flags.StringVar(&a.home, "home", "", "name or id of the home; needed where there are several")
	switch c.name {
	case "watch":
		flags.StringVar(&a.device, "device", "", "only this device, by name or id")
		flags.StringVar(&a.types, "type", "", "only events of these types, separated by commas")
		flags.Int64Var(&a.after, "after", -1, "begin after this event; from now on if not given")
	case "set":
		flags.BoolVar(&a.wait, "wait", false, "wait until it is done, or is not")
	case "history":
		flags.IntVar(&a.limit, "n", 20, "how many events")
	case "tokens":
		flags.StringVar(&a.actions, "actions", "home.read", "what the token may do, separated by commas")
		flags.StringVar(&a.classes, "classes", "", "classes of commands, beside device.command")
		flags.IntVar(&a.days, "days", 30, "for how many days")
	}
	return flags
}

// parse takes flags before, between and after the arguments.
func (a *asked) parse(flags *flag.FlagSet, args []string) error {
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return err
			}
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		if args = flags.Args(); len(args) == 0 {
			return nil
		}
		a.args, args = append(a.args, args[0]), args[1:]
	}
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: logis <command> [flags]")
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, c := range subcommands() {
		fmt.Fprintf(table, "  %s\t%s\n", c.name+" "+c.args, c.summary)
	}
	_ = table.Flush()
	fmt.Fprint(w, `
LOGIS_URL and LOGIS_TOKEN say which Logis, and who asks; without them the file that
login writes does (LOGIS_CONFIG, or logis/config.json among your settings).
Every command explains its flags with -h and prints JSON with --json.
Exit codes: 0 done, 1 no answer, 2 asked wrongly, 3 refused, 4 the device did not do it.
`)
}
