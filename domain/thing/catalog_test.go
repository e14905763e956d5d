package thing_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"logis/domain/thing"
)

func standard(t *testing.T) *thing.Catalog {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// Row A27 of the list of capabilities: every device there has a kind.
func TestEveryDeviceOnTheListHasAKind(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		device, kind string
		has          []string
	}{
		{"temperature sensor", "temperature-sensor", []string{"temperature"}},
		{"humidity sensor", "humidity-sensor", []string{"relativeHumidity"}},
		{"door and window sensor", "contact-sensor", []string{"contact"}},
		{"motion sensor", "motion-sensor", []string{"occupancy"}},
		{"water sensor", "leak-sensor", []string{"waterLeak"}},
		{"smoke sensor", "smoke-alarm", []string{"smokeState"}},
		{"gas sensor", "gas-alarm", []string{"gasState"}},
		{"light sensor", "light-sensor", []string{"illuminance"}},
		{"sleep sensor", "sleep-sensor", []string{"sleepStage", "heartRate", "breathingRate"}},
		{"switch", "switch", []string{"onOff"}},
		{"wall button", "button", []string{"multiPressComplete", "longPress", "longRelease"}},
		{"socket", "plug", []string{"onOff", "activePower", "cumulativeEnergyImported"}},
		{"curtain", "curtain", []string{"currentPositionLiftPercentage", "upOrOpen", "downOrClose", "stopMotion"}},
		{"air conditioner", "air-conditioner", []string{"onOff", "systemMode", "occupiedCoolingSetpoint", "fanMode"}},
		{"dimmer", "dimmer", []string{"onOff", "currentLevel"}},
		{"lock", "lock", []string{"lockState", "lockDoor", "unlockDoor"}},
		{"camera hub", "camera-hub", []string{"privacyMode", "streaming", "motionSeen"}},
	} {
		m, err := standard(t).Describe(row.kind, nil)
		if err != nil {
			t.Errorf("%s: %v", row.device, err)
			continue
		}
		all := slices.Concat(m.PropertyNames(), m.ActionNames(), m.EventNames())
		for _, name := range row.has {
			if !slices.Contains(all, name) {
				t.Errorf("a %s has no %s, only %v", row.device, name, all)
			}
		}
	}
}

// Numbers that count or grade and so have no unit.
var unitless = []string{"linkQuality"}

func TestEveryAffordanceIsWellFormed(t *testing.T) {
	t.Parallel()
	for _, m := range everyModel(t) {
		if m.Title == "" || m.Version == "" || m.ID != m.Kind+"@"+m.Version {
			t.Errorf("%s has title %q and id %q", m.Kind, m.Title, m.ID)
		}
		for name, p := range m.Properties {
			at := m.Kind + "." + name
			checkTerm(t, at, p.Term)
			checkSchema(t, at, p.Schema)
			if p.Title == "" || p.ReadOnly == p.Class.Valid() {
				t.Errorf("%s has title %q and class %q", at, p.Title, p.Class)
			}
			numeric := p.Type == "integer" || p.Type == "number"
			if numeric && (p.Minimum == nil || p.Maximum == nil || (p.Unit == "" && !slices.Contains(unitless, name))) {
				t.Errorf("%s is a number without bounds or unit", at)
			}
		}
		for name, a := range m.Actions {
			at := m.Kind + "." + name
			checkTerm(t, at, a.Term)
			if a.Title == "" || !a.Class.Valid() {
				t.Errorf("%s has title %q and class %q", at, a.Title, a.Class)
			}
			if a.Input != nil {
				checkSchema(t, at, *a.Input)
			}
			for wanted, value := range a.Desires {
				if p, ok := m.Properties[wanted]; !ok || p.Check(value) != "" {
					t.Errorf("%s works towards %s = %s, which there is not", at, wanted, value)
				}
			}
		}
		for name, e := range m.Events {
			checkTerm(t, m.Kind+"."+name, e.Term)
			if e.Title == "" {
				t.Errorf("%s.%s has no title", m.Kind, name)
			}
			if e.Data != nil {
				checkSchema(t, m.Kind+"."+name, *e.Data)
			}
		}
	}
}

