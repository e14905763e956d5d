package mqttdiscovery

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logis/domain/thing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func standard(t testing.TB) *thing.Catalog {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// announcedIn reads what is announced in a file of testdata, by device.
func announcedIn(t testing.TB, file string) map[string][]*entity {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Topic   string
		Payload json.RawMessage
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	units := map[string][]*entity{}
	for _, a := range list {
		component, object, ok := Options{Prefix: "homeassistant"}.announcement(a.Topic)
		if !ok {
			t.Fatalf("%s: %s is no topic of announcements", file, a.Topic)
		}
		entities, err := parseAnnouncement(component, object, a.Payload)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, e := range entities {
			units[e.unit] = append(units[e.unit], e)
		}
	}
	return units
}

// mustMap returns the devices that the announcements of a file become.
func mustMap(t testing.TB, file string) (devices []*device, refused []string) {
	t.Helper()
	units := announcedIn(t, file)
	for _, id := range slices.Sorted(maps.Keys(units)) {
		more, complaints, err := mapUnit(standard(t), id, units[id])
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		devices, refused = append(devices, more...), append(refused, complaints...)
	}
	return devices, refused
}

func TestAnnouncedDevicesBecomeDevicesOfLogis(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/announced/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, want at least 20: %v", len(files), err)
	}
	var got strings.Builder
	for _, file := range files {
		fmt.Fprintf(&got, "%s\n", strings.TrimSuffix(filepath.Base(file), ".json"))
		devices, refused := mustMap(t, file)
		for _, d := range devices {
			summarise(&got, d)
		}
		for _, words := range refused {
			fmt.Fprintf(&got, "  refused: %s\n", words)
		}
	}
	const golden = "testdata/mapping.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("mapping (-want +got):\n%s", diff)
	}
}

// summarise writes a device so that a person can check it at a glance.
func summarise(w *strings.Builder, d *device) {
	fmt.Fprintf(w, "  %s %q is a %s", d.Address, d.Name, d.Kind)
	if len(d.Capabilities) > 0 {
		fmt.Fprintf(w, " with %s", strings.Join(d.Capabilities, ", "))
	}
	if d.Room != "" {
		fmt.Fprintf(w, " in %s", d.Room)
	}
	fmt.Fprintf(w, "; %s unmapped\n", d.Attributes["unmapped"])
	for _, property := range slices.Sorted(maps.Keys(d.bindings)) {
		b := d.bindings[property]
		fmt.Fprintf(w, "    %s", property)
		if b.encode != nil {
			w.WriteString(" settable")
		}
		for i, s := range b.sources {
			fmt.Fprintf(w, "%s %s", map[bool]string{true: " from", false: " and"}[i == 0], s.topic)
		}
		w.WriteString("\n")
	}
	for _, name := range slices.Sorted(maps.Keys(d.actions)) {
		b := &batch{}
		err := d.actions[name].encode(b)
		fmt.Fprintf(w, "    %s() sends %v wants %v\n", name, b.sends, d.actions[name].wants)
		if err != nil {
			fmt.Fprintf(w, "      %v\n", err)
		}
	}
	for _, p := range d.presses {
		for _, said := range slices.Sorted(maps.Keys(p.meaning)) {
			fmt.Fprintf(w, "    %q on %s is %s %s\n", said, p.topic, p.meaning[said].event, p.meaning[said].data())
		}
	}
	for _, p := range d.presences {
		for _, e := range p.entries {
			fmt.Fprintf(w, "    is there when %s says %s (%s)\n", e.topic, e.yes, p.mode)
		}
	}
}
