package access_test

import (
	"fmt"
	"strings"
	"testing"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

// The matrix as people agreed on it: + always, n only what the scope names, .
// never. It stands here a second time so that no cell changes by accident.
const agreed = `
                  owner admin member guest installer support child
home.read           +     +     +      +       +        +      +
home.edit           +     +     .      .       +        .      .
history.read        +     +     +      +       +        +      .
history.keep        +     .     .      .       .        .      .
audit.read          +     +     .      .       .        .      .
device.command A    +     +     +      n       .        .      .
device.command B    +     +     +      +       +        .      +
device.command C    +     +     +      +       +        .      +
device.command D    +     +     +      n       +        .      .
device.command E    +     +     +      n       +        .      n
device.command F    +     +     .      .       +        .      .
gateways.manage     +     +     .      .       +        .      .
gateways.inspect    +     +     .      .       +        +      .
rules.edit          +     +     .      .       .        .      .
rules.grant         +     .     .      .       .        .      .
members.read        +     +     +      .       .        +      .
members.manage      +     +     .      .       .        .      .
webhooks.manage     +     +     .      .       .        .      .
`

const agreedGifts = `
       owner admin member guest installer support child
owner    +     +     +      +       +        +      +
admin    .     .     +      +       +        .      +
`

// table reads rows of cells into "row/column" keys.
func table(t *testing.T, text string) map[string]string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	columns := strings.Fields(lines[0])
	cells := map[string]string{}
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		name := strings.Join(fields[:len(fields)-len(columns)], " ")
		for i, column := range columns {
			cells[name+"/"+column] = fields[len(fields)-len(columns)+i]
		}
	}
	return cells
}

func TestEveryCellOfTheMatrixIsAsAgreed(t *testing.T) {
	t.Parallel()
	want := table(t, agreed)
	mark := map[access.Verdict]string{access.Always: "+", access.Named: "n", access.Never: "."}
	walked := 0
	for _, action := range access.Actions() {
		classes := []thing.Class{0}
		if action == access.CommandDevice {
			classes = access.Classes()
		}
		for _, class := range classes {
			for _, role := range domain.Roles() {
				name := string(action)
				if class != 0 {
					name = fmt.Sprintf("%s %c", action, class)
				}
				if got := mark[access.Decide(role, action, class)]; got != want[name+"/"+string(role)] {
					t.Errorf("%s, %s: %q, agreed %q", name, role, got, want[name+"/"+string(role)])
				}
				walked++
			}
		}
	}
	if walked != len(want) {
		t.Errorf("%d cells walked, %d agreed", walked, len(want))
	}
}

func TestWhatIsNotListedIsDenied(t *testing.T) {
	t.Parallel()
	for _, role := range append(domain.Roles(), "", "wizard") {
		for _, c := range []struct {
			action access.Action
			class  thing.Class
		}{{"home.burn", 0}, {"", 0}, {access.CommandDevice, 0}, {access.CommandDevice, 'G'}, {access.CommandDevice, 'a'}} {
			if got := access.Decide(role, c.action, c.class); got != access.Never {
				t.Errorf("%q, %q, %q: %s", role, c.action, c.class, got)
			}
		}
	}
	for _, action := range access.Actions() {
		for _, class := range append(access.Classes(), 0) {
			if got := access.Decide("wizard", action, class); got != access.Never {
				t.Errorf("an unknown role, %s: %s", action, got)
			}
		}
	}
}

func TestNobodyGivesMoreThanTheirRoleMay(t *testing.T) {
	t.Parallel()
	want := table(t, agreedGifts)
	for _, giver := range domain.Roles() {
		for _, given := range domain.Roles() {
			if got := access.Gives(giver, given); got != (want[string(giver)+"/"+string(given)] == "+") {
				t.Errorf("%s gives %s: %v", giver, given, got)
			}
		}
		for _, strange := range []domain.Role{"", "wizard"} {
			if access.Gives(giver, strange) || access.Gives(strange, giver) {
				t.Errorf("%s and %q", giver, strange)
			}
		}
	}
}