// everyModel returns every kind as it is and with every capability it can have.
func everyModel(t *testing.T) []*thing.Model {
	t.Helper()
	models := standard(t).Kinds()
	for _, m := range standard(t).Kinds() {
		for _, name := range standard(t).Capabilities() {
			more, err := standard(t).Describe(m.Kind, []string{name})
			if err != nil {
				t.Fatal(err)
			}
			models = append(models, more)
		}
	}
	return models
}

func checkTerm(t *testing.T, at, term string) {
	t.Helper()
	vocabulary, name, _ := strings.Cut(term, ":")
	matter := vocabulary == "matter" && strings.Count(name, ".") == 1
	if own := vocabulary == "logis" && name != ""; !matter && !own {
		t.Errorf("%s has the term %q, want matter:Cluster.element or logis:name", at, term)
	}
}

func checkSchema(t *testing.T, at string, s thing.Schema) {
	t.Helper()
	if !slices.Contains([]string{"boolean", "integer", "number", "string", "object"}, s.Type) {
		t.Errorf("%s has the type %q", at, s.Type)
	}
	if s.Minimum != nil && s.Maximum != nil && *s.Minimum >= *s.Maximum {
		t.Errorf("%s takes no number", at)
	}
	for _, v := range s.Enum {
		if why := s.Check(v); why != "" {
			t.Errorf("%s offers %s, which %s", at, v, why)
		}
	}
	for _, name := range s.Required {
		if _, ok := s.Properties[name]; !ok {
			t.Errorf("%s asks for %s, which it does not have", at, name)
		}
	}
	for name, member := range s.Properties {
		checkSchema(t, at+"."+name, member)
	}
}

// Opening, unlocking and the like must carry class A; what makes safe, class B.
// No action may depend on the state before it (C-4).
func TestWhatOpensIsOfTheClassThatOpens(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]thing.Class{
		"lock.unlockDoor": thing.Opening, "lock.lockDoor": thing.Securing,
		"valve.openValve": thing.Opening, "valve.closeValve": thing.Securing,
		"curtain.stopMotion": thing.Momentary, "light.identify": thing.Momentary,
	} {
		kind, action, _ := strings.Cut(at, ".")
		m, err := standard(t).Describe(kind, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Actions[action].Class; got != want {
			t.Errorf("%s is of class %q, want %q", at, got, want)
		}
	}
	for _, m := range everyModel(t) {
		for _, name := range m.ActionNames() {
			if strings.Contains(strings.ToLower(name+m.Actions[name].Term), "toggle") {
				t.Errorf("%s has %s: nothing may be toggled", m.Kind, name)
			}
		}
		for _, name := range []string{"lockState", "valveState"} {
			if p, ok := m.Properties[name]; ok && !p.ReadOnly {
				t.Errorf("%s.%s can be set, past the class of its actions", m.Kind, name)
			}
		}
	}
}

// The documents as they stand in their files are Thing Models: what the standard
// asks of one holds, and every tm:ref leads to an affordance.
func TestEveryDocumentIsAThingModel(t *testing.T) {
	t.Parallel()
	files := os.DirFS("models")
	names, err := fs.Glob(files, "*/*.tm.json")
	if err != nil || len(names) < 50 {
		t.Fatalf("%d documents (%v)", len(names), err)
	}
	for _, name := range names {
		d := readDocument(t, files, name)
		if d.Type != "tm:ThingModel" || len(d.Context) != 2 || string(d.Context[0]) != `"https://www.w3.org/2022/wot/td/v1.1"` {
			t.Errorf("%s: @type is %q, @context %s", name, d.Type, d.Context)
		}
		refs := 0
		for group, affordances := range d.groups() {
			for affordance, members := range affordances {
				var ref string
				if raw, ok := members["tm:ref"]; !ok {
					continue
				} else if err := json.Unmarshal(raw, &ref); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				refs++
				file, pointer, _ := strings.Cut(ref, "#")
				target := readDocument(t, files, path.Join(path.Dir(name), file))
				if pointer != "/"+group+"/"+affordance || target.groups()[group][affordance] == nil {
					t.Errorf("%s: %s leads nowhere", name, ref)
				}
			}
		}
		if isKind := strings.HasPrefix(name, "kinds/"); isKind != (refs > 0) {
			t.Errorf("%s refers to %d affordances", name, refs)
		}
	}
}

