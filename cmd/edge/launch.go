package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"logis/edge/release"
	"logis/edge/update"
)

// launchedBy is set in the environment of a program that was chosen already.
const launchedBy = prefix + "LAUNCHED_BY"

// chooser is the little that launching must understand of a command line and of
// settings that may be meant for a newer version.
type chooser struct {
	dir  string
	keys release.KeySet
	env  []string
}

// newChooser returns nil when this program is to run itself.
func newChooser(t terminal, args []string) *chooser {
	if _, chosen := t.env(launchedBy); chosen || !release.ValidVersion(version) {
		return nil
	}
	dir := looseSetting(t, args, "data", defaultFolder)
	if _, err := os.Lstat(filepath.Join(dir, update.StateFile)); err != nil {
		return nil // there never was an update, or it is not for this account
	}
	// What the folder's owner could have written is not run as root.
	if err := becomeOwner(dir); err != nil {
		fmt.Fprintln(t.err, "logis-edge:", err)
		return nil
	}
	keys, err := release.ReadKeys(looseSetting(t, args, updateKeys, defaultKeys))
	if err != nil {
		fmt.Fprintln(t.err, "logis-edge: updates are left out:", err)
		return nil
	}
	return &chooser{dir, keys, append(os.Environ(), launchedBy+"="+version)}
}

// launch runs a newer version in the place of this program; false when there is
// none and this program is to be the agent.
func launch(ctx context.Context, t terminal, args []string) (code int, ran bool, err error) {
	c := newChooser(t, args)
	if c == nil {
		return 0, false, nil
	}
	choice, err := update.Choose(c.dir, version, c.keys)
	if err != nil {
		fmt.Fprintln(t.err, "logis-edge: updates are left out:", err)
	}
	if choice.Path == "" {
		return 0, false, nil
	}
	limit, _ := time.ParseDuration(looseSetting(t, args, updateTrial, ""))
	fmt.Fprintln(t.err, "logis-edge: version", choice.Version, "runs in the place of", version)
	code, err = update.Launch{Dir: c.dir, Args: append([]string{os.Args[0], "run"}, args...), Env: c.env, Limit: limit}.Start(ctx, choice)
	if !choice.Trial {
		// Its place could not be taken, as on a disk that runs no programs.
		fmt.Fprintln(t.err, "logis-edge:", err)
		return 0, false, nil
	}
	return code, true, err
}

// handOver lets the version that proved itself answer a person, too: it knows its
// own settings and files. On any trouble this program answers.
func handOver(t terminal, name string, args []string) {
	if name == "run" || name == "version" {
		return
	}
	c := newChooser(t, args[1:])
	if c == nil {
		return
	}
	if choice, ok := update.Proved(c.dir, version, c.keys); ok {
		_ = syscall.Exec(choice.Path, append([]string{os.Args[0]}, args...), c.env) // it returns on trouble only
	}
}

// looseSetting reads one setting as readFlags does, and passes over everything
// else: a newer version may have settings that this one does not know.
func looseSetting(t terminal, args []string, name, otherwise string) string {
	for i, arg := range args {
		bare := strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
		if value, found := strings.CutPrefix(bare, name+"="); found && bare != arg {
			return value
		}
		if bare == name && bare != arg && i+1 < len(args) {
			return args[i+1]
		}
	}
	variable := prefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	if value, _ := t.env(variable); value != "" {
		return value
	}
	if value := looseLine(t.settings, variable); value != "" {
		return value
	}
	return otherwise
}

// looseLine reads one setting in the file of settings, "" when it is not there.
func looseLine(path, variable string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close() //nolint:errcheck // it is only read
	text, err := io.ReadAll(io.LimitReader(file, maxSettings))
	if err != nil {
		return ""
	}
	found := ""
	for line := range strings.Lines(string(text)) {
		if name, value, ok := readLine(line); ok && name == variable {
			found = value
		}
	}
	return found
}
