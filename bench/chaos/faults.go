package chaos

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

// breakThings kills each kind of process Kills times, in a random order, with
// random pauses in which work is done.
func (s *scene) breakThings(ctx context.Context) error {
	left := map[string]int{
		"server": s.options.Kills, "database": s.options.Kills, "edge": s.options.Kills, "pause": s.options.Kills/2 + s.options.Pauses,
		"disk": s.options.Fills,
	}
	names := []string{"server", "database", "edge", "pause", "disk"}
	for {
		var open []string
		for _, name := range names {
			if left[name] > 0 {
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
		e := s.edges[s.random.IntN(len(s.edges))]
		if err := e.Kill(); err != nil {
			return err
		}
		return e.Start()
	default:
		s.result.EdgePauses++
		e := s.edges[s.random.IntN(len(s.edges))]
		if err := e.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		pause(ctx, time.Duration(1000+s.random.IntN(2500))*time.Millisecond)
		return e.Signal(syscall.SIGCONT)
	}
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
