// Command release makes and signs the releases of the edge agent: for the people
// who hold the keys, on their own machines. It is a program of its own so that no
// gateway carries what signs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it could not be done, or something is not as it should be
	exitUsage  = 2 // it was asked wrongly
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

var errUsage = errors.New("wrong usage")

// subcommand is one thing the program can be asked for.
type subcommand struct {
	name, arguments, summary string
	run                      func(out io.Writer, args []string) error
}

func subcommands() []subcommand {
	return []subcommand{
		{"key", "[--holder name] <file>", "make a key: <file> signs and stays secret, <file>.pub does not", makeKey},
		{"keys", "[--threshold 2] <file> <key.pub> …", "make the set of keys that gateways believe", makeKeySet},
		{"make", "--version 1.2.3 [flags] <folder> …", "write release.json, not signed, for the programs in a folder", makeRelease},
		{"sign", "--key <file> <folder>", "add a signature to release.json, after verifying the programs", sign},
		{"verify", "--keys <file> <folder>", "verify signatures, dates and programs as a gateway does", verify},
		{"sbom", "<program>", "print what a program was built from, as CycloneDX", sbom},
	}
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: release <command> …")
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, c := range subcommands() {
		fmt.Fprintf(table, "  %s %s\t%s\n", c.name, c.arguments, c.summary)
	}
	_ = table.Flush()
}

// command runs one subcommand and returns the exit code.
func command(args []string, out, errs io.Writer) int {
	for _, c := range subcommands() {
		if len(args) == 0 || c.name != args[0] {
			continue
		}
		err := c.run(out, args[1:])
		switch {
		case err == nil || errors.Is(err, flag.ErrHelp):
			return exitOK
		case errors.Is(err, errUsage):
			fmt.Fprintf(errs, "release %s: %v\nusage: release %s %s\n", c.name, err, c.name, c.arguments)
			return exitUsage
		}
		fmt.Fprintf(errs, "release %s: %v\n", c.name, err)
		return exitFailed
	}
	usage(errs)
	return exitUsage
}

// read parses the flags of a command and wants at least a number of arguments
// after them.
func read(flags *flag.FlagSet, args []string, least, most int) error {
	flags.SetOutput(os.Stderr)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() < least || flags.NArg() > most {
		return fmt.Errorf("%w: %d arguments", errUsage, flags.NArg())
	}
	return nil
}
