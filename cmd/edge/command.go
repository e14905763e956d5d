package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // the program could not do it
	exitUsage  = 2 // it was asked wrongly
)

// terminal is where a command is talked to and talks to people.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
}

const usage = `usage: logis-edge <command> [flags]
  run       be this home's gateway until stopped
  version   print the version

run explains its flags with -h. Each has a twin in the environment: --server is
LOGIS_EDGE_SERVER, --simulated-slow is LOGIS_EDGE_SIMULATED_SLOW.
`

var errUsage = errors.New("wrong usage")

// command runs one subcommand and returns the exit code.
func command(ctx context.Context, args []string, t terminal) int {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	var err error
	switch name {
	case "run":
		err = runAgent(ctx, t, args[1:])
	case "version":
		fmt.Fprintln(t.out, "logis-edge", describeVersion())
	case "help", "-h", "--help":
		fmt.Fprint(t.out, usage)
	case "":
		fmt.Fprint(t.err, usage)
		return exitUsage
	default:
		fmt.Fprintf(t.err, "logis-edge: there is no command %q\n%s", name, usage)
		return exitUsage
	}
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errUsage):
		fmt.Fprintln(t.err, "logis-edge", name+":", err)
		return exitUsage
	}
	fmt.Fprintln(t.err, "logis-edge", name+":", err)
	return exitFailed
}

// version is the release; the build of a release sets it.
var version = "dev" // set by the linker only

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
