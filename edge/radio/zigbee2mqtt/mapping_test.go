package zigbee2mqtt

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

func TestRealDevicesBecomeDevicesOfLogis(t *testing.T) {
	t.Parallel()
	catalog := standard(t)
	files, err := filepath.Glob("testdata/devices/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d device files, want at least 30: %v", len(files), err)
	}
	var got strings.Builder
	for _, file := range files {
		fmt.Fprintf(&got, "%s\n", strings.TrimSuffix(filepath.Base(file), ".json"))
		for _, d := range mustMap(t, catalog, file) {
			summarise(&got, d)
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

func standard(t *testing.T) *thing.Catalog {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func mustMap(t *testing.T, catalog *thing.Catalog, file string) []*device {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, ok, err := parseListed(text)
	if err != nil || !ok {
		t.Fatalf("%s: usable %v, %v", file, ok, err)
	}
	devices, err := mapListed(catalog, d)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return devices
}

// summarise writes a device so that a person can check it at a glance.
func summarise(w *strings.Builder, d *device) {
	fmt.Fprintf(w, "  %s %q is a %s", d.Address[16:], d.Name, d.Kind)
	if len(d.Capabilities) > 0 {
		fmt.Fprintf(w, " with %s", strings.Join(d.Capabilities, ", "))
	}
	fmt.Fprintf(w, "; %s unmapped\n", d.Attributes["unmapped"])
	for _, name := range slices.Sorted(maps.Keys(d.bindings)) {
		b := d.bindings[name]
		fmt.Fprintf(w, "    %s", name)
		if b.encode != nil {
			w.WriteString(" settable")
		}
		if b.get != "" {
			w.WriteString(" gettable")
		}
		if b.probe.exists() {
			fmt.Fprintf(w, " read from endpoint %d %s", b.probe.endpoint, clusterName(b.probe.cluster))
		}
		w.WriteString("\n")
	}
	for _, name := range slices.Sorted(maps.Keys(d.actions)) {
		set, _ := json.Marshal(d.actions[name].set)
		fmt.Fprintf(w, "    %s() sets %s\n", name, set)
	}
	for _, name := range slices.Sorted(maps.Keys(d.presses)) {
		if d.presses[name] == (press{}) {
			fmt.Fprintf(w, "    %s: half a press\n", name)
			continue
		}
		fmt.Fprintf(w, "    %s: %s %s\n", name, d.presses[name].event, d.presses[name].data())
	}
}
