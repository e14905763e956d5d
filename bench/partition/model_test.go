package partition_test

import (
	"fmt"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// wish is what somebody wants of a device.
type wish struct {
	class    thing.Class
	kind     string // of the device
	property string // that it moves, "" for none
	value    thing.Value
	action   string // "": the property is set
}

func unlock() wish {
	return wish{thing.Opening, "lock", "lockState", thing.Text("unlocked"), "unlockDoor"}
}

func lock() wish {
	return wish{thing.Securing, "lock", "lockState", thing.Text("locked"), "lockDoor"}
}

func lamp(on bool) wish { return wish{thing.Comfort, "light", "onOff", thing.Bool(on), ""} }

func warm(celsius float64) wish {
	return wish{thing.Config, "thermostat", "occupiedHeatingSetpoint", thing.Number(celsius), ""}
}

func identify() wish { return wish{thing.Momentary, "light", "", "", "identify"} }

// request returns the wish as it is asked for.
func (w wish) request(ttl time.Duration) domain.CommandRequest {
	r := domain.CommandRequest{Action: w.action, TTL: ttl}
	if w.action == "" {
		r.Set = map[string]thing.Value{w.property: w.value}
	}
	return r
}

// works reports whether the home works towards it until it is so.
func (w wish) works() bool {
	return w.class == thing.Securing || w.class == thing.Comfort || w.class == thing.Config
}

// deadlines are those of safety by class: what a wish gets that names none.
func deadlines(class thing.Class) time.Duration {
	switch class {
	case thing.Opening:
		return 10 * time.Second
	case thing.Securing:
		return 60 * time.Second
	case thing.Comfort:
		return 30 * time.Second
	case thing.Momentary:
		return 5 * time.Second
	default:
		return 0
	}
}

// fate is a wish and what must become of it.
type fate struct {
	wish
	id       domain.CommandID // once it was asked
	here     bool             // asked at the gateway's door; otherwise in the cloud
	away     bool             // asked while the line was cut
	at       time.Time        // when it was asked
	known    bool             // here: the gateway knows when, …
	undated  bool             // … or nobody can ever say
	deadline time.Time        // zero: none

	outcome domain.Outcome // "" while it waits
	or      domain.Outcome // may stand there as well
	reason  string         // "": any
	done    time.Time      // when it was carried out; zero: never
}

func (f *fate) String() string {
	side := "in the cloud"
	if f.here {
		side = "here"
	}
	return fmt.Sprintf("class %s wish %s%s %s, asked %s at %s", f.class, f.action, f.property, f.value, side, f.at.Format(time.TimeOnly))
}

func (f *fate) end(outcome domain.Outcome, reason string) { f.outcome, f.reason = outcome, reason }

// touch is when somebody in the home last wanted something of a property.
type touch struct {
	at    time.Time
	dated bool
}

// model says what must come of a history, by these rules:
//
//   - Connected, everything is done at once.
//   - While the gateway is away, the cloud refuses what acts once (A, E). The rest
//     waits: a newer wish for the same property takes the place of an older one,
//     and at its deadline a wish is over.
//   - In the home everything works all the time.
//   - When the gateway is back, what waits and is in time is done, unless somebody
//     in the home wanted something of the same property since it was asked. What
//     opens is not remembered for that.
//   - When something happened is known as soon as the gateway hears the server in
//     the same start of its machine; if it is started again before, never.
type model struct {
	away    bool
	knows   bool // the agent has heard the server since it was started
	state   map[string]thing.Value
	touched map[string]touch
	waiting []*fate
	fates   []*fate
	hands   []time.Time // when somebody changed something by hand
}

func newModel(state map[string]thing.Value) *model {
	return &model{knows: true, state: state, touched: map[string]touch{}}
}

// asked says what becomes of a wish in the cloud; nil: it must be refused.
func (m *model) asked(w wish, ttl time.Duration, now time.Time) *fate {
	if m.away && !w.works() {
		return nil
	}
	f := &fate{wish: w, at: now, away: m.away}
	if ttl == 0 {
		ttl = deadlines(w.class)
	}
	if ttl != 0 {
		f.deadline = now.Add(ttl)
	}
	m.fates = append(m.fates, f)
	if !m.away {
		m.do(f, now)
		return f
	}
	for _, older := range m.waiting {
		if older.property != w.property || older.outcome != "" {
			continue
		}
		older.end(domain.Superseded, "")
		if older.over(now) {
			older.or = domain.Expired
		}
	}
	m.waiting = append(m.waiting, f)
	return f
}

// stalled says what becomes of a wish in the cloud that sits in a socket for so
// long: the deadline is counted from when it was asked, not from when it came.
func (m *model) stalled(w wish, now time.Time, stall time.Duration) *fate {
	f := m.asked(w, 0, now)
	came := now.Add(stall)
	if !f.over(came) {
		f.done = came
		return f
	}
	f.end(domain.Expired, "")
	f.or, f.done = domain.Unknown, time.Time{} // the cloud was not told in time that it was not done
	return f
}

func (f *fate) over(now time.Time) bool { return !f.deadline.IsZero() && !now.Before(f.deadline) }

func (m *model) do(f *fate, now time.Time) {
	f.end(domain.Succeeded, "")
	f.done = now
	if f.property != "" {
		m.state[f.property] = f.value
	}
}

// acted says what becomes of a wish at the gateway's door.
func (m *model) acted(w wish, now time.Time) *fate {
	f := &fate{wish: w, here: true, at: now, away: m.away, known: m.knows}
	m.fates = append(m.fates, f)
	m.do(f, now)
	if w.works() {
		m.touched[w.property] = touch{now, m.knows}
	}
	return f
}

// turned says what follows when somebody changes a device by hand.
func (m *model) turned(w wish, now time.Time) {
	if m.state[w.property] == w.value {
		return
	}
	m.state[w.property] = w.value
	if m.knows {
		m.hands = append(m.hands, now)
	}
	m.touched[w.property] = touch{now, m.knows}
}

// restarted says what an agent forgets that is started again, on a machine that is
// started again, too, or is not.
func (m *model) restarted(machine bool) {
	if machine && !m.knows {
		for property, t := range m.touched {
			if !t.dated {
				delete(m.touched, property)
			}
		}
		for _, f := range m.fates {
			f.undated = f.undated || f.here && !f.known
		}
	}
	m.knows = false
}

// mended says what happens when the gateway is back.
func (m *model) mended(now time.Time) {
	m.away, m.knows = false, true
	for property, t := range m.touched {
		m.touched[property] = touch{t.at, true}
	}
	for _, f := range m.fates {
		f.known = !f.undated
	}
	for _, f := range m.waiting {
		if f.outcome != "" {
			continue
		}
		switch t, ok := m.touched[f.property]; {
		case f.over(now):
			f.end(domain.Expired, "deadline")
		case ok && f.at.Before(t.at):
			f.end(domain.Superseded, "newer_local_act")
		default:
			m.do(f, now)
		}
	}
	m.waiting = nil
}

// done returns what must have been carried out, in order.
func (m *model) done() []*fate {
	var done []*fate
	for _, f := range m.fates {
		if !f.done.IsZero() {
			done = append(done, f)
		}
	}
	slices.SortStableFunc(done, func(a, b *fate) int { return a.done.Compare(b.done) })
	return done
}
