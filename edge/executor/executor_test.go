package executor_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/executor"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/wire"
)

func TestACommandIsDeliveredThenConfirmedThenEnded(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		r.give(r.switchOn(1, time.Minute))
		var kinds []wire.Kind
		for _, e := range r.told(1) {
			kinds = append(kinds, e.Kind)
		}
		if !slices.Equal(kinds, []wire.Kind{wire.KindDelivered, wire.KindReport, wire.KindResult}) {
			t.Errorf("told %v", kinds)
		}
		r.ended(1, domain.Succeeded, "")
		if r.acted(1) != 1 || r.home.Value(r.home.Address("light"), "onOff") != thing.Bool(true) {
			t.Error("the lamp is off")
		}
	})
}

func TestACommandSentTwiceActsOnceAndIsAnsweredTwice(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{Slow: time.Second}, wrap{}, func(t *testing.T, r *rig) {
		c := r.unlock(1, 10*time.Second)
		r.give(c, c) // the second while the first is under way
		<-time.After(2 * time.Second)
		synctest.Wait()
		if n := len(r.results(1)); n != 1 {
			t.Errorf("%d results for one order under way", n)
		}
		r.give(c) // and after its end
		<-time.After(2 * time.Second)
		synctest.Wait()
		if r.acted(1) != 1 || len(r.results(1)) != 2 {
			t.Errorf("acted %d times, %d results", r.acted(1), len(r.results(1)))
		}
	})
}

func TestWhatTheDeviceCannotDoIsRejectedUntried(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		unknown := r.switchOn(1, time.Minute)
		unknown.Device = domain.DeviceID{9}
		value := r.switchOn(2, time.Minute)
		value.Set = map[string]thing.Value{"onOff": "3"}
		action := r.switchOn(3, time.Minute)
		action.Set, action.Action = nil, "explode"
		// The cloud, or who speaks for it, calls opening a door a comfort.
		class := r.unlock(4, time.Minute)
		class.Class = thing.Comfort
		r.give(unknown, value, action, class)
		r.ended(1, domain.Rejected, "unknown_device")
		r.ended(2, domain.Rejected, "set.onOff must be true or false")
		r.ended(3, domain.Rejected, "")
		r.ended(4, domain.Rejected, "wrong_class")
		if n := len(r.home.Actuations()); n != 0 {
			t.Errorf("%d actuations", n)
		}
	})
}

func TestTheRadiosWordDecides(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		lock, light := r.home.Address("lock"), r.home.Address("light")
		r.home.Jam(lock, true)
		r.give(r.unlock(1, 10*time.Second))
		r.ended(1, domain.Failed, "")

		r.home.Lie(light, true)
		r.give(r.switchOn(2, time.Minute))
		r.ended(2, domain.Succeeded, "")
		if told := r.told(2); told[1].Kind != wire.KindReport || told[1].Values["onOff"] != thing.Bool(false) {
			t.Errorf("what the lamp says of itself: %+v", told)
		}

		r.home.Lie(light, false)
		if err := r.home.Vanish(light, true); err != nil {
			t.Error(err)
		}
		r.give(r.switchOn(3, time.Minute))
		r.ended(3, domain.Unknown, "the device does not answer")
	})
}

func TestWithoutAnAnswerByTheDeadlineTheOutcomeIsUnknownWithWhatWasSeen(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		r.home.Slow(r.home.Address("light"), 2*time.Second)
		r.give(r.switchOn(1, time.Second))
		<-time.After(10 * time.Second)
		synctest.Wait()
		r.ended(1, domain.Unknown, "no_answer_in_time")
		if got := r.results(1)[0].Observed["onOff"]; got != thing.Bool(false) {
			t.Errorf("observed %q", got)
		}
	})
}

// moody is a radio that panics.
type moody struct{ radio.Radio }

func (moody) Act(context.Context, radio.Order) error { panic("no") }

func (moody) Read(context.Context, string) (map[string]thing.Value, error) { panic("no") }

func TestARadioThatPanicsLeavesTheOutcomeUnknownAndTheAgentAlive(t *testing.T) {
	t.Parallel()
	w := wrap{radio: func(r radio.Radio) radio.Radio { return moody{r} }}
	in(t, file(t), simulated.Options{}, w, func(_ *testing.T, r *rig) {
		r.give(r.switchOn(1, time.Minute), r.switchOn(2, time.Minute))
		r.ended(1, domain.Superseded, "newer_command")
		r.ended(2, domain.Unknown, "the radio panicked: no")
	})
}

func TestAnOlderCommandNeverFollowsANewerOne(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		r.give(r.switchOn(9, time.Minute))
		r.give(r.switchOn(5, time.Minute))
		r.ended(5, domain.Superseded, "newer_command")
		level := r.command(4, "dimmable-light", thing.Comfort, time.Minute)
		level.Set = map[string]thing.Value{"currentLevel": "10"}
		r.give(level)
		r.ended(4, domain.Succeeded, "")

		// Locking names what it wants, unlocking does not: they are ordered all the same.
		r.give(r.unlock(20, 10*time.Second))
		lock := r.command(15, "lock", thing.Securing, time.Minute)
		lock.Action = "lockDoor"
		r.give(lock)
		r.ended(15, domain.Superseded, "newer_command")
		if got := r.home.Value(r.home.Address("lock"), "lockState"); got != thing.Text("unlocked") {
			t.Errorf("the lock is %s", got)
		}
	})
}

