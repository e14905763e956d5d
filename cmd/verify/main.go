// Command logis-verify checks the export of a home's log, by itself: no database, no
// network, no server. It is small enough to be read before it is believed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"logis/history/evidence"
)

// Exit codes, those of logis-server verify.
const (
	exitOK     = 0
	exitFailed = 1 // it could not be looked at
	exitUsage  = 2 // it was asked wrongly
	exitBad    = 3 // it is not sound
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

// command checks the files that the arguments name and returns the exit code.
func command(args []string, out, errs io.Writer) int {
	var files evidence.Files
	flags := flag.NewFlagSet("logis-verify", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&files.Checkpoints, "checkpoints", "", "the file of signed checkpoints; a log that was written anew shows only against it")
	flags.StringVar(&files.Key, "key", "", "the public key of the checkpoints")
	flags.Usage = func() {
		fmt.Fprintln(errs, "usage: logis-verify [--checkpoints checkpoints.log --key checkpoints.pub] home.jsonl")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return exitOK
	} else if err != nil {
		return exitUsage
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return exitUsage
	}
	files.Export = flags.Arg(0)
	sound, err := files.Check(out)
	switch {
	case errors.Is(err, evidence.ErrHalf):
		fmt.Fprintln(errs, "logis-verify:", err)
		return exitUsage
	case err != nil:
		fmt.Fprintln(errs, "logis-verify:", err)
		return exitFailed
	case !sound:
		return exitBad
	}
	return exitOK
}
