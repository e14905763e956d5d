package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"logis/edge/logring"
)

const aboutLogs = `Print what the agent of a folder logged last, whether it runs or not. It keeps 8 MiB
at most; a service manager may keep more (journalctl -u logis-edge).`

// logPause is the time between two looks at a log that is followed.
const logPause = 250 * time.Millisecond

// printLogs prints the newest lines of the log.
func printLogs(ctx context.Context, t terminal, args []string) (int, error) {
	var data, since string
	flags := newFlags(t, "logs", aboutLogs, &data)
	flags.StringVar(&since, "since", "", "only lines from then on: 90m ago as 90m, or 2026-11-03T08:00:00Z, by this machine's clock")
	newest := flags.Int("n", 200, "how many lines at most; 0: all")
	follow := flags.Bool("follow", false, "go on with new lines until stopped")
	if err := readFlags(t, flags, args); err != nil {
		return exitUsage, err
	}
	from, err := parseSince(since, time.Now())
	if err != nil || *newest < 0 {
		return exitUsage, errors.Join(errUsage, err)
	}
	if err := becomeOwner(data); err != nil {
		return exitFailed, err
	}
	reader := logring.NewReader(data)
	defer reader.Close() //nolint:errcheck // it is only read
	lines, err := reader.Next()
	if err != nil {
		return exitFailed, err
	}
	if !*follow {
		lines = append(lines, reader.Rest()...)
		if len(lines) == 0 {
			return exitFailed, fmt.Errorf("there is no log in %s: no agent has run there", data)
		}
	}
	if err := printLines(t.out, newestOf(lines, from, *newest)); err != nil {
		return exitFailed, err
	}
	if !*follow {
		return exitOK, nil
	}
	return exitOK, followLog(ctx, t.out, reader)
}

func followLog(ctx context.Context, w io.Writer, reader *logring.Reader) error {
	pause := time.NewTicker(logPause)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-pause.C:
			lines, err := reader.Next()
			if err != nil {
				return err
			}
			if err := printLines(w, lines); err != nil {
				return nil //nolint:nilerr // nobody reads any more
			}
		}
	}
}

// parseSince reads a time ago, or a time.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return now.Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--since %q: want 90m or 2026-11-03T08:00:00Z", text)
	}
	return at, nil
}

// newestOf returns the last n lines from a time on; all of them if n is 0.
func newestOf(lines []logring.Line, from time.Time, n int) []logring.Line {
	kept := lines[:0]
	for _, line := range lines {
		if !line.At.Before(from) {
			kept = append(kept, line)
		}
	}
	if n > 0 && len(kept) > n {
		kept = kept[len(kept)-n:]
	}
	return kept
}

func printLines(w io.Writer, lines []logring.Line) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line.Text); err != nil {
			return err
		}
	}
	return nil
}
