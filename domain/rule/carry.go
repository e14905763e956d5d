package rule

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"logis/domain"
)

// Record adds an event to the home's log, folds it and lets React see it before it
// returns, as eventstore.Tx.Record does. An event of a zero causation follows from
// nothing.
type Record func(domain.Event) (*domain.RecordedEvent, error)

// Carry does what was decided about ev. What a rule asks for and cannot have is
// recorded as rule.failed and keeps neither the rest of the rule nor anybody else
// from going on; an error is that of record, and nothing can go on.
func Carry(home *domain.Home, d Decision, ev *domain.RecordedEvent, record Record) error {
	c := carrier{home: home, decision: d, now: ev.RecordedAt, record: record, cause: d.cause}
	for _, planned := range d.Events {
		if planned.Causation == 0 {
			planned.Causation = c.cause.causation
		}
		if waited, ok := planned.Fact.(domain.RuleWaited); ok && waited.Kind == domain.WaitQueued {
			waited.Fired = c.cause.fired
			planned.Fact = waited
		}
		rec, err := record(planned)
		if err != nil {
			return err
		}
		c.cause.causation = rec.Seq
		if _, fired := planned.Fact.(domain.RuleFired); fired {
			c.cause.fired = rec.Seq
		}
	}
	if d.Action < 0 {
		return nil
	}
	return c.run()
}

// carrier takes one run of a rule through its actions.
type carrier struct {
	home     *domain.Home
	decision Decision
	cause    origin
	now      time.Time
	record   Record
}

// rule returns the rule as it is now: what the run itself set in motion may have
// edited, disabled or cut it.
func (c *carrier) rule() (*domain.Rule, bool) {
	r, ok := c.home.Rules[c.decision.Rule]
	return r, ok && r.Version == c.decision.Version && r.Active()
}

// run does the actions up to the next delay or the end.
func (c *carrier) run() error {
	for i := c.decision.Action; ; i++ {
		r, ok := c.rule()
		if !ok {
			return nil
		}
		if i >= len(r.Document.Actions) {
			return c.next(r)
		}
		action := r.Document.Actions[i]
		if action.Delay != nil {
			_, err := c.record(ruleEvent(r.ID, c.cause, domain.RuleWaited{
				Version: r.Version, Kind: domain.WaitDelay, Trigger: c.decision.Trigger, Action: i + 1,
				DueMS: c.now.Add(time.Duration(action.Delay.MS) * time.Millisecond).UnixMilli(),
				Fired: c.cause.fired, Depth: c.cause.depth,
			}))
			return err
		}
		if err := c.act(r, i, action); err != nil {
			return err
		}
	}
}

// next lets the run begin that has waited longest for this one to end.
func (c *carrier) next(r *domain.Rule) error {
	wait, ok := waitOf(c.home, r.ID, func(w domain.Wait) bool {
		return w.Kind == domain.WaitQueued && w.Edge.Gateway == c.decision.at
	})
	if !ok {
		return nil
	}
	_, err := c.record(ruleEvent(r.ID, origin{causation: wait.Seq, correlation: wait.Correlation},
		domain.RuleWaitEnded{Wait: wait.Seq, Outcome: domain.WaitDue}))
	return err
}

func (c *carrier) act(r *domain.Rule, i int, action domain.Action) error {
	switch {
	case action.Command != nil:
		return c.command(r, i, c.cause, domain.CommandRequest{
			Device: action.Command.Device, Set: action.Command.Set, Action: action.Command.Action,
			Input: action.Command.Input, TTL: time.Duration(action.Command.TTLMS) * time.Millisecond,
			Transition: time.Duration(action.Command.TransitionMS) * time.Millisecond,
		})
	case action.Scene != nil:
		return c.scene(r, i, action.Scene.Scene)
	case action.Notify != nil:
		_, err := c.record(ruleEvent(r.ID, c.cause, domain.NoticeRaised{
			About: domain.NoticeOfRule, Person: action.Notify.Person, Action: i,
		}))
		return err
	case action.Webhook != nil:
		ev, err := c.home.CallWebhook(action.Webhook.Webhook, domain.RuleActor(r.ID), domain.WebhookCalled{Fired: c.cause.fired, Action: i})
		if err != nil {
			return c.failed(r, i, err)
		}
		ev.Causation, ev.Correlation = c.cause.causation, c.cause.correlation
		_, err = c.record(ev)
		return err
	case action.Mode != nil:
		ev, news, err := c.home.ChangeMode(action.Mode.To, domain.RuleActor(r.ID))
		if err != nil || !news {
			return c.failed(r, i, err)
		}
		ev.Causation, ev.Correlation = c.cause.causation, c.cause.correlation
		ev.Fact = domain.HomeModeChanged{Mode: action.Mode.To, Depth: c.cause.depth}
		_, err = c.record(ev)
		return err
	}
	return c.failed(r, i, domain.Errorf(domain.Invalid, "not available"))
}

