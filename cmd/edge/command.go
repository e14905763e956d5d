package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"text/tabwriter"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // the program could not do it
	exitUsage  = 2 // it was asked wrongly
	exitBad    = 3 // it looked, and something is wrong
)

// terminal is where a command is talked to and talks to people.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	settings string // file of settings that is read when it is there; "": none
}

// subcommand is one thing the program can be asked for.
type subcommand struct {
	name, summary string
	run           func(ctx context.Context, t terminal, args []string) (int, error)
}

func subcommands() []subcommand {
	return []subcommand{
		{"pair", "let this gateway into a home, once", pairGateway},
		{"run", "be this home's gateway until stopped", runAgent},
		{"status", "tell how the gateway stands", printStatus},
		{"doctor", "look for what is wrong, and say what helps", printDiagnosis},
		{"logs", "print what the agent logged last", printLogs},
		{"update", "look for a newer version and install it", updateProgram},
		{"local", "list, add and remove the clients of local control", localClients},
		{"version", "print the version", printVersion},
	}
}

const usageEnd = `
Each explains its flags with -h. A flag may also stand in the environment or in
/etc/logis-edge/logis-edge.conf: --server is LOGIS_EDGE_SERVER, --simulated-slow is
LOGIS_EDGE_SIMULATED_SLOW. The command line wins over the environment, and that
over the file.

Exit codes: 0 fine, 1 it could not be done, 2 asked wrongly, 3 status or doctor
found something wrong.
`

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: logis-edge <command> [flags]")
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, c := range subcommands() {
		fmt.Fprintf(table, "  %s\t%s\n", c.name, c.summary)
	}
	_ = table.Flush()
	fmt.Fprint(w, usageEnd)
}

var errUsage = errors.New("wrong usage")

// command runs one subcommand and returns the exit code.
func command(ctx context.Context, args []string, t terminal) int {
	if len(args) == 0 {
		usage(t.err)
		return exitUsage
	}
	name := args[0]
	if name == "help" || name == "-h" || name == "--help" {
		usage(t.out)
		return exitOK
	}
	for _, c := range subcommands() {
		if c.name != name {
			continue
		}
		handOver(t, name, args)
		code, err := c.run(ctx, t, args[1:])
		switch {
		case errors.Is(err, flag.ErrHelp):
			return exitOK
		case errors.Is(err, errUsage):
			fmt.Fprintln(t.err, "logis-edge", name+":", err)
			return exitUsage
		case err != nil:
			fmt.Fprintln(t.err, "logis-edge", name+":", err)
			return exitFailed
		}
		return code
	}
	fmt.Fprintf(t.err, "logis-edge: there is no command %q\n", name)
	usage(t.err)
	return exitUsage
}

// version is the release; the build of a release sets it.
var version = "dev" // set by the linker only

func printVersion(_ context.Context, t terminal, args []string) (int, error) {
	if len(args) > 0 {
		return exitUsage, fmt.Errorf("%w: it takes no flags", errUsage)
	}
	fmt.Fprintf(t.out, "logis-edge %s (%s/%s, %s)\n", describeVersion(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return exitOK, nil
}

// describeVersion names the release and the commit it was built from.
func describeVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				return version + " " + setting.Value
			}
		}
	}
	return version
}
