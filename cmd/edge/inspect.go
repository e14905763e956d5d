package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"logis/edge/health"
	"logis/edge/rules"
)

const aboutStatus = `Tell how the gateway stands. The running agent is asked; without one its folder is
looked at. Exit code 3 says that something is wrong.`

const aboutDoctor = `Look for what is wrong with the gateway, its folder, its machine and its way to the
server, and say what helps. Nothing is changed. Exit code 3 says that something is
wrong.`

func printStatus(ctx context.Context, t terminal, args []string) (int, error) {
	r, asJSON, err := look(ctx, t, "status", aboutStatus, args)
	if err != nil {
		return exitUsage, err
	}
	if asJSON {
		return printJSON(t.out, &r)
	}
	describe(t.out, &r)
	for _, f := range r.Findings {
		if f.Level != health.Fine {
			printFinding(t.out, f)
		}
	}
	return codeOf(&r), nil
}

func printDiagnosis(ctx context.Context, t terminal, args []string) (int, error) {
	r, asJSON, err := look(ctx, t, "doctor", aboutDoctor, args)
	if err != nil {
		return exitUsage, err
	}
	if asJSON {
		return printJSON(t.out, &r)
	}
	wrong := 0
	for _, f := range r.Findings {
		printFinding(t.out, f)
		if f.Level == health.Wrong {
			wrong++
		}
	}
	switch wrong {
	case 0:
		fmt.Fprintln(t.out, "\nNothing is wrong.")
	case 1:
		fmt.Fprintln(t.out, "\nOne thing is wrong.")
	default:
		fmt.Fprintf(t.out, "\n%d things are wrong.\n", wrong)
	}
	return codeOf(&r), nil
}

// look reads the flags of a command that looks at the gateway, and looks.
func look(ctx context.Context, t terminal, name, about string, args []string) (r health.Report, asJSON bool, err error) {
	o := health.Options{Version: version, Network: name == "doctor"}
	flags := newFlags(t, name, about, &o.Dir)
	flags.BoolVar(&asJSON, "json", false, "print it for a program")
	if o.Network {
		flags.StringVar(&o.Server, "server", "", "the Logis server, when the gateway does not know it yet")
	}
	if err := readFlags(t, flags, args); err != nil {
		return r, false, err
	}
	if err := becomeOwner(o.Dir); err != nil {
		return r, false, err
	}
	return health.Look(ctx, o), asJSON, nil
}

func codeOf(r *health.Report) int {
	if r.Sound() {
		return exitOK
	}
	return exitBad
}

func printJSON(w io.Writer, r *health.Report) (int, error) {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return exitFailed, err
	}
	return codeOf(r), nil
}

func printFinding(w io.Writer, f health.Finding) {
	fmt.Fprintf(w, "%-8s %s: %s\n", f.Level, f.Check, f.Says)
	if f.Do != "" {
		fmt.Fprintf(w, "%-8s → %s\n", "", f.Do)
	}
}

// describe prints a report as a small table.
func describe(w io.Writer, r *health.Report) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, says string, values ...any) {
		fmt.Fprintf(table, "%s\t%s\n", name, fmt.Sprintf(says, values...))
	}
	if a := r.Agent; a != nil {
		row("agent", "version %s, process %d, for %v", a.Version, a.PID, time.Duration(a.UptimeS)*time.Second)
	} else {
		row("agent", "does not run; this is what its folder says")
	}
	row("folder", "%s, %s free", r.Folder, health.Bytes(r.Disk.FreeBytes))
	if r.Key != "" {
		row("gateway", "%v of home %v", r.Gateway, r.Home)
		row("key", "%s", r.Key)
		if waits := r.WaitingLetters(); waits != "" {
			row("letters", "%s, of a new key that the owner must confirm", waits)
		} else {
			row("letters", "%s", r.Letters)
		}
		if !r.KeyEnds.IsZero() {
			row("key ends", "%s", r.KeyEnds.Format(time.DateOnly))
		}
		row("server", "%s", r.Server)
	}
	if r.Outbox.Entries >= 0 {
		row("outbox", "%d entries, %s of %s", r.Outbox.Entries, health.Bytes(r.Outbox.Bytes), health.Bytes(r.Outbox.MaxBytes))
	}
	if u := r.Update; u != nil && u.Checked != nil {
		looked := "at a time not known"
		if u.Checked.AtMS > 0 {
			looked = time.UnixMilli(u.Checked.AtMS).UTC().Format(time.RFC3339)
		}
		row("updates", "last looked for %s", looked)
	}
	if a := r.Agent; a != nil {
		if a.Link.Session != 0 {
			row("cloud", "connected, session %d", a.Link.Session)
		} else {
			row("cloud", "not connected")
		}
		if a.Clock.Known {
			row("clock", "%s ± %d ms", time.UnixMilli(a.Clock.AtMS).UTC().Format(time.RFC3339), a.Clock.ErrorMS)
		} else {
			row("clock", "not known")
		}
		describeRules(row, a.Rules)
		for _, radio := range a.Radios {
			stands := "runs"
			if radio.Problem != "" {
				stands = "down"
			}
			if len(radio.Breaches) > 0 {
				stands += ", misbehaves" // doctor says how
			}
			row("radio", "%s %s, ended %d times", radio.Name, stands, radio.Restarts)
		}
	}
	_ = table.Flush()
}

// describeRules prints the rules that run here. Their names are in the app.
func describeRules(row func(name, says string, values ...any), s rules.Status) {
	if s.Refused != "" {
		row("rules", "newer ones were not taken: %s", s.Refused)
	}
	for _, r := range s.Rules {
		stands := "runs here"
		if r.Stopped {
			stands = "was cut out of a loop"
		}
		row("rule", "%v version %d %s, fired %d times", r.ID, r.Version, stands, r.Fired)
	}
}
