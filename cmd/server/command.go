package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"logis/domain"
	"logis/eventstore/wall"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // the program could not do it
	exitUsage  = 2 // it was asked wrongly
	exitBad    = 3 // it did it, and what it checked is not sound
)

// terminal is where a command talks to people.
type terminal struct {
	out, err io.Writer
	env      func(string) (string, bool)
}

// subcommand is one thing the program can be asked for.
type subcommand struct {
	name, summary string
	run           func(ctx context.Context, t terminal, args []string) (int, error)
}

func subcommands() []subcommand {
	return []subcommand{
		{"run", "serve homes until stopped", runServer},
		{"link", "print a one-time link that signs the owner, or a person, in", printLink},
		{"app", "register an app of others that may ask people to act for them, list or remove them", manageApps},
		{"verify", "walk the hash chains, or an export, and name the first bad event", verifyLog},
		{"export", "write the whole log of a home, to read, keep or verify", exportLog},
		{"import", "take over a home that another Logis exported, to the same hashes", importLog},
		{"rebuild", "make the projections again from the log and compare", rebuildTables},
		{"openapi", "print the OpenAPI document", printOpenAPI},
		{"asyncapi", "print the AsyncAPI document of the live connections", printAsyncAPI},
		{"version", "print the version", printVersion},
	}
}

var errUsage = errors.New("wrong usage")

// command runs one subcommand and returns the exit code.
func command(ctx context.Context, args []string, env func(string) (string, bool), out, errOut io.Writer) int {
	t := terminal{out: out, err: errOut, env: env}
	if len(args) == 0 {
		usage(errOut)
		return exitUsage
	}
	for _, c := range subcommands() {
		if c.name != args[0] {
			continue
		}
		code, err := c.run(wall.AllHomes(ctx), t, args[1:]) // who runs the program; requests have contexts of their own
		switch {
		case errors.Is(err, flag.ErrHelp):
			return exitOK
		case errors.Is(err, errUsage):
			fmt.Fprintln(errOut, "logis-server", c.name+":", err)
			return exitUsage
		case err != nil:
			fmt.Fprintln(errOut, "logis-server", c.name+":", explain(err))
			return exitFailed
		}
		return code
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(out)
		return exitOK
	}
	fmt.Fprintf(errOut, "logis-server: there is no command %q\n", args[0])
	usage(errOut)
	return exitUsage
}

// explain puts the cause behind the sentence: whoever runs the server may see it.
func explain(err error) string {
	var own *domain.Error
	if errors.As(err, &own) {
		if cause := errors.Unwrap(own); cause != nil {
			return own.Message + ": " + cause.Error()
		}
	}
	return err.Error()
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: logis-server <command> [flags]")
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, c := range subcommands() {
		fmt.Fprintf(table, "  %s\t%s\n", c.name, c.summary)
	}
	_ = table.Flush()
	fmt.Fprintln(w, "\nEach command explains its flags with -h. LOGIS_ADDR, LOGIS_DATA and DATABASE_URL\nset the address, the data folder and the database.")
}
