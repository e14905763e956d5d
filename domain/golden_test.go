package domain_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/domain/thing"
)

// The folder holds one file for every type and schema ever released, with the
// exact bytes a log may hold: "device.reported@1.json", and beside it variants
// such as "device.reported@1.escaped.json". A released file never changes.
const samplesDir = "testdata/events"

// sample is one stored event.
type sample struct {
	name, eventType string
	schema          int
	data            []byte
}

func storedSamples(t *testing.T) []sample {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(samplesDir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]sample, 0, len(names))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		eventType, rest, ok := strings.Cut(filepath.Base(name), "@")
		number, _, _ := strings.Cut(rest, ".")
		schema, err := strconv.Atoi(number)
		if !ok || err != nil {
			t.Fatalf("%s is not named type@schema.json", name)
		}
		samples = append(samples, sample{filepath.Base(name), eventType, schema, data})
	}
	return samples
}

func TestEveryEventTypeHasAStoredSampleOfItsPresentSchema(t *testing.T) {
	t.Parallel()
	if *update {
		writeSamples(t)
	}
	stored := map[string]bool{}
	for _, s := range storedSamples(t) {
		stored[s.eventType+"@"+strconv.Itoa(s.schema)] = true
		if !slices.Contains(domain.EventTypes(), s.eventType) {
			t.Errorf("%s: logs hold this type, and no build may forget it", s.name)
		}
	}
	for _, eventType := range domain.EventTypes() {
		if name := eventType + "@" + strconv.Itoa(domain.FactSchema); !stored[name] {
			t.Errorf("%s/%s.json is missing: give it a fact in presentFacts and run with -update", samplesDir, name)
		}
	}
}

func TestEveryStoredSampleIsReadAndWrittenToTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, s := range storedSamples(t) {
		fact, err := domain.DecodeFact(s.eventType, s.schema, s.data)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if fact.EventType() != s.eventType {
			t.Errorf("%s is read as a %s", s.name, fact.EventType())
		}
		if s.schema != domain.FactSchema {
			continue // read as what it means now, written as now
		}
		if data, err := domain.EncodeFact(fact); err != nil || string(data) != string(s.data) {
			t.Errorf("%s\n holds     %s\n written is %s (%v)", s.name, s.data, data, err)
		}
	}
}

// Every sample finds its place in a home in which it can have happened.
func TestEveryStoredSampleFolds(t *testing.T) {
	t.Parallel()
	for _, s := range storedSamples(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			fact, err := domain.DecodeFact(s.eventType, s.schema, s.data)
			if err != nil {
				t.Fatal(err)
			}
			h := newHouse(t)
			entity := lamp.Entity()
			switch strings.Split(s.eventType, ".")[0] {
			case "home", "gateway":
				entity = gateway.Entity()
			case "command":
				if s.eventType != "command.requested" && s.eventType != "command.answered_late" {
					h.record(domain.Event{Entity: entity, Fact: domain.CommandRequested{
						Command: sampleCommand, Gateway: gateway, Class: thing.Comfort, Set: set("onOff", "true"),
					}})
				}
			}
			rec := h.record(domain.Event{Entity: entity, Fact: fact, Edge: domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: 100}})
			if h.Seq != rec.Seq {
				t.Errorf("the home is as of %d", h.Seq)
			}
		})
	}
}

func TestFactsOfThePresentComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for name, fact := range presentFacts() {
		data, err := domain.EncodeFact(fact)
		if err != nil {
			t.Fatal(err)
		}
		got, err := domain.DecodeFact(fact.EventType(), domain.FactSchema, data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(fact, got); diff != "" {
			t.Errorf("%s came back changed (-want +got):\n%s", name, diff)
		}
	}
}

func TestBytesNoBuildWroteAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		eventType string
		schema    int
		data      string
		unknown   bool
	}{
		{"device.exploded", 1, `{}`, true},
		{"Device.reported", 1, `{}`, true},
		{"", 1, `{}`, true},
		{"command.", 1, `{}`, true},
		{"command.delivered_twice", 1, `{}`, true},
		{"device.reported", 2, `{"values":{}}`, true},
		{"device.reported", 0, `{"values":{}}`, true},
		{"device.reported", -1, `{"values":{}}`, true},
		{"device.reported", 1, ``, false},
		{"device.reported", 1, `{"values":{"a":1}`, false},
		{"device.reported", 1, `{"values":{"a":1}}}`, false},
		{"device.reported", 1, `{"values":{"a":1,}}`, false},
		{"device.reported", 1, `{"values":{"a" 1}}`, false},
		{"device.reported", 1, `{"values":{"a":01}}`, false},
		{"device.reported", 1, `{"values":{"a":1e400}}`, false},
		{"device.reported", 1, `{"values":{1:1}}`, false},
		{"device.reported", 1, `{"values":[1]}`, false},
		{"device.reported", 1, `[]`, false},
		{"member.joined", 1, `{"person":"x"}`, false},
		{"command.requested", 1, `{"class":"Z"}`, false},
		{"command.succeeded", 1, `{"command":1}`, false},
	} {
		fact, err := domain.DecodeFact(c.eventType, c.schema, []byte(c.data))
		if err == nil || errors.Is(err, domain.ErrUnknownEventType) != c.unknown {
			t.Errorf("%s@%d %s is read as %#v (%v)", c.eventType, c.schema, c.data, fact, err)
		}
	}
}

// A value that no function of thing returned must not get into a log: it could
// not be read again.
func TestAFactThatCouldNotBeReadAgainIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, v := range []thing.Value{`garbage`, `{"b":1,"a":2}`, `1.0`, `"open`, ` 1`} {
		data, err := domain.EncodeFact(domain.DeviceReported{Values: set("onOff", v)})
		if err == nil {
			t.Errorf("%s was written as %s", v, data)
		}
	}
}

// A fact that can be recorded but not read would stop its home for good.
func TestEveryFactThatIsWrittenDownCanBeRead(t *testing.T) {
	t.Parallel()
	var source []byte
	for _, name := range []string{"facts.go", "factspast.go", "factsrule.go", "factsenergy.go", "factswebhook.go", "membership.go"} {
		part, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source = append(source, part...)
	}
	names := regexp.MustCompile(`EventType\(\) string \s*\{ return "([a-z_.]+)" \}`).FindAllSubmatch(source, -1)
	if len(names)+len(domain.Outcomes()) != len(domain.EventTypes()) {
		t.Errorf("the files have %d facts and %d ends of a command, but %d types are read", len(names), len(domain.Outcomes()), len(domain.EventTypes()))
	}
	for _, name := range names {
		if !slices.Contains(domain.EventTypes(), string(name[1])) {
			t.Errorf("%s is not listed in codec.go", name[1])
		}
	}
}
