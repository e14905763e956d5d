package audit

import (
	"cmp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/message"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// teller knows what things and people are called, and speaks a language.
type teller struct {
	*message.Printer

	home   *domain.Home
	names  map[domain.EntityID]string
	people map[domain.PersonID]string
}

// told is an event that is being told.
type told struct {
	*teller
	row *eventstore.Row
}

// sayf puts a sentence together. Its English form is what it is found by in other
// languages; these may take its parts in another order.
func (t *teller) sayf(english string, parts ...any) string { return t.Sprintf(english, parts...) }

// word is a word or a few in the language that is spoken; what has none stays as it is.
func (t *teller) word(english string) string { return t.Sprintf(message.Key(english, "%s"), english) }

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
		e.Says = capital(in.sayf("%s: %s", in.who(), spaced(strings.ReplaceAll(row.Type, ".", " "))))
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
		return t.sayf("somebody at home")
	case "gateway":
		return t.gateway(t.row.Edge.Gateway.Entity())
	}
	return "Logis"
}

// whoever is the name of the person behind an actor.
func (t *teller) whoever(actor domain.Actor) string {
	id, ok := actor.Person()
	if !ok {
		return t.sayf("somebody")
	}
	return t.person(id)
}

func (t *teller) person(id domain.PersonID) string {
	return cmp.Or(t.people[id], t.sayf("somebody who was erased"))
}

func (t *teller) gateway(id domain.EntityID) string { return cmp.Or(t.names[id], t.sayf("a gateway")) }

// role is what a member is.
func (t *teller) role(role domain.Role) string { return t.some(string(role), t.word(string(role))) }

// kind is one of the devices of a model, as its title calls them. Titles are looked up
// as they are: a lock is not what is asked of it.
func (t *teller) kind(title string) string {
	english := strings.ToLower(title)
	return t.some(english, t.Sprintf(message.Key(title, "%s"), english))
}

// some is one of many, which has no name: a rule, an admin. English tells which article.
func (t *teller) some(english, spoken string) string {
	if strings.ContainsRune("aeiou", rune(english[0])) {
		return t.sayf("an %s", spoken)
	}
	return t.sayf("a %s", spoken)
}

// it is what the event is about.
func (t told) it() string { return t.device(domain.DeviceID(t.row.Entity)) }

func (t *teller) device(id domain.DeviceID) string {
	if name, ok := t.names[id.Entity()]; ok {
		return name
	}
	if d, ok := t.home.Devices[id]; ok {
		if model, err := t.home.Model(d); err == nil {
			return t.kind(model.Title)
		}
	}
	return t.sayf("a device that is gone")
}

// part is a part of the home with a name of its own: the rule “Noon”, a rule.
func (t *teller) part(id domain.EntityID, noun string) string {
	if name, ok := t.names[id]; ok {
		return t.sayf("the %s “%s”", t.word(noun), name)
	}
	return t.some(noun, t.word(noun))
}

// this is the part of the home that the event is about.
func (t told) this(noun string) string { return t.part(t.row.Entity, noun) }

// called is the name that the event gave.
func (t told) called() string {
	if t.row.Words == "" {
		return t.sayf("a name that was erased")
	}
	return t.sayf("“%s”", t.row.Words)
}

// actionWords are actions that have words of their own.
func actionWords() map[string]string {
	return map[string]string{
		"lockDoor": "lock", "unlockDoor": "unlock", "openValve": "open", "closeValve": "close",
		"upOrOpen": "open", "downOrClose": "close", "stopMotion": "stop", "identify": "show which one it is",
	}
}

func (t *teller) doing(action string, model *thing.Model) string {
	words, ok := actionWords()[action]
	if !ok && model != nil {
		words = strings.ToLower(model.Actions[action].Title)
	}
	return t.word(cmp.Or(words, spaced(action)))
}

// wish is what a command asks for: "turn on", "set brightness to 60 %".
func (t *teller) wish(id domain.DeviceID, c domain.CommandRequested) string {
	var model *thing.Model
	if d, ok := t.home.Devices[id]; ok {
		model, _ = t.home.Model(d) // without a model, names are told as they are
	}
	if c.Action != "" {
		return t.doing(c.Action, model)
	}
	parts := make([]string, 0, len(c.Set))
	for _, name := range sortedNames(c.Set) {
		value := c.Set[name]
		switch {
		case name == "onOff" && value == thing.Bool(true):
			parts = append(parts, t.sayf("turn on"))
		case name == "onOff":
			parts = append(parts, t.sayf("turn off"))
		default:
			parts = append(parts, t.sayf("set %s to %s", t.word(titleOf(model, name)), t.value(model, name, value)))
		}
	}
	return cmp.Or(strings.Join(parts, t.sayf(" and ")), t.sayf("do something"))
}

func titleOf(model *thing.Model, name string) string {
	if model != nil && model.Properties[name].Title != "" {
		return strings.ToLower(model.Properties[name].Title)
	}
	return spaced(name)
}

// value tells a value as the device's model means it.
func (t *teller) value(model *thing.Model, name string, value thing.Value) string {
	if text, ok := value.Str(); ok {
		return t.word(spaced(text))
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