type rawDocument struct {
	Context    []json.RawMessage                     `json:"@context"`
	Type       string                                `json:"@type"`
	Properties map[string]map[string]json.RawMessage `json:"properties"`
	Actions    map[string]map[string]json.RawMessage `json:"actions"`
	Events     map[string]map[string]json.RawMessage `json:"events"`
}

func (d rawDocument) groups() map[string]map[string]map[string]json.RawMessage {
	return map[string]map[string]map[string]json.RawMessage{
		"properties": d.Properties, "actions": d.Actions, "events": d.Events,
	}
}

func readDocument(t *testing.T, files fs.FS, name string) rawDocument {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	var d rawDocument
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}

func TestAModelShowsItsDocumentWithEveryReferenceResolved(t *testing.T) {
	t.Parallel()
	for _, m := range standard(t).Kinds() {
		var d rawDocument
		if err := json.Unmarshal(m.Document, &d); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(m.Document), "tm:ref") {
			t.Errorf("%s still refers to others", m.Kind)
		}
		if len(d.Properties) != len(m.Properties) || len(d.Actions) != len(m.Actions) || len(d.Events) != len(m.Events) {
			t.Errorf("%s: the document has other affordances than the model", m.Kind)
		}
	}
}

func TestCapabilitiesAreAddedInAnyOrder(t *testing.T) {
	t.Parallel()
	catalog := standard(t)
	one, err := catalog.Describe("contact-sensor", []string{"tamper", "battery"})
	if err != nil {
		t.Fatal(err)
	}
	two, err := catalog.Describe("contact-sensor", []string{"battery", "tamper", "battery"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"batteryPercent", "contact", "tamper"}
	if !slices.Equal(one.PropertyNames(), want) || !slices.Equal(two.PropertyNames(), want) {
		t.Errorf("described as %v and %v", one.PropertyNames(), two.PropertyNames())
	}
	plain, err := catalog.Describe("contact-sensor", nil)
	if err != nil || !slices.Equal(plain.PropertyNames(), []string{"contact"}) {
		t.Errorf("adding capabilities to one device changed the kind: %v (%v)", plain.PropertyNames(), err)
	}
}

func TestTheKindHasTheLastWordOnAnAffordance(t *testing.T) {
	t.Parallel()
	lamp, err := standard(t).Describe("light", []string{"on-off", "identify"})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := standard(t).Describe("light", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(lamp.PropertyNames(), plain.PropertyNames()) || lamp.Properties["onOff"].Title != plain.Properties["onOff"].Title {
		t.Error("a capability the kind has already changed it")
	}
}

func TestUnknownModelsAreRefused(t *testing.T) {
	t.Parallel()
	catalog := standard(t)
	// Known together: their key in memory must not lend itself to one name.
	if _, err := catalog.Describe("plug", []string{"battery", "contact"}); err != nil {
		t.Fatal(err)
	}
	many := slices.Repeat([]string{"battery"}, 9)
	for _, c := range []struct {
		kind         string
		capabilities []string
	}{
		{"", nil},
		{"toaster", nil},
		{"Light", nil},
		{"light@1.0.0", nil},
		{"battery", nil}, // a capability is no kind
		{"light", []string{""}},
		{"light", []string{"light"}},
		{"plug", []string{"battery+contact"}},
		{"plug+battery", []string{"contact"}},
		{"light", []string{"battery", "nonsense"}},
		{"light", many},
		{"light", slices.Repeat([]string{"a"}, 50_000)},
	} {
		if m, err := catalog.Describe(c.kind, c.capabilities); !errors.Is(err, thing.ErrUnknownModel) || m != nil {
			t.Errorf("%s with %.60v is described as %v (%v)", c.kind, c.capabilities, m, err)
		}
	}
	if _, err := catalog.Describe("light", many[:8]); err != nil {
		t.Errorf("eight capabilities: %v", err)
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	catalog := standard(t)
	var asking sync.WaitGroup
	for i := range 8 {
		asking.Go(func() {
			for _, m := range catalog.Kinds() {
				for _, name := range catalog.Capabilities() {
					got, err := catalog.Describe(m.Kind, []string{name, "battery"})
					if err != nil || got.Properties["batteryPercent"].Term == "" {
						t.Errorf("asker %d: %s with %s is %v (%v)", i, m.Kind, name, got, err)
					}
				}
			}
		})
	}
	asking.Wait()
}
