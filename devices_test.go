package logis_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"logis/domain/thing"
)

// family is devices that people call by one name, whichever kinds they are.
type family struct {
	name  string
	kinds []string
}

func families() []family {
	return []family{
		{"lamp", []string{"light", "dimmable-light"}},
		{"dimmer", []string{"dimmable-light", "dimmer"}},
		{"colour lamp", []string{"color-light"}},
		{"plug with metering", []string{"plug"}},
		{"switch", []string{"switch"}},
		{"curtain", []string{"curtain"}},
		{"thermostat or air conditioner", []string{"thermostat", "air-conditioner"}},
		{"lock", []string{"lock"}},
		{"motion", []string{"motion-sensor"}},
		{"door or window", []string{"contact-sensor"}},
		{"temperature and humidity", []string{"climate-sensor", "humidity-sensor"}},
		{"button", []string{"button"}},
		{"leak", []string{"leak-sensor"}},
		{"smoke", []string{"smoke-alarm"}},
		{"gas", []string{"gas-alarm"}},
		{"light", []string{"light-sensor"}},
		{"sleep", []string{"sleep-sensor"}},
	}
}

// certain is how many families the project promises through real programs.
const certain = 12

// What was driven through what is what the conformance suite drives: the kinds that
// each radio's own test gives it.
func TestEveryFamilyThatIsClaimedIsDriven(t *testing.T) {
	t.Parallel()
	programs := []struct{ name, folder string }{
		{"Zigbee2MQTT", "zigbee2mqtt"}, {"Z-Wave JS", "zwavejs"}, {"Matter", "matter"}, {"MQTT discovery", "mqttdiscovery"},
	}
	head, line := "| family |", "|---|"
	driven := make([][]string, len(programs))
	for i, p := range programs {
		driven[i] = rigKinds(t, "edge/radio/"+p.folder)
		head, line = head+" "+p.name+" |", line+"---|"
	}
	simulated := everyKind(t)
	var page strings.Builder
	fmt.Fprintf(&page, "\n%s simulator |\n%s---|\n", head, line)
	for n, f := range families() {
		fmt.Fprintf(&page, "| %s |", f.name)
		anywhere := false
		for i := range programs {
			yes := slices.ContainsFunc(f.kinds, func(kind string) bool { return slices.Contains(driven[i], kind) })
			anywhere = anywhere || yes
			page.WriteString(mark(yes))
		}
		page.WriteString(mark(slices.ContainsFunc(f.kinds, func(kind string) bool { return slices.Contains(simulated, kind) })) + "\n")
		if n < certain && !anywhere {
			t.Errorf("no real program drives a %s", f.name)
		}
	}
	page.WriteString("\n")
	checkPart(t, "docs/devices.md", "families", page.String())
}

func mark(yes bool) string {
	if yes {
		return " yes |"
	}
	return " |"
}

// rigKinds returns the kinds in the literals of radiotest.Rig of a folder's tests.
func rigKinds(t *testing.T, folder string) (kinds []string) {
	t.Helper()
	for _, file := range testsOf(t, folder) {
		ast.Inspect(file, func(node ast.Node) bool {
			pair, ok := node.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			name, ok := pair.Key.(*ast.Ident)
			devices, isMap := pair.Value.(*ast.CompositeLit)
			if !ok || name.Name != "Devices" || !isMap {
				return true
			}
			for _, e := range devices.Elts {
				if device, ok := e.(*ast.KeyValueExpr); ok {
					if key, ok := device.Key.(*ast.BasicLit); ok {
						kind, _ := strconv.Unquote(key.Value)
						kinds = append(kinds, kind)
					}
				}
			}
			return false
		})
	}
	if len(kinds) == 0 {
		t.Errorf("%s: no test gives the conformance suite devices", folder)
	}
	return kinds
}

func testsOf(t *testing.T, folder string) (files []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob(folder + "/*_test.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s has no tests: %v", folder, err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// everyKind returns the kinds of the catalog, all of which the simulator's own test
// gives the suite.
func everyKind(t *testing.T) (kinds []string) {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range catalog.Kinds() {
		kinds = append(kinds, model.Kind)
	}
	return kinds
}

var testName = regexp.MustCompile("`(Test[A-Za-z0-9_]+)`")

// A row that says yes names the test, and what it names is there.
func TestEveryRowOfTheDevicesNamesItsTest(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("docs/devices.md")
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]string{
		"Zigbee2MQTT": "zigbee2mqtt", "Z-Wave JS": "zwavejs", "Matter Server": "matter", "MQTT discovery": "mqttdiscovery",
	}
	rows := 0
	for row := range strings.Lines(string(text)) {
		cells := strings.Split(row, "|")
		if len(cells) != 5 || folders[strings.TrimSpace(cells[2])] == "" {
			continue
		}
		rows++
		claim := strings.TrimSpace(cells[3])
		tests := testName.FindAllStringSubmatch(claim, -1)
		if strings.HasPrefix(claim, "no") != (len(tests) == 0) {
			t.Errorf("%s: says %q, and names %d tests", cells[1], claim, len(tests))
		}
		for _, name := range tests {
			if !hasTest(testsOf(t, "edge/radio/"+folders[strings.TrimSpace(cells[2])]), name[1]) {
				t.Errorf("%s: there is no test %s", cells[1], name[1])
			}
		}
	}
	if rows < 30 {
		t.Errorf("%d rows were found", rows)
	}
}

func hasTest(files []*ast.File, name string) bool {
	return slices.ContainsFunc(files, func(file *ast.File) bool {
		return slices.ContainsFunc(file.Decls, func(d ast.Decl) bool {
			f, ok := d.(*ast.FuncDecl)
			return ok && f.Name.Name == name
		})
	})
}
