package logis_test

import (
	"regexp"
	"strings"
	"testing"
)

// allHomes are the places of the program whose queries see every home, and why one is
// not enough for them. Whoever adds a line weighs it: what stands here is what the
// second wall does not hold (docs/adr/0022-the-second-wall-stands.md).
var allHomes = map[string]string{
	"access/sessions.go: recognize":       "whose secret it is shows before anybody is known; the rights of the home come with it",
	"access/log.go: Log":                  "one's own line at every door",
	"access/invitations.go: acceptAs":     "the link says which home it is to; the rest is in that one",
	"access/incidents.go: OpenIncident":   "as an invitation",
	"access/erase.go: erase":              "a person is forgotten by all their homes",
	"access/erase.go: EraseMember":        "whether they belong to others must be seen, or those lose them too",
	"api/homes.go: listHomes":             "which homes are the caller's; each is then read by itself",
	"api/homes.go: foundHome":             "nobody is a member of a home that is not there yet",
	"api/invitations.go: accept":          "how many homes are the caller's",
	"cmd/server/command.go: command":      "who runs the program; requests have contexts of their own",
	"dispatch/dispatch.go: Run":           "sweeps look for what is due anywhere; each job is in its home",
	"eventstore/batch.go: Run":            "one commit is of many gateways",
	"history/keeper.go: Keep":             "which homes have grown; each is then read by itself",
	"history/proof/sealer.go: Seal":       "one signature is for the heads of all homes",
	"hub/hub.go: New":                     "whose gateway it is shows by its key",
	"hub/hub.go: Run":                     "revocations, of whichever homes the gateways here are",
	"projections/rollups.go: followAll":   "which homes have grown; each is then summed up by itself",
	"history/retention/retention.go: Run": "which homes have events that may go; each has its own time",
	"migrations/pgtest/pgtest.go: Pool":   "for tests: they look into every home",
	"migrations/migrations.go: run":       "a migration may have rows of every home to change",
	"eventstore/wall/wall.go: say":        "tells it to a connection",
	"eventstore/wall/wall.go: AllHomes":   "says it",
	"eventstore/wall/wall.go: Everything": "is it",
	"eventstore/wall/wall.go: Widen":      "says it to a transaction",
}

var (
	widening = regexp.MustCompile(`\b(AllHomes|Everything|Widen)\(`)
	function = regexp.MustCompile(`^func (?:\([^)]*\) )?(\w+)`)
)

func TestWhoSeesAllHomesIsListed(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, file := range sources(t) {
		within := ""
		for line := range strings.Lines(readText(t, file.path)) {
			if match := function.FindStringSubmatch(line); match != nil {
				within = match[1]
			}
			code, _, _ := strings.Cut(line, "//")
			if widening.MatchString(code) || strings.Contains(code, "app.home") {
				found[file.path+": "+within] = true
			}
		}
	}
	for place := range found {
		if allHomes[place] == "" {
			t.Errorf("%s sees all homes and has no reason", place)
		}
	}
	for place := range allHomes {
		if !found[place] {
			t.Errorf("%s does not see all homes any more", place)
		}
	}
}
