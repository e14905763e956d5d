package chaos

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"logis/bench/rig"
)

// breakThings breaks one thing after the other, in a random order, with random
// pauses in which work is done: of each kind of fault as many as there are to be
// or, when commands are counted, until enough of them were accepted.
func (s *scene) breakThings(ctx context.Context, enough func() bool) error {
	left := map[string]int{
		"server": s.options.Kills, "database": s.options.Kills, "edge": s.options.Kills, "pause": s.options.Kills/2 + s.options.Pauses,
		"disk": s.options.Fills,
	}
	names := []string{"server", "database", "edge", "pause", "disk"}
	if s.options.Commands > 0 {
		names = []string{"pause", "pause server", "stall", "deaf", "mute", "slice", "reset", "outage"}
	}
	for {
		var open []string
		for _, name := range names {
			if left[name] > 0 || s.options.Commands > 0 && !enough() {
				open = append(open, name)
			}
		}
		if len(open) == 0 || ctx.Err() != nil {
			pause(ctx, time.Second)
			return ctx.Err()
		}
		pause(ctx, time.Duration(100+s.random.IntN(500))*time.Millisecond)
		name := open[s.random.IntN(len(open))]
		left[name]--
		s.log.Add("· " + name)
		if err := s.fault(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
}

func (s *scene) fault(ctx context.Context, name string) error {
	switch name {
	case "server":
		s.result.ServerKills++
		if err := s.rig.Server.Kill(); err != nil {
			return err
		}
		return s.restart(ctx)
	case "database":
		s.result.DatabaseKills++
		return s.database.kill(ctx)
	case "disk":
		s.result.DiskFills++
		return s.fillDisk(ctx)
	case "edge":
		s.result.EdgeKills++
		n := s.random.IntN(len(s.edges))
		if err := s.edges[n].Kill(); err != nil {
			return err
		}
		pause(ctx, restartGap)
		s.began(n)
		return s.edges[n].Start()
	case "pause":
		s.result.Pauses++
		return s.suspend(ctx, s.edges[s.random.IntN(len(s.edges))])
	case "pause server":
		s.result.Pauses++
		return s.suspend(ctx, s.rig.Server)
	default:
		s.result.LineFaults++
		return s.breakLine(ctx, s.lines[s.random.IntN(len(s.lines))], name)
	}
}

// suspend stops a program in the middle and continues it.
func (s *scene) suspend(ctx context.Context, p *rig.Process) error {
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	return errors.Join(s.aWhile(ctx), p.Signal(syscall.SIGCONT))
}

// aWhile is how long a fault lasts: longer than most commands may wait. Where the
// clock may jump, it does so best while something waits.
func (s *scene) aWhile(ctx context.Context) error {
	half := time.Duration(500+s.random.IntN(1250)) * time.Millisecond
	pause(ctx, half)
	var err error
	if s.clock != nil && s.random.IntN(2) == 0 {
		err = s.jump(ctx)
	}
	pause(ctx, half)
	return err
}

// breakLine lets the line of one gateway fail, and heals it.
func (s *scene) breakLine(ctx context.Context, line *rig.Proxy, how string) error {
	switch how {
	case "stall": // then everything comes at once
		line.Hold(rig.Up, rig.Down)
	case "deaf": // what the gateway says gets through
		line.Hold(rig.Down)
	case "mute": // what it hears gets through
		line.Hold(rig.Up)
	case "slice":
		line.Slice()
	case "reset":
		line.Reset()
		return nil
	case "outage":
		line.Cut()
	}
	err := s.aWhile(ctx)
	if s.random.IntN(3) == 0 {
		line.Reset() // what was held is lost
	}
	line.Heal()
	return err
}

// restarts bounds how often a server is started that met a dying database on its
// way up and gave up: what starts servers does that too.
const restarts = 5

func (s *scene) restart(ctx context.Context) error {
	var err error
	for range restarts {
		if _, err = s.rig.StartServer(ctx); err == nil {
			return nil
		}
		_ = s.rig.Server.Kill()
		pause(ctx, 200*time.Millisecond)
	}
	return err
}
