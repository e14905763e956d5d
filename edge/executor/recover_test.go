package executor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// crashed leaves an outbox with intents and no results: 1 unlocks, 2 identifies,
// 3 switches on, 4 sets a temperature.
func crashed(t *testing.T) string {
	t.Helper()
	path := file(t)
	in(t, path, simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		for _, i := range []struct {
			id         byte
			kind       string
			class      thing.Class
			properties []string
		}{
			{1, "lock", thing.Opening, []string{""}},
			{2, "light", thing.Momentary, nil},
			{3, "light", thing.Comfort, []string{"onOff"}},
			{4, "thermostat", thing.Config, []string{"occupiedHeatingSetpoint"}},
		} {
			v, err := r.outbox.Intend(t.Context(), outbox.Intent{
				Command: domain.CommandID{i.id}, Device: r.device(i.kind), Class: i.class,
				Version: domain.Seq(i.id), Properties: i.properties,
			})
			if v != outbox.New || err != nil {
				t.Fatal(v, err)
			}
		}
	})
	return path
}

func TestAfterACrashWhatActsOnceIsNotRepeatedButLookedAt(t *testing.T) {
	t.Parallel()
	in(t, crashed(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		<-time.After(2 * time.Second)
		synctest.Wait()
		r.ended(1, domain.Unknown, "agent_restarted")
		r.ended(2, domain.Unknown, "agent_restarted")
		if got := r.results(1)[0].Observed["lockState"]; got != thing.Text("locked") {
			t.Errorf("observed %q", got)
		}
		r.give(r.unlock(1, 10*time.Second)) // sent again in spite of all rules
		if r.acted(1) != 0 || len(r.results(1)) != 2 {
			t.Errorf("acted %d times, results %+v", r.acted(1), r.results(1))
		}
	})
}

func TestAfterACrashWhatWorksTowardsAValueIsRepeatedWhenSentAgain(t *testing.T) {
	t.Parallel()
	in(t, crashed(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		<-time.After(5 * time.Second)
		r.give(r.switchOn(3, time.Minute))
		r.ended(3, domain.Succeeded, "")
		<-time.After(time.Hour)
		synctest.Wait()
		if r.acted(3) != 1 || len(r.results(3)) != 1 {
			t.Errorf("acted %d times, results %+v", r.acted(3), r.results(3))
		}
		r.ended(4, domain.Unknown, "agent_restarted") // this one was not
		if got := r.results(4)[0].Observed["occupiedHeatingSetpoint"]; got != "21" {
			t.Errorf("observed %q", got)
		}
	})
}

func TestACommandSentAgainBeforeTheRecoveryIsNotRepeatedEither(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		c := r.unlock(1, 10*time.Second)
		_, err := r.outbox.Intend(t.Context(), outbox.Intent{Command: c.ID, Device: c.Device, Class: c.Class})
		if err != nil {
			t.Fatal(err)
		}
		r.give(c)
		r.ended(1, domain.Unknown, "agent_restarted")
		if r.acted(1) != 0 {
			t.Error("it acted")
		}
	})
}

func TestADeviceThatCannotBeAskedHoldsUpNoResult(t *testing.T) {
	t.Parallel()
	in(t, crashed(t), simulated.Options{Slow: time.Hour}, wrap{}, func(t *testing.T, r *rig) {
		<-time.After(3 * time.Minute)
		synctest.Wait()
		for id := byte(1); id <= 4; id++ {
			r.ended(id, domain.Unknown, "agent_restarted")
			if observed := r.results(id)[0].Observed; observed != nil {
				t.Errorf("observed %v", observed)
			}
		}
	})
}

func TestASecondCrashDuringRecoveryLosesNothing(t *testing.T) {
	t.Parallel()
	path := crashed(t)
	in(t, path, simulated.Options{Slow: time.Hour}, wrap{}, func(*testing.T, *rig) {})
	in(t, path, simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		<-time.After(time.Hour)
		synctest.Wait()
		for id := byte(1); id <= 4; id++ {
			r.ended(id, domain.Unknown, "agent_restarted")
		}
	})
}

// What may have been done before a crash is never said not to have been done.
func TestACommandBegunBeforeACrashIsNotCalledUntriedAfterwards(t *testing.T) {
	t.Parallel()
	again := func(do func(r *rig, c wire.Command) wire.Command) {
		in(t, crashed(t), simulated.Options{}, wrap{}, func(_ *testing.T, r *rig) {
			r.give(do(r, r.switchOn(3, time.Minute)))
			<-time.After(time.Minute)
			synctest.Wait()
			r.ended(3, domain.Unknown, "agent_restarted")
		})
	}
	again(func(_ *rig, c wire.Command) wire.Command { // too late now
		c.NotAfterMS = serverNow().UnixMilli() - 1
		return c
	})
	again(func(r *rig, c wire.Command) wire.Command { // overtaken in between
		r.give(r.switchOn(9, time.Minute))
		return c
	})
	again(func(_ *rig, c wire.Command) wire.Command { // of an older session
		c.Session = 77
		return c
	})
	again(func(r *rig, c wire.Command) wire.Command { // jammed this time
		r.home.Jam(r.home.Address("light"), true)
		return c
	})
}
