package wire

import (
	"encoding/json"
	"strings"
	"time"

	"logis/domain"
)

// Numbers finds in a home's log what an entry of the outbox, by its number, became.
type Numbers interface {
	// Seq returns the event's place and that of the first cause of its story, zeros
	// when there is none.
	Seq(number int64) (seq, correlation domain.Seq)
}

// MaxReason bounds the free text a gateway may put into an event, in bytes.
const MaxReason = 200

// Means finds the event that an entry of a gateway's outbox stands for in a home:
// the one translation, which the cloud and the gateway itself share. The error says
// what makes no sense.
func (e *Entry) Means(home *domain.Home, from domain.GatewayID, number int64, now time.Time, numbers Numbers) (domain.Event, error) {
	switch e.Kind {
	case KindReport:
		return home.Report(from, e.Device, e.Values, e.Cause)
	case KindDelivered:
		return home.Deliver(from, e.Command)
	case KindResult:
		return home.EndCommand(from, e.Device, domain.Result{
			Command: e.Command, Outcome: e.Outcome, Reason: clip(e.Reason), Observed: e.Observed,
		})
	case KindAct:
		return e.act(home, from, now, numbers)
	case KindSignal:
		return home.Signal(from, e.Device, e.Event, e.Data)
	case KindReach:
		return home.Reach(from, e.Device, e.Available)
	case KindDevice:
		return home.Register(from, e.Device, domain.DeviceRegistered{
			Address: e.Address, Kind: e.Model, Capabilities: e.Capabilities, Attributes: e.Attributes,
		})
	case KindRemoved:
		return home.Unregister(from, e.Device)
	case KindClock:
		return ofGateway(from, domain.GatewayClockStepped{ByMS: e.ByMS}), nil
	case KindConfigured:
		return home.Settle(from, domain.Seq(e.To), domain.ConfigurationState(e.Event), clip(e.Reason))
	case KindRule:
		return e.ofRule(home, from, numbers)
	case KindPlaced:
		return home.TakeRules(from, domain.GatewayRulesTaken{Bundle: e.Bundle, Rules: e.Rules, Anew: e.Anew, Refused: clip(e.Reason)})
	case KindGap:
		return ofGateway(from, domain.GatewayGapRecorded{
			From: number, To: e.To, Count: e.To - number + 1, Reason: clip(e.Reason),
		}), nil
	}
	return domain.Event{}, domain.InvalidInput(domain.Fault{Field: "kind", Message: "is not one this server knows"})
}

func ofGateway(from domain.GatewayID, fact domain.Fact) domain.Event {
	return domain.Event{Entity: from.Entity(), Actor: domain.GatewayActor, Fact: fact}
}

func clip(text string) string {
	if len(text) <= MaxReason {
		return text
	}
	return strings.ToValidUTF8(text[:MaxReason], "")
}

func (e *Entry) act(home *domain.Home, from domain.GatewayID, now time.Time, numbers Numbers) (domain.Event, error) {
	r := domain.CommandRequest{
		Command: e.Command, Device: e.Device, Set: e.Values, Action: e.Action, Input: e.Input,
		Transition: time.Duration(e.TransitionMS) * time.Millisecond,
	}
	if e.Rule.IsZero() {
		return home.Act(from, e.Client, r, now)
	}
	r.Actor, r.Depth = domain.RuleActor(e.Rule), e.Depth
	r.Causation, r.Correlation = after(e.After, numbers)
	return home.ActByRule(from, r, now)
}

// after returns what an entry follows from, and the first cause of that.
func after(number int64, numbers Numbers) (causation, correlation domain.Seq) {
	causation, correlation = numbers.Seq(number)
	if correlation == 0 {
		correlation = causation
	}
	return causation, correlation
}

// ofRule reads what a rule did. Only what rules do may stand there.
func (e *Entry) ofRule(home *domain.Home, from domain.GatewayID, numbers Numbers) (domain.Event, error) {
	ev := domain.Event{Entity: e.Rule.Entity(), Actor: domain.RuleActor(e.Rule)}
	ev.Causation, ev.Correlation = after(e.After, numbers)
	fact, err := domain.DecodeFact(e.Fact, domain.FactSchema, e.Body)
	if err != nil || e.Rule.IsZero() {
		return ev, domain.InvalidInput(domain.Fault{Field: "body", Message: "is not a fact this server knows"})
	}
	seq := func(number domain.Seq) domain.Seq {
		at, _ := numbers.Seq(int64(number))
		return at
	}
	switch f := fact.(type) {
	case domain.RuleFired, domain.RuleCut, domain.NoticeRaised:
		ev.Fact = f
	case domain.RuleWaited:
		f.Fired = seq(f.Fired)
		ev.Fact = f
	case domain.RuleFailed:
		f.Fired = seq(f.Fired)
		ev.Fact = f
	case domain.RuleWaitEnded:
		if w, ok := waitOf(home, e.Rule, from, int64(f.Wait)); ok {
			f.Wait = w.Seq
			if e.After == 0 {
				ev.Causation, ev.Correlation = w.Seq, w.Correlation
				if w.Kind == domain.WaitSchedule {
					ev.Correlation = w.Seq // each time is a story of its own
				}
			}
		} else {
			f.Wait = seq(f.Wait)
		}
		ev.Fact = f
	case domain.SceneActivated:
		ev.Entity, ev.Fact = e.Scene.Entity(), f
	default:
		return ev, domain.InvalidInput(domain.Fault{Field: "fact", Message: "is not what a rule does"})
	}
	return ev, nil
}

// waitOf finds what a gateway's rule waits for by the number it has there.
func waitOf(home *domain.Home, id domain.RuleID, from domain.GatewayID, number int64) (domain.Wait, bool) {
	run, ok := home.Runs[id]
	if !ok {
		return domain.Wait{}, false
	}
	for _, w := range run.Waits {
		if w.Edge.Gateway == from && w.Edge.Seq == number && w.Edge.Epoch == home.Gateways[from].Epoch {
			return w, true
		}
	}
	return domain.Wait{}, false
}

// EntryOf returns the entry that tells what a rule did at a gateway, where the seqs
// of events are the numbers of their entries.
func EntryOf(rule domain.RuleID, ev domain.Event) (Entry, error) {
	e := Entry{Rule: rule, After: int64(ev.Causation)}
	if fact, ok := ev.Fact.(domain.CommandRequested); ok {
		e.Kind, e.Command, e.Device, e.Depth = KindAct, fact.Command, domain.DeviceID(ev.Entity), fact.Depth
		e.Values, e.Action, e.Input, e.TransitionMS = fact.Set, fact.Action, fact.Input, fact.TransitionMS
		return e, nil
	}
	body, err := json.Marshal(ev.Fact)
	e.Kind, e.Fact, e.Body = KindRule, ev.Fact.EventType(), body
	if _, ok := ev.Fact.(domain.SceneActivated); ok {
		e.Scene = domain.SceneID(ev.Entity)
	}
	if ended, ok := ev.Fact.(domain.RuleWaitEnded); ok && ev.Causation == ended.Wait {
		e.After = 0 // it follows from the wait itself
	}
	return e, err
}
