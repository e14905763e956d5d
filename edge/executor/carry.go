package executor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/wire"
)

// verdict is a final word on a command; the zero verdict means to go on.
type verdict struct {
	outcome domain.Outcome
	reason  string
}

// carryOut takes a command through all steps. An error is one of the disk.
func (e *Executor) carryOut(ctx context.Context, t *task) error {
	c := t.command
	device, desires, refused, err := e.weigh(ctx, c)
	if err != nil {
		return err
	}
	if refused != "" {
		return e.refuse(ctx, c, verdict{domain.Rejected, refused})
	}
	defer e.occupy(device.Radio)()
	if reason := e.newerWaits(t, desires); reason != "" {
		return e.refuse(ctx, c, verdict{domain.Superseded, reason})
	}
	if v := e.timely(t); v != (verdict{}) {
		return e.refuse(ctx, c, v)
	}
	if v := e.agreed(ctx, t); v != (verdict{}) {
		return e.refuse(ctx, c, v)
	}
	known, err := e.journal.Intend(ctx, outbox.Intent{
		Command: c.ID, Device: c.Device, Class: c.Class, NotAfterMS: c.NotAfterMS,
		Version: c.DesiredVersion, Properties: ordered(c.Class, desires),
		Local: t.local,
	})
	switch {
	case err != nil:
		return err
	case known == outbox.Answered:
		return nil
	case known == outbox.Overtaken:
		return e.refuse(ctx, c, verdict{domain.Superseded, "newer_command"})
	case known == outbox.ActedHere:
		return e.refuse(ctx, c, verdict{domain.Superseded, newerAct})
	case known == outbox.Begun && !c.Class.Converges():
		return e.finish(ctx, c, verdict{domain.Unknown, "agent_restarted"}, e.observe(ctx, device))
	}
	// The last word, or writing the intent, may have taken long, or the machine stood
	// still.
	v := e.timely(t)
	if v == (verdict{}) {
		var arrived func(context.Context) error
		e.overtake(t, desires)
		if v, arrived = e.act(ctx, device, t); arrived != nil {
			e.follow(t, device, desires, known, arrived)
			return nil
		}
	}
	return e.conclude(ctx, t, device, known, v)
}

// conclude writes down what a command came to that was begun, now or before a restart.
func (e *Executor) conclude(ctx context.Context, t *task, device outbox.Device, known outbox.Verdict, v verdict) error {
	if known == outbox.Begun && v.outcome != domain.Succeeded {
		v = verdict{domain.Unknown, "agent_restarted"} // this time it was not done; before, nobody knows
	}
	var observed map[string]thing.Value
	if v.outcome == domain.Unknown {
		observed = e.observe(ctx, device)
	}
	return e.finish(ctx, t.command, v, observed)
}

// occupy waits until few devices of the radio act, and returns what makes room for
// the next. None is held for longer than a radio may take for an order.
func (e *Executor) occupy(radio string) (release func()) {
	acting := e.acting[radio] // nil if there is no such radio, which then cannot be waited for
	if acting == nil {
		return func() {}
	}
	acting <- struct{}{}
	return func() { <-acting }
}

// refuse ends a command that this agent does not try, unless it did before it was
// restarted: then nobody knows what came of it.
func (e *Executor) refuse(ctx context.Context, c wire.Command, v verdict) error {
	begun, err := e.journal.Begun(ctx, c.ID)
	if err != nil {
		return err
	}
	if begun {
		return e.findOut(ctx, outbox.Intent{Command: c.ID, Device: c.Device, Class: c.Class})
	}
	return e.finish(ctx, c, v, nil)
}

// weigh finds the device and checks the command against its model, as the cloud
// has done: its class decides how carefully it is treated.
func (e *Executor) weigh(ctx context.Context, c wire.Command) (outbox.Device, map[string]thing.Value, string, error) {
	device, found, err := e.journal.Device(ctx, c.Device)
	switch {
	case err != nil:
		return device, nil, "", err
	case !found:
		return device, nil, "unknown_device", nil
	case device.Model == nil:
		return device, nil, "unknown_model", nil
	case e.radios[device.Radio] == nil:
		return device, nil, "no_radio", nil
	}
	class, desires, faults := domain.Weigh(device.Model, domain.CommandRequest{
		Set: c.Set, Action: c.Action, Input: c.Input, Transition: transition(c),
	})
	switch {
	case len(faults) > 0:
		return device, nil, domain.InvalidInput(faults...).Error(), nil
	case class != c.Class:
		return device, nil, "wrong_class", nil
	}
	return device, desires, "", nil
}

// opening is the pseudo property whose versions order the commands that open and
// secure: an unlock names no desired value, and yet a lock asked for before it
// must not follow it.
const opening = ""

// ordered returns the properties of which no older version may follow.
func ordered(class thing.Class, desires map[string]thing.Value) []string {
	properties := slices.Sorted(maps.Keys(desires))
	if class == thing.Opening || class == thing.Securing {
		properties = append(properties, opening)
	}
	return properties
}

// newerAct is why a command of the cloud is not done any more: somebody in the home
// wanted something else of the same property after it was asked.
const newerAct = "newer_local_act"

