package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"logis/edge"
	"logis/edge/health"
	"logis/edge/link"
)

const aboutPair = `Let this gateway into a home, once. Make a claim in the app first (Gateways, then
"Add a gateway"); it is good for ten minutes. Then compare the letters that the
gateway shows with those in the app.

With --again a gateway that belongs to a home gets another key: its own ended long
ago, or is not trusted any more. Make the claim at the gateway itself ("Pair again").

The claim is asked for at a terminal. Elsewhere it is the first line of standard
input, or LOGIS_EDGE_CLAIM. There is no flag for it: other accounts of this
machine can see a command line.`

// pairWait bounds how long a server that cannot be reached is asked.
const pairWait = 2 * time.Minute

// pairGateway makes the gateway's key and redeems a claim with it.
func pairGateway(ctx context.Context, t terminal, args []string) (int, error) {
	var data, server string
	flags := newFlags(t, "pair", aboutPair, &data)
	flags.StringVar(&server, "server", "", "the Logis server, as ws://localhost:8080 or wss://home.example; asked for at a terminal")
	wait := flags.Duration("wait", pairWait, "how long to try when the server cannot be reached")
	again := flags.Bool("again", false, "give a gateway that belongs to a home another key")
	if err := readFlags(t, flags, args); err != nil {
		return exitUsage, err
	}
	input := bufio.NewReader(io.LimitReader(t.in, maxInput))
	var err error
	if server == "" {
		if server, err = prompt(t, input, "Server (wss://home.example): "); err != nil {
			return exitUsage, fmt.Errorf("%w: which server? Give it with --server", errUsage)
		}
	}
	if err := link.CheckServer(server); err != nil {
		return exitUsage, fmt.Errorf("%w: %w", errUsage, err)
	}
	claim, _ := t.env(prefix + "CLAIM")
	if claim == "" {
		if claim, err = prompt(t, input, "Claim from the app: "); err != nil {
			return exitUsage, fmt.Errorf("%w: which claim? Make one in the app and give it on standard input", errUsage)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	late := time.AfterFunc(*wait, func() { cancel(errUnreachable) })
	defer late.Stop()
	return pair(ctx, t, edge.Options{
		Dir: data, Server: server, Claim: claim, Version: version, ReconnectMax: pairPause, Again: *again,
		Log: slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelError})),
		Waits: func(letters string, within time.Duration) {
			late.Stop()
			fmt.Fprintf(t.out, "This gateway shows the letters\n\n  %s\n\n", letters)
			fmt.Fprintf(t.out, "The app asks for them now (Gateways). If it shows the same, say yes there; if not, say no:\n")
			fmt.Fprintf(t.out, "somebody else is trying to come in. Waiting for %v at most …\n\n", within.Round(time.Second))
		},
	})
}

// errUnreachable ends an attempt that took too long.
var errUnreachable = errors.New("the server could not be reached")

// pairPause bounds the wait before the server is asked again: somebody watches.
const pairPause = 5 * time.Second

// pair redeems the claim and tells what comes next.
func pair(ctx context.Context, t terminal, o edge.Options) (int, error) {
	release, err := takeFolder(ctx, o.Dir)
	if errors.Is(err, health.ErrRunning) {
		return exitFailed, fmt.Errorf("%w; stop it first", err)
	}
	if err != nil {
		return exitFailed, err
	}
	defer release()
	if link.Exposed(o.Server) {
		fmt.Fprintf(t.err, "The connection to %s is not encrypted: use wss:// outside of a network of your own.\n", o.Server)
	}
	id, err := edge.Pair(ctx, o)
	switch {
	case errors.Is(err, edge.ErrPaired):
		return exitFailed, fmt.Errorf("%w: gateway %v of home %v at %s. To give it another key use --again; to begin anew, stop the agent and move %s away",
			err, id.Gateway, id.Home, id.Server, o.Dir)
	case err != nil && errors.Is(context.Cause(ctx), errUnreachable):
		return exitFailed, fmt.Errorf("%s could not be reached; logis-edge doctor --server %s says why", o.Server, o.Server)
	case err != nil:
		return exitFailed, err
	}
	fmt.Fprintf(t.out, "Paired: this is gateway %v of home %v.\n\n", id.Gateway, id.Home)
	fmt.Fprintf(t.out, "Its key's fingerprint is\n\n  %s\n\nThe app shows it, too (Gateways).\n\n", id.Fingerprint())
	fmt.Fprintln(t.out, "Next:", howToStart(o.Dir))
	return exitOK, nil
}

// howToStart tells how the agent of a folder is started.
func howToStart(dir string) string {
	if _, err := os.Stat(settingsFile); err == nil && dir == packagedFolder {
		return "name the radios in " + settingsFile + ", then start the agent:\n\n  systemctl enable --now logis-edge"
	}
	return "start the agent with its radios (run -h lists them), such as\n\n  logis-edge run --data " + dir + " --zigbee2mqtt mqtt://localhost:1883"
}

// packagedFolder is the agent's folder when a package installed it.
const packagedFolder = "/var/lib/logis-edge"

// maxInput bounds what is read from a person, in bytes.
const maxInput = 4 << 10

// errNothing is an answer that was not given.
var errNothing = errors.New("nothing was said")

// prompt reads one line; at a terminal it asks for it.
func prompt(t terminal, input *bufio.Reader, question string) (string, error) {
	if file, ok := t.in.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			fmt.Fprint(t.err, question)
		}
	}
	line, err := input.ReadString('\n')
	if line = strings.TrimSpace(line); line != "" {
		return line, nil
	}
	return "", errors.Join(errNothing, err)
}

// folderMode keeps other accounts out of the agent's folder.
const folderMode = 0o700

// takeFolder makes the agent's folder if it is missing, works on as its owner, and
// keeps every other agent out of it until release is called.
func takeFolder(ctx context.Context, dir string) (release func(), err error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := becomeOwner(dir); err != nil {
		return nil, err
	}
	return health.Lock(ctx, dir)
}