func TestOfADraggedSliderOnlyTheLastPlaceMatters(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{Slow: time.Second}, wrap{}, func(t *testing.T, r *rig) {
		for id := byte(1); id <= 20; id++ {
			c := r.command(id, "dimmable-light", thing.Comfort, time.Minute)
			c.Set = map[string]thing.Value{"currentLevel": thing.Number(float64(id))}
			r.give(c)
		}
		<-time.After(5 * time.Second)
		synctest.Wait()
		if n := len(r.home.Actuations()); n != 2 {
			t.Errorf("%d actuations for the first and the last", n)
		}
		if got := r.home.Value(r.home.Address("dimmable-light"), "currentLevel"); got != "20" {
			t.Errorf("the level is %s", got)
		}
		for id := byte(2); id < 20; id++ {
			r.ended(id, domain.Superseded, "newer_command")
		}
	})
}

func TestASlowDeviceHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		r.home.Slow(r.home.Address("lock"), 20*time.Second)
		r.give(r.unlock(1, 30*time.Second), r.switchOn(2, time.Minute))
		r.ended(2, domain.Succeeded, "")
		<-time.After(25 * time.Second)
		synctest.Wait()
		r.ended(1, domain.Succeeded, "")
	})
}

func TestTooManyCommandsAreRejected(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{Slow: time.Second}, wrap{}, func(t *testing.T, r *rig) {
		identify := func(id byte) wire.Command {
			c := r.command(id, "light", thing.Momentary, 14*time.Second)
			c.Action = "identify"
			return c
		}
		for id := byte(1); id <= 40; id++ {
			r.give(identify(id))
		}
		for id := byte(33); id <= 40; id++ {
			r.ended(id, domain.Rejected, "overloaded")
		}
		<-time.After(time.Minute)
		synctest.Wait()
		for id := byte(1); id <= 32; id++ {
			if results := r.results(id); len(results) != 1 {
				t.Errorf("command %d has results %+v", id, results)
			}
		}
	})
}

// fullDisk is a journal that cannot write.
type fullDisk struct{ executor.Journal }

var errFull = errors.New("the disk is full")

func (fullDisk) Intend(context.Context, outbox.Intent) (outbox.Verdict, error) { return 0, errFull }

func TestWithoutADiskNothingActsAndRunEnds(t *testing.T) {
	t.Parallel()
	path := file(t)
	synctest.Test(t, func(t *testing.T) {
		r := build(t, path, simulated.Options{}, wrap{journal: func(j executor.Journal) executor.Journal { return fullDisk{j} }})
		ended := make(chan error, 1)
		r.stop()
		r = build(t, path, simulated.Options{}, wrap{})
		again := executor.New(fullDisk{r.outbox}, map[string]radio.Radio{simulated.Name: r.home}, r.time)
		go func() { ended <- again.Run(t.Context()) }()
		again.Begin(1, nil)
		synctest.Wait()
		if err := again.Command(t.Context(), r.switchOn(1, time.Minute)); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, errFull) {
			t.Errorf("Run returned %v", err)
		}
		if r.acted(1) != 0 {
			t.Error("the lamp was switched on without an intent on disk")
		}
		r.stop()
	})
}

func TestAStoppingAgentFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	path := file(t)
	in(t, path, simulated.Options{Slow: time.Second}, wrap{}, func(t *testing.T, r *rig) {
		identify := r.command(2, "light", thing.Momentary, 10*time.Second)
		identify.Action = "identify"
		r.give(r.switchOn(1, time.Minute))
		r.give(identify, r.switchOn(3, time.Minute))
		r.stop()
		if r.acted(1) != 1 || r.acted(2)+r.acted(3) != 0 {
			t.Errorf("acted %d, %d, %d times", r.acted(1), r.acted(2), r.acted(3))
		}
	})
	in(t, path, simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		r.ended(1, domain.Succeeded, "")
		r.ended(2, domain.Rejected, "agent_stopping")
		if told := r.told(3); len(told) != 0 {
			t.Errorf("a command that will be sent again is told as %+v", told)
		}
	})
}

func TestAnOrderThatDoesNotEndIsGivenUpOnStopping(t *testing.T) {
	t.Parallel()
	path := file(t)
	in(t, path, simulated.Options{Slow: time.Hour}, wrap{}, func(t *testing.T, r *rig) {
		r.give(r.switchOn(1, 10*time.Minute))
		begun := time.Now()
		r.stop()
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("stopping took %v", took)
		}
	})
	in(t, path, simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
		r.ended(1, domain.Unknown, "agent_stopping")
	})
}