// newerWaits returns why a comfort command is not needed any more, "" if it is: a
// command behind it wants all it wants. Of a slider that is dragged only the last
// place matters.
func (e *Executor) newerWaits(t *task, desires map[string]thing.Value) string {
	if t.command.Class != thing.Comfort {
		return ""
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, later := range e.queues[t.command.Device][1:] {
		if later.begun != nil || later.command.Class != thing.Comfort || !later.covers(desires) {
			continue
		}
		switch {
		case later.local && t.local:
			return "newer_command"
		case later.local:
			return newerAct
		case !t.local && later.command.DesiredVersion > t.command.DesiredVersion:
			return "newer_command"
		}
		// A command of the cloud behind a local one may be the older of the two: the
		// journal decides when its turn comes.
	}
	return ""
}

// covers reports whether a task sets all properties.
func (t *task) covers(desires map[string]thing.Value) bool {
	for name := range desires {
		if _, ok := t.command.Set[name]; !ok {
			return false
		}
	}
	return t.command.Action == ""
}

// timely returns why a command must not be begun now, the zero verdict if it may.
func (e *Executor) timely(t *task) verdict {
	if t.local {
		return e.timelyHere(t)
	}
	c := t.command
	if c.Class.LiveOnly() {
		if c.NotAfterMS == 0 {
			return verdict{domain.Rejected, "no_deadline"}
		}
		if !e.present(c.Session) {
			return verdict{domain.Rejected, "session_ended"}
		}
	}
	if c.NotAfterMS == 0 {
		return verdict{}
	}
	now, known := e.time.Now()
	switch {
	case !known:
		return verdict{domain.Expired, "time_unknown"}
	case !now.NotAfter(time.UnixMilli(c.NotAfterMS)):
		return verdict{domain.Expired, "deadline"}
	case c.Class == thing.Opening && (now.Err > wire.MaxClockErr || now.Age > wire.PingStale):
		return verdict{domain.Rejected, "time_uncertain"}
	}
	return verdict{}
}

// timelyHere is timely for a command given in the home: one clock made its deadline
// and tells it, so nothing about it is uncertain.
func (e *Executor) timelyHere(t *task) verdict {
	switch {
	case t.due == 0 && t.command.Class.LiveOnly():
		return verdict{domain.Rejected, "no_deadline"}
	case t.due != 0 && e.time.Boot() >= t.due:
		return verdict{domain.Expired, "deadline"}
	}
	return verdict{}
}

func (e *Executor) present(session int64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return session == e.session
}

// act gives the order to the radio, until the deadline at the latest. Of a fade that
// has begun it returns how to wait for the end, and no verdict.
func (e *Executor) act(ctx context.Context, device outbox.Device, t *task) (v verdict, arrived func(context.Context) error) {
	c := t.command
	ctx, cancel := context.WithTimeout(ctx, e.remaining(t))
	defer cancel()
	v = e.tried(ctx, func() (err error) {
		arrived, err = e.begin(ctx, device, radio.Order{
			Command: c.ID, Address: device.Address, Kind: device.Kind,
			Set: c.Set, Action: c.Action, Input: c.Input, Transition: transition(c),
		})
		return err
	})
	switch {
	case v.outcome != domain.Succeeded:
		arrived = nil
	case c.TransitionMS > 0 && arrived == nil:
		v.reason = atOnce
	}
	return v, arrived
}

// tried returns the verdict on what a radio did or waited for.
func (e *Executor) tried(ctx context.Context, do func() error) (v verdict) {
	defer func() {
		if fault := recover(); fault != nil {
			v = verdict{domain.Unknown, fmt.Sprintf("the radio panicked: %v", fault)}
		}
	}()
	err := do()
	if v, over := ruling(ctx); over && err != nil {
		return v
	}
	switch {
	case err == nil:
		return verdict{outcome: domain.Succeeded}
	case errors.Is(err, radio.ErrRefused):
		return verdict{domain.Rejected, err.Error()}
	case errors.Is(err, radio.ErrFailed):
		return verdict{domain.Failed, err.Error()}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return verdict{domain.Unknown, "no_answer_in_time"}
	case ctx.Err() != nil:
		return verdict{domain.Unknown, "agent_stopping"}
	}
	return verdict{domain.Unknown, err.Error()}
}

// remaining returns how long the radio may take: until the server's time is
// perhaps the deadline, or the boot clock's is.
func (e *Executor) remaining(t *task) time.Duration {
	if t.local && t.due != 0 {
		return t.due - e.time.Boot()
	}
	now, known := e.time.Now()
	if c := t.command; c.NotAfterMS == 0 || !known {
		return actLimit
	}
	return time.UnixMilli(t.command.NotAfterMS).Sub(now.At.Add(now.Err))
}

// observe asks a device for its present state, where its radio can; nil when
// there is no answer.
func (e *Executor) observe(ctx context.Context, device outbox.Device) (values map[string]thing.Value) {
	reader, ok := e.radios[device.Radio].(radio.Reader)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	defer func() {
		if recover() != nil {
			values = nil
		}
	}()
	values, err := reader.Read(ctx, device.Address)
	if err != nil {
		return nil
	}
	return values
}

// maxReason bounds the text of a result, in bytes.
const maxReason = 200

// finish writes down what a command came to, even while the agent stops.
func (e *Executor) finish(ctx context.Context, c wire.Command, v verdict, observed map[string]thing.Value) error {
	return e.journal.Finish(context.WithoutCancel(ctx), outbox.Result{
		Command: c.ID, Device: c.Device, Outcome: v.outcome,
		Reason: v.reason[:min(len(v.reason), maxReason)], Observed: observed,
	})
}