func (c *carrier) failed(r *domain.Rule, i int, why error) error {
	if why == nil {
		return nil
	}
	_, err := c.record(ruleEvent(r.ID, c.cause, domain.RuleFailed{Fired: c.cause.fired, Action: i, Code: domain.CodeOf(why)}))
	return err
}

// command asks a device for something, if the home lets rules do so.
func (c *carrier) command(r *domain.Rule, i int, from origin, request domain.CommandRequest) error {
	request.Command = commandID(c.home, c.decision.at, c.now)
	request.Actor = domain.RuleActor(r.ID)
	request.Causation, request.Correlation, request.Depth = from.causation, from.correlation, from.depth
	d, ok := c.home.Devices[request.Device]
	if !ok || d.Removed {
		return c.failed(r, i, domain.Errorf(domain.NotFound, "there is no such device"))
	}
	model, err := c.home.Model(d)
	if err != nil {
		return c.failed(r, i, err)
	}
	class, _, faults := domain.Weigh(model, request)
	switch other, fast := tooFast(c.home, r.ID, d.ID, class, c.now); {
	case len(faults) > 0:
		return c.failed(r, i, domain.InvalidInput(faults...))
	case !c.home.AllowsRule(r.ID, d.ID, class):
		return c.failed(r, i, domain.Errorf(domain.Forbidden, "rules may not do this now"))
	case c.decision.late && class.LiveOnly():
		return c.failed(r, i, domain.Errorf(domain.Conflict, "its time is over"))
	case fast:
		return c.cut(r, domain.RuleCut{Version: r.Version, Reason: domain.CutRate, Device: d.ID, Other: other})
	}
	events, err := c.request(request)
	if err != nil {
		return c.failed(r, i, err)
	}
	for _, ev := range events {
		if _, err := c.record(ev); err != nil {
			return err
		}
	}
	return nil
}

// request asks for a command; at a gateway it is given there and then.
func (c *carrier) request(request domain.CommandRequest) ([]domain.Event, error) {
	if c.decision.at.IsZero() {
		return c.home.RequestCommand(request, c.now)
	}
	ev, err := c.home.ActByRule(c.decision.at, request, c.now)
	return []domain.Event{ev}, err
}

func (c *carrier) cut(r *domain.Rule, fact domain.RuleCut) error {
	last := c.cause.causation
	for _, ev := range cut(c.home, r, c.now, c.cause, fact) {
		if ev.Causation == 0 {
			ev.Causation = last
		}
		rec, err := c.record(ev)
		if err != nil {
			return err
		}
		last = rec.Seq
	}
	return nil
}

func (c *carrier) scene(r *domain.Rule, i int, id domain.SceneID) error {
	ev, requests, err := c.home.ActivateScene(id, domain.RuleActor(r.ID), c.cause.depth)
	if err != nil {
		return c.failed(r, i, err)
	}
	ev.Causation, ev.Correlation = c.cause.causation, c.cause.correlation
	rec, err := c.record(ev)
	if err != nil {
		return err
	}
	from := c.cause
	from.causation = rec.Seq
	for _, request := range requests {
		if err := c.command(r, i, from, request); err != nil {
			return err
		}
	}
	return nil
}

// commandID makes an id for the next command of a home: a version 7 one, like all
// others, whose random part follows from the place in the log. No two commands of
// a home have the same place, and a rule tried again gives the same id.
func commandID(home *domain.Home, at domain.GatewayID, now time.Time) domain.CommandID {
	var seed [24]byte
	copy(seed[:], home.ID[:])
	binary.BigEndian.PutUint64(seed[16:], uint64(home.Seq)) //nolint:gosec // seqs are positive
	place := seed[:]
	if !at.IsZero() { // whose places are those of its outbox
		place = append(place, at[:]...)
	}
	sum := sha256.Sum256(place)
	var id domain.CommandID
	binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli())<<16)
	copy(id[6:], sum[:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
