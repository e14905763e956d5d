// Command logis-edge is the agent that runs in the home: it owns the radios,
// keeps what the cloud must know on disk, and does what is asked.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command(ctx, os.Args[1:], terminal{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, settings: settingsFile,
	})
	stop()
	os.Exit(code)
}
