package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

// version is the release; the build of a release sets it.
var version = "dev"

func printVersion(_ context.Context, t terminal, _ []string) (int, error) {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				commit = " " + setting.Value
			}
		}
	}
	fmt.Fprintf(t.out, "logis-server %s%s\n", version, commit)
	return exitOK, nil
}
