package audit

import (
	"cmp"
	"strings"
	"sync"
	"unicode"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// teller knows what things and people are called.
type teller struct {
	home   *domain.Home
	names  map[domain.EntityID]string
	people map[domain.PersonID]string
}

// told is an event that is being told.
type told struct {
	*teller
	row *eventstore.Row
}

// sentence tells an event whose fact is of one type.
type sentence func(told) string

// say makes a sentence of a function of the fact.
func say[F domain.Fact](all map[string]sentence, words func(told, F) string) {
	var zero F
	all[zero.EventType()] = func(t told) string {
		fact, _ := t.row.Fact.(F)
		return words(t, fact)
	}
}

// sentences tell every type of deed there is.
//
//nolint:gochecknoglobals // a table that is made once and never changes
var sentences = sync.OnceValue(func() map[string]sentence {
	all := map[string]sentence{}
	sayHouse(all)
	sayMembers(all)
	sayGateways(all)
	sayRules(all)
	sayPast(all)
	sayEnergy(all)
	sayTelling(all)
	return all
})

// entry tells an event.
func (t *teller) entry(row *eventstore.Row) Entry {
	e := Entry{
		Place: Place{Seq: row.Seq}, At: row.RecordedAt, Kind: kindOf(row.Type), What: row.Type, Actor: row.Actor,
		Entity: row.Entity, Outcome: Done,
	}
	switch fact := row.Fact.(type) {
	case domain.RuleFailed, domain.RuleCut, domain.GatewayConfigurationRolledBack, domain.GatewayGapRecorded:
		e.Outcome = Failed
	case domain.GatewayClaimExhausted:
		e.Outcome = Refused
	case domain.GatewayRulesTaken:
		if fact.Refused != "" {
			e.Outcome = Refused
		}
	}
	in := told{t, row}
	if tell, ok := sentences()[row.Type]; ok {
		e.Says = capital(tell(in))
	} else {
		e.Says = capital(in.who() + ": " + spaced(strings.ReplaceAll(row.Type, ".", " ")))
	}
	return e
}

// who is the subject of the sentence.
func (t told) who() string {
	if id, ok := t.row.Actor.Rule(); ok {
		return t.part(id.Entity(), "rule")
	}
	switch kind, _, _ := strings.Cut(string(t.row.Actor), ":"); kind {
	case "person":
		return t.whoever(t.row.Actor)
	case "local":
		return "somebody at home"
	case "gateway":
		return cmp.Or(t.names[t.row.Edge.Gateway.Entity()], "a gateway")
	}
	return "Logis"
}

// whoever is the name of the person behind an actor.
func (t *teller) whoever(actor domain.Actor) string {
	id, ok := actor.Person()
	if !ok {
		return "somebody"
	}
	return t.person(id)
}

func (t *teller) person(id domain.PersonID) string {
	return cmp.Or(t.people[id], "somebody who was erased")
}

// it is what the event is about.
func (t told) it() string { return t.device(domain.DeviceID(t.row.Entity)) }

func (t *teller) device(id domain.DeviceID) string {
	if name, ok := t.names[id.Entity()]; ok {
		return name
	}
	if d, ok := t.home.Devices[id]; ok {
		if model, err := t.home.Model(d); err == nil {
			return "a " + strings.ToLower(model.Title)
		}
	}
	return "a device that is gone"
}

// part is a part of the home with a name of its own: the rule “Noon”, a rule.
func (t *teller) part(id domain.EntityID, noun string) string {
	if name, ok := t.names[id]; ok {
		return "the " + noun + " “" + name + "”"
	}
	return "a " + noun
}

// this is the part of the home that the event is about.
func (t told) this(noun string) string { return t.part(t.row.Entity, noun) }

// called is the name that the event gave.
func (t told) called() string {
	if t.row.Words == "" {
		return "a name that was erased"
	}
	return "“" + t.row.Words + "”"
}

// doing are actions that have a word of their own.
func doing(action string, model *thing.Model) string {
	words, ok := map[string]string{
		"lockDoor": "lock", "unlockDoor": "unlock", "openValve": "open", "closeValve": "close",
		"upOrOpen": "open", "downOrClose": "close", "stopMotion": "stop", "identify": "show which one it is",
	}[action]
	if ok {
		return words
	}
	if model != nil && model.Actions[action].Title != "" {
		return strings.ToLower(model.Actions[action].Title)
	}
	return spaced(action)
}

// wish is what a command asks for: "turn on", "set brightness to 60 %".
func (t *teller) wish(id domain.DeviceID, c domain.CommandRequested) string {
	var model *thing.Model
	if d, ok := t.home.Devices[id]; ok {
		model, _ = t.home.Model(d) // without a model, names are told as they are
	}
	if c.Action != "" {
		return doing(c.Action, model)
	}
	parts := make([]string, 0, len(c.Set))
	for _, name := range sortedNames(c.Set) {
		value := c.Set[name]
		switch {
		case name == "onOff" && value == thing.Bool(true):
			parts = append(parts, "turn on")
		case name == "onOff":
			parts = append(parts, "turn off")
		default:
			parts = append(parts, "set "+titleOf(model, name)+" to "+valueWords(model, name, value))
		}
	}
	return cmp.Or(strings.Join(parts, " and "), "do something")
}

func titleOf(model *thing.Model, name string) string {
	if model != nil && model.Properties[name].Title != "" {
		return strings.ToLower(model.Properties[name].Title)
	}
	return spaced(name)
}

// valueWords tells a value as the device's model means it.
func valueWords(model *thing.Model, name string, value thing.Value) string {
	if text, ok := value.Str(); ok {
		return spaced(text)
	}
	words := string(value)
	if model == nil {
		return words
	}
	unit := map[string]string{"percent": "%", "celsius": "°C", "kelvin": "K", "watt": "W", "degree": "°"}
	if u := model.Properties[name].Unit; u != "" {
		words += " " + cmp.Or(unit[u], u)
	}
	return words
}

// spaced turns "fanOnly" and "fan_only" into "fan only".
func spaced(name string) string {
	var out strings.Builder
	for i, r := range name {
		switch {
		case r == '_' || r == '-':
			out.WriteByte(' ')
		case unicode.IsUpper(r) && i > 0:
			out.WriteByte(' ')
			out.WriteRune(unicode.ToLower(r))
		default:
			out.WriteRune(unicode.ToLower(r))
		}
	}
	return out.String()
}

func capital(words string) string {
	for i, r := range words {
		return string(unicode.ToUpper(r)) + words[i+len(string(r)):]
	}
	return words
}
