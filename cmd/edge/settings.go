package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// settingsFile is where a package keeps the settings.
const settingsFile = "/etc/logis-edge/logis-edge.conf"

// defaultFolder is the agent's folder where no package says another.
const defaultFolder = ".logis/edge"

// prefix begins the names of settings in the environment and in the file.
const prefix = "LOGIS_EDGE_"

func settingOf(f *flag.Flag) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// newFlags returns the flags all commands have. about is printed above them by -h.
func newFlags(t terminal, name, about string, data *string) *flag.FlagSet {
	flags := flag.NewFlagSet("logis-edge "+name, flag.ContinueOnError)
	flags.SetOutput(t.err)
	flags.StringVar(data, "data", defaultFolder, "folder of the gateway's key, its outbox and its log")
	flags.Usage = func() {
		fmt.Fprintf(t.err, "usage: logis-edge %s [flags]\n\n%s\n\n", name, about)
		flags.PrintDefaults()
	}
	return flags
}

// readFlags fills the flags: the command line wins over the environment, and that
// over the file of settings. Arguments that are no flags are refused.
func readFlags(t terminal, flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: %q is not a flag", errUsage, flags.Arg(0))
	}
	file, err := readSettings(t)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var wrong error
	flags.VisitAll(func(f *flag.Flag) {
		name := settingOf(f)
		value, _ := t.env(name)
		if value == "" {
			value = file[name]
		}
		if given[f.Name] || value == "" || wrong != nil {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			wrong = fmt.Errorf("%w: %s: %w", errUsage, name, err)
		}
	})
	return wrong
}

// maxSettings bounds the file of settings, in bytes.
const maxSettings = 64 << 10

// readSettings reads the file of settings, if there is one and this account may:
// lines of NAME=value, with empty ones and those that begin with # left out.
func readSettings(t terminal) (map[string]string, error) {
	if t.settings == "" {
		return nil, nil //nolint:nilnil // nothing is set
	}
	file, err := os.Open(t.settings)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // nothing is set
	}
	if errors.Is(err, fs.ErrPermission) {
		// It may hold passwords. Whoever gives all flags does not need it.
		fmt.Fprintf(t.err, "logis-edge: %s is not for this account; ask with sudo to use it\n", t.settings)
		return nil, nil //nolint:nilnil // nothing is set
	}
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	defer file.Close() //nolint:errcheck // it is only read
	text, err := io.ReadAll(io.LimitReader(file, maxSettings+1))
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	if len(text) > maxSettings {
		return nil, fmt.Errorf("settings: %s is larger than %d bytes", t.settings, maxSettings)
	}
	return parseSettings(t.settings, string(text))
}

func parseSettings(path, text string) (map[string]string, error) {
	known := map[string]bool{}
	runFlags(terminal{err: io.Discard}, new(config)).VisitAll(func(f *flag.Flag) { known[settingOf(f)] = true })
	settings := map[string]string{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		name, value, found := readLine(line)
		if name == "" && !found {
			continue
		}
		if !found || !known[name] {
			// The value is not repeated: it may be a password.
			return nil, fmt.Errorf("%w: %s line %d: %q is not a setting", errUsage, path, number, name[:min(len(name), 60)])
		}
		settings[name] = value
	}
	return settings, nil
}

// readLine reads NAME=value, with quotes around the value or without. An empty
// line or a comment has neither; of any other, found is false and name the line.
func readLine(line string) (name, value string, found bool) {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "#") {
		return "", "", false
	}
	name, value, found = strings.Cut(line, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	return name, value, found
}
