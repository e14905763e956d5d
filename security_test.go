package logis_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// requirements is how many there are: the rows of docs/security.md are numbered by
// them.
const requirements = 41

var (
	// requirement matches a row of docs/security.md.
	requirement = regexp.MustCompile(`(?m)^\| (\d+) \| [^|]+ \| ([^|]+) \|$`)
	// spec matches a browser test that the page names.
	spec = regexp.MustCompile("`(web/e2e/[^`]+)`")
)

// That the tests exist, TestEveryInvariantIsToldAndEveryTestThatIsNamedExists says of
// every page.
func TestEveryRequirementOfSecurityIsShownOrArgued(t *testing.T) {
	t.Parallel()
	page := readText(t, "docs/security.md")
	var numbers []string
	for _, row := range requirement.FindAllStringSubmatch(page, -1) {
		numbers = append(numbers, row[1])
		if !named.MatchString(row[2]) && !strings.Contains(row[2], "oes not apply: ") {
			t.Errorf("requirement %s has neither a test nor a reason", row[1])
		}
	}
	want := make([]string, requirements)
	for i := range want {
		want[i] = strconv.Itoa(i + 1)
	}
	if !slices.Equal(numbers, want) {
		t.Errorf("the rows are %v, want 1 to %d, each once and in order", numbers, requirements)
	}
	for _, file := range matches(page, spec) {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}

func TestThePromisesToWhoFindsAHoleStandInTheRepository(t *testing.T) {
	t.Parallel()
	page := readText(t, "SECURITY.md")
	for _, promise := range []string{"## Telling us", "private reporting", "within 3 days", "every 14 days", "## Supported"} {
		if !strings.Contains(page, promise) {
			t.Errorf("SECURITY.md does not say %q", promise)
		}
	}
}
