package domain

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"logis/domain/thing"
)

// MaxOpenCommands bounds the commands a home may have waiting at once: far more
// than people and rules need, few enough to keep a home's state small.
const MaxOpenCommands = 1000

// CommandRequest is what somebody asks of a device: either property values to
// set or one action.
type CommandRequest struct {
	Command     CommandID // new, chosen by the caller
	Device      DeviceID
	Set         map[string]thing.Value
	Action      string
	Input       thing.Value
	TTL         time.Duration // 0: the default of the command's class
	Transition  time.Duration // over which the device goes to Set; 0: at once
	Actor       Actor
	Causation   Seq
	Correlation Seq
	Depth       int      // of the rule that asks; 0: somebody else does
	Token       EntityID // the actor's program came with it; zero: they asked themselves
}

// RequestCommand decides on a request: the events to record are those of older
// commands it supersedes and its own, in this order. It refuses with NotFound,
// Invalid (naming every fault), EdgeOffline, Overloaded, or Conflict when an open
// command has the same id.
func (h *Home) RequestCommand(r CommandRequest, now time.Time) ([]Event, error) {
	d, ok := h.Devices[r.Device]
	if !ok || d.Removed {
		return nil, Errorf(NotFound, "there is no such device")
	}
	model, err := h.Model(d)
	if err != nil {
		return nil, Wrap(Internal, "the device has no model", err)
	}
	class, desires, faults := Weigh(model, r)
	faults = append(faults, checkTTL(class, r.TTL)...)
	if len(faults) > 0 {
		return nil, InvalidInput(faults...)
	}
	if g, ok := h.Gateways[d.Gateway]; class.LiveOnly() && (!ok || !g.Connected) {
		return nil, Errorf(EdgeOffline, "the gateway is away, and this is only done while somebody can see it happen")
	}
	events := h.supersede(d.ID, class, desires, r)
	if len(h.Commands)-len(events) >= MaxOpenCommands {
		return nil, Errorf(Overloaded, "%d commands are waiting in this home, the most there can be", len(h.Commands))
	}
	if _, taken := h.Commands[r.Command]; taken || r.Command.IsZero() {
		return nil, Errorf(Conflict, "the command's id is taken")
	}
	fact := CommandRequested{
		Command: r.Command, Gateway: d.Gateway, Class: class, Set: r.Set, Action: r.Action, Input: r.Input,
		Depth: r.Depth, Token: r.Token, TransitionMS: r.Transition.Milliseconds(),
	}
	if r.Action != "" {
		fact.Desires = desires
	}
	if ttl := cmp.Or(r.TTL, class.Timing().Default); ttl > 0 {
		fact.DeadlineMS = now.Add(ttl).UnixMilli()
	}
	return append(events, Event{
		Entity: d.ID.Entity(), Actor: r.Actor, Causation: r.Causation, Correlation: r.Correlation,
		Model: model.ID, Fact: fact,
	}), nil
}

// supersede ends the commands that wait for the same property and have not been
// sent. A sent one is left to the edge, which applies the newest.
func (h *Home) supersede(device DeviceID, class thing.Class, desires map[string]thing.Value, r CommandRequest) []Event {
	if !class.Converges() {
		return nil
	}
	var older []*Command
	for _, c := range h.Commands {
		if c.Status == Requested && c.Class.Converges() && c.overlaps(device, desires) {
			older = append(older, c)
		}
	}
	slices.SortFunc(older, func(a, b *Command) int { return cmp.Compare(a.Requested.Seq, b.Requested.Seq) })
	events := make([]Event, 0, len(older)+1)
	for _, c := range older {
		events = append(events, c.end(Superseded, CommandEnded{By: r.Command}, r.Actor))
	}
	return events
}

// Weigh checks what a request asks for against the model and finds its class and
// the property values it works towards. It refuses by naming every fault. The
// edge weighs again what the cloud has weighed: a command's class is decided by
// the device, not by who sends it.
func Weigh(model *thing.Model, r CommandRequest) (class thing.Class, desires map[string]thing.Value, faults []Fault) {
	class, desires, faults = weigh(model, r)
	if len(faults) == 0 {
		faults = checkFade(model, r)
	}
	return class, desires, faults
}

func weigh(model *thing.Model, r CommandRequest) (thing.Class, map[string]thing.Value, []Fault) {
	switch {
	case r.Action != "" && len(r.Set) > 0:
		return 0, nil, []Fault{{"action", "must not stand beside set: send two commands"}}
	case r.Action != "":
		return weighAction(model, r)
	case len(r.Set) > 0:
		return weighSet(model, r)
	}
	return 0, nil, []Fault{{"set", "must name a property to set, or action what to do"}}
}

func weighAction(model *thing.Model, r CommandRequest) (thing.Class, map[string]thing.Value, []Fault) {
	action, ok := model.Actions[r.Action]
	if !ok {
		return 0, nil, []Fault{{"action", "is not one this device has; it has " + list(model.ActionNames())}}
	}
	switch {
	case action.Input == nil && r.Input != "":
		return action.Class, nil, []Fault{{"input", "must be left out: this action takes none"}}
	case action.Input != nil:
		if why := action.Input.Check(r.Input); why != "" {
			return action.Class, nil, []Fault{{"input", why}}
		}
	}
	return action.Class, action.Desires, nil
}

func weighSet(model *thing.Model, r CommandRequest) (thing.Class, map[string]thing.Value, []Fault) {
	var class thing.Class
	var faults []Fault
	for _, name := range slices.Sorted(maps.Keys(r.Set)) {
		field := "set." + name
		p, ok := model.Properties[name]
		switch {
		case !ok:
			faults = append(faults, Fault{field, "is not a property of this device; it has " + list(model.PropertyNames())})
			continue
		case p.ReadOnly:
			faults = append(faults, Fault{field, "is only told by the device and cannot be set"})
			continue
		case class == 0:
			class = p.Class
		case class != p.Class:
			faults = append(faults, Fault{field, "must be set by a command of its own: it is of another class"})
		}
		if why := p.Check(r.Set[name]); why != "" {
			faults = append(faults, Fault{field, why})
		}
	}
	if r.Input != "" {
		faults = append(faults, Fault{"input", "must only stand beside action"})
	}
	return class, r.Set, faults
}

func checkTTL(class thing.Class, ttl time.Duration) []Fault {
	limit := class.Timing().Max
	switch {
	case ttl < 0:
		return []Fault{{"ttl_ms", "must not be negative"}}
	case limit > 0 && ttl > limit:
		return []Fault{{"ttl_ms", "must be at most " + limit.String() + " for a command of class " + class.String()}}
	case limit == 0 && ttl > 0 && class.Valid():
		return []Fault{{"ttl_ms", "must be left out: this setting waits until a newer one replaces it"}}
	}
	return nil
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
