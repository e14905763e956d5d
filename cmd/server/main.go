// Command logis-server is the Logis cloud in one program: log, twins, jobs, the
// sockets of gateways and apps, and the web app.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"logis/migrations/privatepg"
)

func main() {
	// The same program, started by itself, looks after its private PostgreSQL.
	if exit, supervised := privatepg.Supervise(); supervised {
		os.Exit(exit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
