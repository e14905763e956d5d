package executor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// level returns an order for the dimmer to go to a level over a time.
func (r *rig) level(id byte, level thing.Value, over time.Duration) wire.Command {
	c := r.command(id, "dimmable-light", thing.Comfort, 30*time.Second)
	c.Set = map[string]thing.Value{"onOff": "true", "currentLevel": level}
	c.TransitionMS = over.Milliseconds()
	return c
}

// reported returns what was told on the way of command 1.
func (r *rig) reported() []wire.Entry {
	var reports []wire.Entry
	for _, e := range r.told(1) {
		if e.Kind == wire.KindReport {
			reports = append(reports, e)
		}
	}
	return reports
}

// A fade may take longer than the deadline by which it must have begun, ends when the
// lamp is there and not before, and holds up nothing else that is asked of it.
func TestAFadeEndsWhenTheLampIsThere(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		r.give(r.level(1, "80", 2*time.Minute))
		<-time.After(time.Minute + time.Second)
		synctest.Wait()
		if n := len(r.results(1)); n != 0 || len(r.reported()) == 0 || r.Open() != 1 {
			t.Errorf("on its way the fade has %d results, %d reports, %d open", n, len(r.reported()), r.Open())
		}
		r.give(r.level(1, "80", 2*time.Minute)) // sent again
		other := r.command(2, "dimmable-light", thing.Momentary, 5*time.Second)
		other.Action = "identify"
		r.give(other)
		r.ended(2, domain.Succeeded, "")
		if n := len(r.results(1)); n != 0 {
			t.Errorf("another order ended the fade: %+v", r.results(1))
		}
		<-time.After(time.Minute)
		synctest.Wait()
		r.ended(1, domain.Succeeded, "")
		last := r.reported()
		if got := last[len(last)-1].Values["currentLevel"]; got != "80" || r.acted(1) != 1 || r.Open() != 0 {
			t.Errorf("it is at %s after %d times, %d open", got, r.acted(1), r.Open())
		}
	})
}

// C-5: a newer wish for the same ends the fade under way, and nothing of that follows.
func TestANewerWishEndsAFadeUnderWay(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		r.give(r.level(1, "100", time.Minute))
		<-time.After(20 * time.Second)
		synctest.Wait()
		off := r.command(2, "dimmable-light", thing.Comfort, 30*time.Second)
		off.Set = map[string]thing.Value{"onOff": "false"}
		r.give(off)
		r.ended(1, domain.Superseded, "newer_command")
		r.ended(2, domain.Succeeded, "")
		said := len(r.reported())
		r.give(r.level(3, "50", 10*time.Second))
		r.here(r.level(4, "20", 0), 30*time.Second)
		r.ended(3, domain.Superseded, "newer_local_act")
		r.ended(4, domain.Succeeded, "")
		<-time.After(5 * time.Minute)
		synctest.Wait()
		if n := len(r.reported()); n != said {
			t.Errorf("the overtaken fade spoke %d more times", n-said)
		}
		if got := r.home.Value(r.home.Address("dimmable-light"), "currentLevel"); got != "20" {
			t.Errorf("the lamp is at %s, the newest wish was 20", got)
		}
	})
}

// An order the executor does not come to give ends no fade.
func TestAWishThatIsTooLateLeavesTheFade(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		r.give(r.level(5, "100", time.Minute))
		late := r.level(6, "10", 0)
		late.NotAfterMS = serverNow().Add(-time.Second).UnixMilli()
		older := r.level(4, "10", 0)
		r.give(late, older)
		r.ended(6, domain.Expired, "deadline")
		r.ended(4, domain.Superseded, "newer_command")
		<-time.After(time.Minute + time.Second)
		synctest.Wait()
		r.ended(5, domain.Succeeded, "")
	})
}

// C-1: what takes long must have begun in time all the same.
func TestAFadeIsNotBegunAtItsDeadline(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		c := r.level(1, "80", 10*time.Minute)
		c.NotAfterMS = serverNow().UnixMilli()
		r.give(c)
		r.ended(1, domain.Expired, "deadline")
		slow := r.level(2, "80", 10*time.Minute)
		r.home.Slow(r.home.Address("dimmable-light"), 31*time.Second)
		r.give(slow)
		<-time.After(time.Minute)
		synctest.Wait()
		r.ended(2, domain.Unknown, "no_answer_in_time")
		if r.acted(1)+r.acted(2) != 0 {
			t.Error("a fade was begun after its deadline")
		}
	})
}

func TestASuccessSaysThatADeviceCouldNotFade(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		address := r.home.Address("dimmable-light")
		r.home.Lie(address, true) // such a one the simulation lets do it at once
		r.give(r.level(1, "80", time.Minute))
		r.ended(1, domain.Succeeded, "at_once")
	})
}

// C-3: an agent that stops does not wait for lamps, and says that it does not know.
func TestAFadeEndsWithTheAgent(t *testing.T) {
	t.Parallel()
	path := file(t)
	in(t, path, simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		r.give(r.level(1, "80", 10*time.Minute))
		began := time.Now()
		r.stop()
		if took := time.Since(began); took > time.Second {
			t.Errorf("the stop waited %s", took)
		}
	})
	in(t, path, simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		r.ended(1, domain.Unknown, "agent_stopping")
	})
}
