package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"logis/edge"
	"logis/edge/clock"
	"logis/edge/health"
	"logis/edge/release"
	"logis/edge/update"
)

const aboutUpdate = `Look for a newer version of this program and install it. It is believed when enough
of the known keys signed it, it has not expired by the server's time, and it is
newer than what runs. The agent is then asked to end, and its supervisor (systemd)
starts the newer one; if that does not prove itself, the version before comes back.`

// errNoAgent says that nothing tells the time.
var errNoAgent = errors.New("the agent must run: it knows the server's time, by which a release expires")

// updateProgram looks for a newer version and installs it.
func updateProgram(ctx context.Context, t terminal, args []string) (int, error) {
	var dir, keyFile, from string
	flags := newFlags(t, "update", aboutUpdate, &dir)
	flags.StringVar(&from, "from", "", "where to look, for this time: https://host/path/, or a folder")
	usual := flags.String("update-from", "", "where to look, as set for the agent")
	check := flags.Bool("check", false, "only tell what there is")
	retry := flags.Bool("retry", false, "also install a version that did not prove itself here before")
	keysFlag(flags, &keyFile)
	if err := readFlags(t, flags, args); err != nil {
		return exitUsage, err
	}
	if from = cmp.Or(from, *usual); from == "" {
		return exitUsage, fmt.Errorf("%w: from where? Give a folder or an address with --from", errUsage)
	}
	if err := update.CheckSource(from); err != nil {
		return exitUsage, fmt.Errorf("%w: --from: %w", errUsage, err)
	}
	if err := becomeOwner(dir); err != nil {
		return exitFailed, err
	}
	keys, err := release.ReadKeys(keyFile)
	if err != nil {
		return exitFailed, err
	}
	answer, err := health.Ask(ctx, dir)
	if err != nil {
		return exitFailed, errors.Join(errNoAgent, err)
	}
	u, err := update.New(update.Options{
		Dir: dir, From: from, Keys: keys, Version: answer.Version, Retry: *retry, Now: timeOf(&answer),
		Connected: func() bool { return answer.Link.Session != 0 },
		Idle: func() bool {
			now, err := health.Ask(ctx, dir)
			return err != nil || now.Open == 0
		},
	})
	if err != nil {
		return exitFailed, err
	}
	return install(ctx, t, u, answer.PID, *check)
}

// install looks for a newer version and, if it is wanted, makes the agent end for
// it.
func install(ctx context.Context, t terminal, u *update.Updater, agent int, check bool) (int, error) {
	offer, err := u.Check(ctx)
	switch {
	case errors.Is(err, update.ErrUpToDate):
		fmt.Fprintf(t.out, "Nothing to do: %v.\n", err)
		return exitOK, nil
	case err != nil:
		return exitFailed, err
	case check:
		fmt.Fprintf(t.out, "Version %s is offered (%s); logis-edge update installs it.\n", offer.Version, health.Bytes(offer.Size))
		return exitOK, nil
	}
	if err := u.Install(ctx, offer); err != nil {
		return exitFailed, err
	}
	if err := syscall.Kill(agent, syscall.SIGTERM); err != nil {
		return exitFailed, fmt.Errorf("version %s is installed, and the agent could not be asked to end: %w; start it again", offer.Version, err)
	}
	fmt.Fprintf(t.out, "Version %s is installed and begins now; logis-edge status tells whether it proves itself.\n", offer.Version)
	return exitOK, nil
}

// timeOf tells the server's time as the agent knew it when it answered.
func timeOf(answer *health.Answer) func() (clock.Reading, bool) {
	heard := time.Now()
	return func() (clock.Reading, bool) {
		since := time.Since(heard)
		return clock.Reading{
			At:  time.UnixMilli(answer.Clock.AtMS).Add(since),
			Err: time.Duration(answer.Clock.ErrorMS) * time.Millisecond,
			Age: time.Duration(answer.Clock.AgeMS)*time.Millisecond + since,
		}, answer.Clock.Known
	}
}

// keepUpToDate lets this version prove itself if it must, and looks for newer ones
// if that is set. It calls end when the agent shall end for a newer version.
func keepUpToDate(ctx context.Context, c config, agent *edge.Agent, log *slog.Logger, end func()) {
	if s, err := update.Read(c.data); err == nil && s.RolledBack != nil {
		log.Warn("a newer version was rolled back", "version", s.RolledBack.Version, "why", s.RolledBack.Why)
	}
	err := update.Prove(ctx, update.Trials{
		Dir: c.data, Version: version, Limit: c.updateTrial, Log: log,
		Lacks: func(ctx context.Context, connected bool) string { return lacks(ctx, c.data, agent, connected) },
	})
	if err != nil {
		log.Error("this version cannot prove itself", "why", err)
		return
	}
	if c.updateFrom == "" {
		return
	}
	keys, err := release.ReadKeys(c.updateKeys)
	if err != nil {
		log.Warn("newer versions are not looked for", "why", err)
		return
	}
	u, err := update.New(update.Options{
		Dir: c.data, From: c.updateFrom, Keys: keys, Version: version, Log: log, Now: agent.Time,
		Idle:      func() bool { return agent.Status(ctx).Open == 0 },
		Connected: func() bool { return agent.Status(ctx).Link.Session != 0 },
	})
	if err != nil {
		log.Warn("newer versions are not looked for", "why", err)
		return
	}
	if next := u.Run(ctx); next != "" {
		log.Info("the agent ends for a newer version", "version", next)
		end()
	}
}

// lacks returns what keeps this agent from being well, "" when nothing does.
func lacks(ctx context.Context, dir string, agent *edge.Agent, connected bool) string {
	status := agent.Status(ctx)
	switch {
	case status.Problem != "":
		return "the agent stands still: " + status.Problem
	case status.Outbox.Entries < 0:
		return "the outbox is not open"
	case connected && status.Link.Session == 0:
		return "the cloud was there before, and is not: " + cmp.Or(status.Link.Problem, "no session yet")
	}
	if _, err := health.Ask(ctx, dir); err != nil {
		return "it does not answer: " + err.Error()
	}
	return ""
}
