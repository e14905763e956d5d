package executor_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/executor"
	"logis/edge/outbox"
	"logis/edge/radio/simulated"
	"logis/wire"
)

func TestAPassedDeadlineExpiresTheCommand(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		c := r.switchOn(1, time.Second)
		<-time.After(time.Second)
		r.give(c)
		r.ended(1, domain.Expired, "deadline")
		// Time may pass between the two looks, while the intent is written.
		if r.acted(1) != 0 {
			t.Error("it acted")
		}
	})
}

// slowDisk is a journal that takes a while to write an intent.
type slowDisk struct {
	executor.Journal
	takes func() time.Duration
}

func (d slowDisk) Intend(ctx context.Context, in outbox.Intent) (outbox.Verdict, error) {
	v, err := d.Journal.Intend(ctx, in)
	<-time.After(d.takes())
	return v, err
}

func slow(takes func() time.Duration) wrap {
	return wrap{journal: func(j executor.Journal) executor.Journal { return slowDisk{j, takes} }}
}

func TestADeadlineThatPassesWhileTheIntentIsWrittenExpiresTheCommand(t *testing.T) {
	t.Parallel()
	w := slow(func() time.Duration { return 2 * time.Second })
	in(t, file(t), simulated.Options{}, w, func(t *testing.T, r *rig) {
		r.give(r.switchOn(1, time.Second))
		<-time.After(5 * time.Second)
		synctest.Wait()
		r.ended(1, domain.Expired, "deadline")
		if r.acted(1) != 0 {
			t.Error("it acted")
		}
	})
}

func TestOpeningNeedsTheTimeAndTheSession(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		r.give(r.unlock(1, 0))
		r.ended(1, domain.Rejected, "no_deadline")

		other := r.unlock(2, 30*time.Second)
		other.Session = 7
		r.give(other)
		r.ended(2, domain.Rejected, "stale_session")

		<-time.After(wire.PingStale + time.Second) // nothing heard since
		r.give(r.unlock(3, 30*time.Second))
		r.ended(3, domain.Rejected, "time_uncertain")
		r.give(r.switchOn(4, 30*time.Second))
		r.ended(4, domain.Succeeded, "")

		r.pong(time.Second, 0)
		r.give(r.unlock(5, 30*time.Second))
		r.ended(5, domain.Succeeded, "")
		if r.acted(1)+r.acted(2)+r.acted(3) != 0 {
			t.Error("a door was opened")
		}
	})
}

func TestOpeningIsRefusedWhileTheTimeIsNotExact(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		r.time.Hear(r.time.Boot(), time.Unix(1, 0).UnixMilli()) // the server's clock is set: older answers are void
		r.pong(0, 5*time.Second)
		r.give(r.unlock(1, 30*time.Second))
		r.ended(1, domain.Rejected, "time_uncertain")
		r.pong(0, 3*time.Second)
		r.give(r.unlock(2, 30*time.Second))
		r.ended(2, domain.Succeeded, "")
	})
}

func TestALiveCommandDiesWithItsSession(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{Slow: 2 * time.Second}, wrap{}, func(t *testing.T, r *rig) {
		lock := r.command(1, "lock", thing.Securing, time.Minute)
		lock.Action = "lockDoor"
		r.give(lock, r.unlock(2, 20*time.Second))
		r.End(1)
		r.Begin(2)
		<-time.After(5 * time.Second)
		synctest.Wait()
		r.ended(1, domain.Succeeded, "")
		r.ended(2, domain.Rejected, "session_ended")
		if r.acted(2) != 0 {
			t.Error("the door was opened")
		}
	})
}

// Whatever is slow, late or set wrong: nothing acts after its deadline by the
// true time of the server, and nothing that opens acts twice (C-1, C-2).
func TestNothingEverActsLate(t *testing.T) {
	t.Parallel()
	const commands = 3000
	rng := rand.New(rand.NewPCG(11, 12))
	upTo := func(d time.Duration) time.Duration { return time.Duration(rng.Int64N(int64(d))) }
	var mu sync.Mutex
	w := slow(func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		if rng.IntN(4) > 0 {
			return 0
		}
		return upTo(4 * time.Second)
	})
	in(t, file(t), simulated.Options{}, w, func(t *testing.T, r *rig) {
		deadlines := map[domain.CommandID]int64{}
		once := map[domain.CommandID]bool{}
		session := int64(1)
		for n := range uint32(commands) {
			mu.Lock()
			c := anyCommand(r, rng, n, upTo)
			c.Session = session
			deadlines[c.ID], once[c.ID] = c.NotAfterMS, c.Class.AtMostOnce()
			travel, there, back := upTo(6*time.Second), upTo(3*time.Second), upTo(3*time.Second)
			slowness, fault := upTo(3*time.Second), rng.IntN(30)
			mu.Unlock()
			switch fault {
			case 0: // the socket stands still
				<-time.After(travel)
			case 1: // the session is replaced
				r.End(session)
				session++
				r.Begin(session)
			case 2, 3:
				r.pong(there, back)
			case 4:
				r.home.Slow(r.home.Address("light"), slowness)
			case 5: // the frame comes twice
				r.give(c)
			}
			r.give(c)
		}
		<-time.After(5 * time.Minute)
		synctest.Wait()
		checkActuations(t, r.home.Actuations(), deadlines, once)
	})
}

func anyCommand(r *rig, rng *rand.Rand, n uint32, upTo func(time.Duration) time.Duration) wire.Command {
	var c wire.Command
	ttl := time.Millisecond + upTo(8*time.Second)
	switch rng.IntN(3) {
	case 0:
		c = r.unlock(0, ttl)
	case 1:
		c = r.command(0, "lock", thing.Securing, ttl)
		c.Action = "lockDoor"
	default:
		c = r.switchOn(0, ttl)
	}
	c.DesiredVersion = domain.Seq(n) + 1
	binary.BigEndian.PutUint32(c.ID[:], n+1)
	return c
}

func checkActuations(t *testing.T, all []simulated.Actuation, deadlines map[domain.CommandID]int64, once map[domain.CommandID]bool) {
	t.Helper()
	times := map[domain.CommandID]int{}
	for _, a := range all {
		times[a.Command]++
		if late := a.At.UnixMilli() - deadlines[a.Command]; late > 0 {
			t.Errorf("command %s acted %d ms after its deadline", a.Command, late)
		}
	}
	for id, n := range times {
		if once[id] && n > 1 {
			t.Errorf("command %s acted %d times", id, n)
		}
	}
	if len(all) < 300 {
		t.Errorf("only %d actuations: this tested little", len(all))
	}
}
