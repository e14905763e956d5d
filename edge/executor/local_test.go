package executor_test

import (
	"encoding/binary"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// here makes a command one that is given in the home: accepted and handed over.
func (r *rig) here(c wire.Command, ttl time.Duration) {
	r.t.Helper()
	id, at, fresh, err := r.outbox.Accept(r.t.Context(), outbox.Act{
		Command: c.ID, Device: c.Device, Client: "phone", Key: c.ID.String(), Class: c.Class,
		Set: c.Set, Action: c.Action, Input: c.Input, TTL: ttl,
	})
	if err != nil || !fresh {
		r.t.Fatal(fresh, err)
	}
	c.ID, c.Session, c.NotAfterMS, c.DesiredVersion = id, 0, 0, 0
	var due time.Duration
	if ttl > 0 {
		due = at + ttl
	}
	if err := r.Act(r.t.Context(), c, due); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

// asked gives a command of the cloud the id it has when it was asked at a time.
func asked(c wire.Command, at time.Time) wire.Command {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	n := c.ID[0]
	copy(c.ID[:6], ms[2:])
	c.ID[6], c.ID[8], c.ID[15] = 0x70, 0x80, n
	return c
}

// outcome returns what a command came to, and why.
func (r *rig) outcome(id domain.CommandID) (domain.Outcome, string) {
	r.t.Helper()
	for next := int64(1); ; {
		b, err := r.outbox.Read(r.t.Context(), next, 1<<60, wire.MaxEntries, wire.MaxEdgeFrame)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, e := range b.Entries {
			if e.Kind == wire.KindResult && e.Command == id {
				return e.Outcome, e.Reason
			}
		}
		if len(b.Entries) == 0 {
			return "", ""
		}
		next = b.Next
	}
}

// The newer wish stands, whoever had it; opening leaves no memory.
func TestBetweenTheHomeAndTheCloudTheNewerWishStands(t *testing.T) {
	t.Parallel()
	lamp := func(r *rig, id byte) wire.Command {
		c := r.command(id, "light", thing.Comfort, time.Hour)
		c.Set = map[string]thing.Value{"onOff": thing.Bool(id%2 == 0)}
		return c
	}
	lock := func(r *rig, id byte) wire.Command {
		c := r.command(id, "lock", thing.Securing, time.Hour)
		c.Action = "lockDoor"
		return c
	}
	unlock := func(r *rig, id byte) wire.Command {
		c := r.unlock(id, time.Minute)
		return c
	}
	setPoint := func(r *rig, id byte) wire.Command {
		c := r.command(id, "thermostat", thing.Config, 0)
		c.Set = map[string]thing.Value{"occupiedHeatingSetpoint": thing.Number(18 + float64(id))}
		return c
	}
	for name, c := range map[string]struct {
		here, cloud func(*rig, byte) wire.Command
		older       string // why an older command of the cloud is not done; "": it is
	}{
		"a lamp (C), a lamp (C)":             {lamp, lamp, "newer_local_act"},
		"a lock (B), a lock (B)":             {lock, lock, "newer_local_act"},
		"a set point (D), a set point (D)":   {setPoint, setPoint, "newer_local_act"},
		"a lock (B), opening it (A)":         {lock, unlock, "newer_local_act"},
		"opening a lock (A), a lock (B)":     {unlock, lock, ""},
		"opening a lock (A), opening it (A)": {unlock, unlock, ""},
		"a lamp (C), a lock (B)":             {lamp, lock, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
				before := serverNow()
				<-time.After(time.Second)
				r.here(c.here(r, 1), 30*time.Second)
				if outcome, why := r.outcome(domain.CommandID{1}); outcome != domain.Succeeded {
					t.Fatalf("here: %s %s", outcome, why)
				}
				<-time.After(time.Second)
				r.pong(0, 0)
				older := asked(c.cloud(r, 2), before)
				r.give(older)
				outcome, why := r.outcome(older.ID)
				if c.older == "" && outcome != domain.Succeeded || c.older != "" && (outcome != domain.Superseded || why != c.older) {
					t.Errorf("the older one of the cloud: %s %s", outcome, why)
				}
				newer := asked(c.cloud(r, 4), serverNow())
				r.give(newer)
				if outcome, why := r.outcome(newer.ID); outcome != domain.Succeeded {
					t.Errorf("the newer one of the cloud: %s %s", outcome, why)
				}
			})
		})
	}
}

func TestWhatIsGivenHereNeedsNoServersTimeAndIsInTimeByTheBootClock(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		r.End(1)
		<-time.After(time.Hour) // nothing was heard for long, and no session is there
		r.here(r.unlock(1, 0), 10*time.Second)
		r.ended(1, domain.Succeeded, "")
		c := r.unlock(2, 0)
		if err := r.Act(t.Context(), c, r.time.Boot()); err != nil { // due this very moment
			t.Fatal(err)
		}
		synctest.Wait()
		r.ended(2, domain.Expired, "deadline")
		c = r.unlock(3, 0)
		if err := r.Act(t.Context(), c, 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		r.ended(3, domain.Rejected, "no_deadline")
		if r.acted(1) != 1 || r.acted(2) != 0 || r.acted(3) != 0 {
			t.Errorf("acted %d, %d, %d times", r.acted(1), r.acted(2), r.acted(3))
		}
	})
}

// An act is one more step behind what the cloud had asked for before, and a newer
// wish of the cloud is one more behind it.
func TestTheNewerWishStandsAlsoInTheQueue(t *testing.T) {
	t.Parallel()
	in(t, file(t), simulated.Options{Slow: time.Second}, wrap{}, func(t *testing.T, r *rig) {
		busy := asked(r.switchOn(1, time.Hour), serverNow())
		r.give(busy) // works for a second
		waits := asked(r.switchOn(2, time.Hour), serverNow())
		r.give(waits)
		off := r.command(3, "light", thing.Comfort, 0)
		off.Set = map[string]thing.Value{"onOff": thing.Bool(false)}
		r.here(off, 30*time.Second)
		late := asked(r.switchOn(4, time.Hour), serverNow().Add(-time.Minute))
		r.give(late)
		<-time.After(10 * time.Second)
		for id, want := range map[domain.CommandID]domain.Outcome{
			busy.ID: domain.Succeeded, waits.ID: domain.Superseded, {3}: domain.Succeeded, late.ID: domain.Superseded,
		} {
			if outcome, why := r.outcome(id); outcome != want {
				t.Errorf("%s: %s %s, want %s", id, outcome, why, want)
			}
		}
		if r.home.Value(r.home.Address("light"), "onOff") != thing.Bool(false) {
			t.Error("the lamp is on")
		}
	})
}

func TestARestartForgetsNoAct(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.db")
	in(t, path, simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		before := serverNow().Add(-time.Minute)
		off := r.command(1, "light", thing.Comfort, 0)
		off.Set = map[string]thing.Value{"onOff": thing.Bool(false)}
		r.here(off, 30*time.Second)
		older := asked(r.switchOn(2, time.Hour), before)
		r.give(older)
		if outcome, why := r.outcome(older.ID); outcome != domain.Superseded {
			t.Errorf("%s %s", outcome, why)
		}
	})
	in(t, path, simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
		older := asked(r.switchOn(3, time.Hour), serverNow().Add(-time.Hour))
		r.give(older)
		if outcome, why := r.outcome(older.ID); outcome != domain.Superseded || why != "newer_local_act" {
			t.Errorf("after a restart: %s %s", outcome, why)
		}
	})
}
