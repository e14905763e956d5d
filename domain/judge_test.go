package domain_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"logis/domain"
)

// look holds the newest events and the state they led to against the promises.
func (m *machine) look(t *rapid.T) {
	for ; m.read < len(m.log); m.read++ {
		if err := m.judge(m.log[m.read]); err != nil {
			t.Fatalf("event %d, %s: %v", m.read+1, m.log[m.read].Fact.EventType(), err)
		}
	}
	m.compareWishes(t)
	if len(m.Commands) > domain.MaxOpenCommands {
		t.Fatalf("%d commands are open", len(m.Commands))
	}
	for id := range m.Commands {
		if l := m.lives[id]; l == nil || l.ended {
			t.Fatalf("command %s is open and has ended, or never began", id)
		}
	}
}

var (
	errTwice   = errors.New("it happened before")
	errEnded   = errors.New("the command has ended, or never began")
	errLate    = errors.New("the deadline has passed")
	errEarly   = errors.New("it is not due yet")
	errOnItWay = errors.New("it is on its way")
	errSession = errors.New("not the gateway's newest session")
)

func (m *machine) judge(ev *domain.RecordedEvent) error {
	switch fact := ev.Fact.(type) {
	case domain.CommandRequested:
		return m.judgeRequest(ev, fact)
	case domain.CommandSent:
		return m.judgeSend(ev, fact)
	case domain.CommandDelivered:
		l := m.lives[fact.Command]
		if l == nil || l.ended {
			return errEnded
		}
		l.delivered = true
	case domain.CommandEnded:
		l := m.lives[fact.Command]
		if l == nil || l.ended {
			return errEnded
		}
		l.ended = true
		return judgeEnd(l, ev, fact.Outcome)
	}
	return nil
}

func (m *machine) judgeRequest(ev *domain.RecordedEvent, fact domain.CommandRequested) error {
	if m.lives[fact.Command] != nil {
		return errTwice
	}
	l := &life{device: domain.DeviceID(ev.Entity), class: fact.Class, requested: ev.Seq, desires: fact.Set}
	if fact.Action != "" {
		l.desires = fact.Desires
	}
	if fact.DeadlineMS != 0 {
		l.deadline = time.UnixMilli(fact.DeadlineMS)
	}
	if timing := fact.Class.Timing(); (timing.Max == 0) != l.deadline.IsZero() || l.deadline.After(ev.RecordedAt.Add(timing.Max)) {
		return fmt.Errorf("the deadline is %s", l.deadline)
	}
	for name := range l.desires {
		m.wishes[l.device.String()+name] = fact.Command
	}
	m.lives[fact.Command] = l
	return nil
}

// judgeSend is C-1, C-2 and C-6.
func (m *machine) judgeSend(ev *domain.RecordedEvent, fact domain.CommandSent) error {
	l := m.lives[fact.Command]
	switch {
	case l == nil || l.ended:
		return errEnded
	case !l.deadline.IsZero() && !ev.RecordedAt.Before(l.deadline):
		return errLate
	case slices.Contains(l.sessions, fact.Session):
		return errTwice
	case l.class.AtMostOnce() && (len(l.sessions) > 0 || l.delivered):
		return errTwice
	}
	l.sessions = append(l.sessions, fact.Session)
	if g := m.Gateways[m.Commands[fact.Command].Gateway]; fact.Session > g.Session {
		return errSession
	}
	return nil
}

// judgeEnd is what each end may follow, when the cloud decides on it.
func judgeEnd(l *life, ev *domain.RecordedEvent, outcome domain.Outcome) error {
	if ev.Actor == domain.GatewayActor {
		if outcome == domain.Cancelled {
			return errors.New("no gateway cancels")
		}
		return nil
	}
	waiting := len(l.sessions) == 0 && !l.delivered
	switch outcome {
	case domain.Expired:
		if !waiting {
			return errOnItWay
		}
		if l.deadline.IsZero() || ev.RecordedAt.Before(l.deadline) {
			return errEarly
		}
	case domain.Unknown:
		if waiting || l.deadline.IsZero() || ev.RecordedAt.Before(l.deadline.Add(domain.AnswerGrace)) {
			return errEarly
		}
	case domain.Superseded, domain.Cancelled, domain.Rejected:
		if !waiting {
			return errOnItWay
		}
	case domain.Failed:
		if !l.class.AtMostOnce() || len(l.sessions) != 1 || l.delivered {
			return errors.New("it may have left, or may be sent again")
		}
	default:
		return fmt.Errorf("the cloud cannot know that it %s", outcome)
	}
	return nil
}

// compareWishes holds what the twins want against the commands.
func (m *machine) compareWishes(t *rapid.T) {
	for id, twin := range m.Twins {
		delta := twin.Delta()
		for name, p := range twin.Properties {
			newest, wanted := m.wishes[id.String()+name]
			if !wanted {
				if p.Desired != (domain.Desired{}) || delta[name] != "" {
					t.Fatalf("nobody wants %s, but desired is %+v", name, p.Desired)
				}
				continue
			}
			l, d := m.lives[newest], p.Desired
			if d.Command != newest || d.Value != l.desires[name] || d.Version != l.requested || d.Open == l.ended {
				t.Fatalf("%s is wanted by %+v, but desired is %+v", name, l, d)
			}
			if _, differs := delta[name]; differs != (d.Open && d.Value != p.Reported.Value) {
				t.Fatalf("the delta is %v of %+v", delta, p)
			}
		}
	}
}
