package thing

import (
	"maps"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	capabilityFile = "models/capabilities/on-off.tm.json"
	kindFile       = "models/kinds/lamp.tm.json"

	goodCapability = `{"@context":[],"@type":"tm:ThingModel","title":"On","logis:kind":"on-off","version":{"model":"1.0.0"},
		"properties":{"onOff":{"@type":"matter:OnOff.onOff","title":"On","type":"boolean","logis:class":"C"}},
		"actions":{"identify":{"title":"Show","logis:class":"E"}},
		"events":{"pressed":{"title":"Pressed"}}}`
	goodKind = `{"@context":[],"@type":"tm:ThingModel","title":"Lamp","logis:kind":"lamp","version":{"model":"2.1.0"},
		"properties":{"onOff":{"tm:ref":"../capabilities/on-off.tm.json#/properties/onOff","title":"Lit"}}}`
)

func TestAKindsOwnWordsWinOverThoseItRefersTo(t *testing.T) {
	t.Parallel()
	catalog, err := load(filesWith(capabilityFile, goodCapability))
	if err != nil {
		t.Fatal(err)
	}
	m := catalog.kinds["lamp"]
	p := m.Properties["onOff"]
	if m.ID != "lamp@2.1.0" || p.Title != "Lit" || p.Term != "matter:OnOff.onOff" || p.Class != Comfort || p.Type != "boolean" {
		t.Errorf("the kind came out as %+v", m)
	}
}

func filesWith(name, content string) fstest.MapFS {
	files := fstest.MapFS{
		capabilityFile: {Data: []byte(goodCapability)},
		kindFile:       {Data: []byte(goodKind)},
	}
	maps.Copy(files, fstest.MapFS{name: {Data: []byte(content)}})
	return files
}

func TestADocumentAtFaultIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, from, to, want string }{
		{capabilityFile, `{"@context"`, `{{`, "on-off.tm.json: invalid character"},
		{capabilityFile, `"title":"On",`, `"titel":"On",`, `on-off.tm.json: json: unknown field "titel"`},
		{capabilityFile, `tm:ThingModel`, `Thing`, `on-off.tm.json: @type is "Thing"`},
		{capabilityFile, `"1.0.0"`, `""`, "on-off.tm.json: logis:kind and version.model are required"},
		{capabilityFile, `"on-off"`, `"off"`, `on-off.tm.json: logis:kind is "off"`},
		{capabilityFile, `,"logis:class":"C"`, ``, "capability on-off: property onOff: a writable property needs logis:class"},
		{capabilityFile, `"C"`, `"A"`, "capability on-off: property onOff: a writable property needs logis:class"},
		{capabilityFile, `"C"`, `"Z"`, `capability on-off: property onOff: command class "Z"`},
		{capabilityFile, `"type":"boolean"`, `"type":"boolean","minimun":1`, `unknown field "minimun"`},
		{capabilityFile, `,"logis:class":"E"`, ``, "capability on-off: action identify: an action needs logis:class"},
		{capabilityFile, `"E"`, `"E","logis:desires":{"onOff":true}`, "action identify: class E leaves no desired value"},
		{capabilityFile, `"E"`, `"E","inptu":{}`, `action identify: json: unknown field "inptu"`},
		{capabilityFile, `"Pressed"`, `"Pressed","date":{}`, `event pressed: json: unknown field "date"`},
		{kindFile, `on-off.tm`, `no-off.tm`, "kind lamp: properties onOff: tm:ref \"../capabilities/no-off.tm.json#/properties/onOff\": no such capability"},
		{kindFile, `s/onOff"`, `s/offOn"`, "no such affordance"},
		{kindFile, `#/properties`, `#/actions`, "no such affordance"},
		{kindFile, `"../capabilities/on-off.tm.json#/properties/onOff"`, `7`, "kind lamp: properties onOff: tm:ref: json"},
		{kindFile, `"title":"Lit"`, `"logis:class":"E"`, "kind lamp: property onOff: a writable property needs logis:class"},
	} {
		good := map[string]string{capabilityFile: goodCapability, kindFile: goodKind}[c.file]
		if !strings.Contains(good, c.from) {
			t.Fatalf("%s is not in %s", c.from, c.file)
		}
		_, err := load(filesWith(c.file, strings.Replace(good, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %s for %s: %v, want one about %s", c.to, c.from, err, c.want)
		}
	}
	for _, folder := range []string{"models/capabilities", "models/kinds"} {
		files := fstest.MapFS{capabilityFile: {Data: []byte(goodCapability)}, kindFile: {Data: []byte(goodKind)}}
		maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool { return strings.HasPrefix(name, folder) })
		if _, err := load(files); err == nil {
			t.Errorf("loaded without %s", folder)
		}
	}
}

// A gateway that asks for every combination there is must neither fill the memory
// nor leave others without theirs.
func TestTheDescriptionsKeptAreBounded(t *testing.T) {
	t.Parallel()
	catalog := &Catalog{
		kinds:        map[string]*Model{"lamp": {Kind: "lamp", Properties: map[string]Property{}, Actions: map[string]Action{}, Events: map[string]Event{}}},
		capabilities: map[string]*Model{},
	}
	for i := range maxDescribed * 2 {
		name := strconv.Itoa(i)
		catalog.capabilities[name] = &Model{Properties: map[string]Property{name: {}}}
		m, err := catalog.Describe("lamp", []string{name})
		if err != nil || len(m.Properties) != 1 {
			t.Fatalf("combination %d: %v (%v)", i, m, err)
		}
		if again, err := catalog.Describe("lamp", []string{name}); err != nil || again != m {
			t.Fatalf("combination %d was made twice in a row (%v)", i, err)
		}
	}
	kept := 0
	catalog.described.Range(func(any, any) bool { kept++; return true })
	if kept > maxDescribed {
		t.Errorf("%d descriptions are kept, more than %d", kept, maxDescribed)
	}
}

func TestMoreModelsMayReferToOthersAndTakeNoName(t *testing.T) {
	t.Parallel()
	more := fstest.MapFS{
		"models/capabilities/hum.tm.json": {Data: []byte(strings.ReplaceAll(goodCapability, "on-off", "hum"))},
		"models/kinds/hummer.tm.json":     {Data: []byte(strings.ReplaceAll(goodKind, `"lamp"`, `"hummer"`))},
	}
	catalog, err := Extended(more)
	if err != nil {
		t.Fatal(err)
	}
	standard, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(catalog.kinds), len(standard.kinds)+1; got != want || catalog.kinds["hummer"].Properties["onOff"].Type != "boolean" {
		t.Errorf("%d kinds, want %d: %+v", got, want, catalog.kinds["hummer"])
	}
	more["models/kinds/light.tm.json"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(goodKind, `"lamp"`, `"light"`))}
	if _, err := Extended(more); err == nil || !strings.Contains(err.Error(), "light.tm.json") {
		t.Errorf("a second light gives %v", err)
	}
}
