package api

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"logis/domain"
	"logis/history/audit"
)

// audited asks who did what.
func (p *person) audited(h *house, query string) (a Audit) {
	h.b.t.Helper()
	p.ask("GET", h.path+"/audit"+query, "").want(200).into(&a)
	return a
}

func says(a Audit) []string { return all(a.Items, func(e AuditEntry) string { return e.Says }) }

func find(t *testing.T, a Audit, says string) AuditEntry {
	t.Helper()
	i := slices.IndexFunc(a.Items, func(e AuditEntry) bool { return strings.Contains(e.Says, says) })
	if i < 0 {
		t.Fatalf("nothing says %q among %q", says, all(a.Items, func(e AuditEntry) string { return e.Says }))
	}
	return a.Items[i]
}

func TestTheAuditTellsWhoDidWhatFromWhereAndWhatCameOfIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, bob, eve := b.person("Ada").house("Home"), b.person("Bob"), b.person("Eve")
	h.furnish()
	h.admit(bob, domain.Resident, domain.Scope{})
	bob.ask("POST", h.path+"/rooms", `{"name":"Attic"}`).refused(403, domain.Forbidden)
	bob.ask("POST", h.deviceAt(h.fixture.device)+"/commands", `{"set":{"onOff":false}}`).want(202)
	eve.ask("GET", h.path, "").refused(404, domain.NotFound)
	bob.signIn() // straight at access: from nowhere
	h.turn(h.fixture.device, true)

	a := h.owner.audited(h, "")
	for says, want := range map[string]AuditEntry{
		"Bob asked Lamp to turn off":                                            {Kind: audit.Commands, Outcome: audit.Open},
		"Ada asked Lamp to turn on":                                             {Kind: audit.Commands, Outcome: audit.Withdrawn},
		"Ada made the rule “Noon”":                                              {Kind: audit.Rules, Outcome: audit.Done},
		"Ada added the room “Hall”":                                             {Kind: audit.House, Outcome: audit.Done},
		"Bob joined as a member":                                                {Kind: audit.Members, Outcome: audit.Done},
		"Bob was not allowed to change the home":                                {Kind: audit.Door, Outcome: audit.Refused},
		"Somebody who does not belong here was not allowed to look at the home": {Kind: audit.Door, Outcome: audit.Refused},
		"Bob signed in by a link":                                               {Kind: audit.Door, Outcome: audit.Done},
	} {
		if got := find(t, a, says); got.Kind != want.Kind || got.Outcome != want.Outcome {
			t.Errorf("%s: %s, %s", says, got.Kind, got.Outcome)
		}
	}
	for _, e := range a.Items {
		if strings.HasPrefix(e.What, "device.reported") || strings.Contains(e.Says, "Eve") || strings.Contains(e.Says, eve.id.String()) {
			t.Errorf("%+v", e)
		}
	}
	if got := find(t, a, "Bob asked").From; got == nil || *got != "127.0.0.1" {
		t.Errorf("from %v", got)
	}
	if bytes := h.owner.ask("GET", h.path+"/events?order=desc&limit=500", "").want(200).body; strings.Contains(bytes, "127.0.0.1") {
		t.Error("an address is in the log")
	}
}

func TestTheAuditIsChosenSearchedAndTurnedPageByPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, bob := b.person("Ada").house("Home"), b.person("Bob")
	h.furnish()
	h.admit(bob, domain.Resident, domain.Scope{})
	bob.ask("POST", h.path+"/rooms", `{"name":"Attic"}`).refused(403, domain.Forbidden)
	whole := h.owner.audited(h, "?limit=200")
	if whole.Next != nil || len(whole.Items) < 10 {
		t.Fatalf("%d items, next %v", len(whole.Items), whole.Next)
	}
	var pages []string
	for next := (*string)(nil); ; {
		query := "?limit=3&" + whole.Query
		if next != nil {
			query = "?limit=3&cursor=" + *next
		}
		page := h.owner.audited(h, query)
		if page.Query != whole.Query {
			t.Fatalf("the question became %s", page.Query)
		}
		pages = append(pages, says(page)...)
		if next = page.Next; next == nil {
			break
		}
	}
	if !slices.Equal(pages, says(whole)) {
		t.Errorf("page by page\n%s\nat once\n%s", strings.Join(pages, "\n"), strings.Join(says(whole), "\n"))
	}
	// The same question later has the same answer, whatever happened meanwhile.
	h.owner.ask("PATCH", h.path, `{"name":"Other"}`, h.owner.ask("GET", h.path, "").match()).want(200)
	if again := h.owner.audited(h, "?limit=200&"+whole.Query); !slices.Equal(says(again), says(whole)) {
		t.Errorf("again\n%s\nbefore\n%s", strings.Join(says(again), "\n"), strings.Join(says(whole), "\n"))
	}
	for query, want := range map[string]int{
		"?text=HALL+added": 1, "?text=nowhere": 0, "?kind=door&outcome=refused": 1, "?kind=command&device=" + h.fixture.device.String(): 1,
		"?person=" + bob.id.String() + "&kind=member": 1, "?outcome=failed": 0, "?to=2021-01-01T00:00:00Z": 0,
	} {
		if got := h.owner.audited(h, query); len(got.Items) != want {
			t.Errorf("%s: %q, want %d", query, says(got), want)
		}
	}
	ask := func(query string) *reply { return h.owner.ask("GET", h.path+"/audit"+query, "") }
	ask("?as_of=9999999").refused(422, domain.Invalid)
	ask("?from=2026-05-04T00:00:00Z&to=2026-05-03T00:00:00Z").refused(422, domain.Invalid)
	ask("?cursor=AAAA").refused(422, domain.Invalid)
	ask("?kind=gossip").refused(422, domain.Invalid)
	own := bob.house("His")
	page := h.owner.audited(h, "?limit=1")
	bob.ask("GET", own.path+"/audit?cursor="+*page.Next, "").refused(422, domain.Invalid)
}

// Looking at what somebody did is an event, and they see it.
func TestALookAtWhatOthersDidIsSeenByThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, bob, gus := b.person("Ada").house("Home"), b.person("Bob"), b.person("Gus")
	h.furnish()
	h.admit(bob, domain.Resident, domain.Scope{})
	h.admit(gus, domain.Guest, domain.Scope{Devices: []domain.DeviceID{h.fixture.device}})
	before := h.head()
	bob.audited(h, "")
	h.owner.audited(h, "?person="+h.owner.id.String())
	if h.head() != before {
		t.Error("a look at one's own deeds was recorded")
	}
	h.owner.audited(h, "?person="+bob.id.String())
	h.owner.audited(h, "?person="+bob.id.String()+"&text=lamp")
	if h.head() != before+1 {
		t.Errorf("%d events for one look", h.head()-before)
	}
	find(t, bob.audited(h, ""), "Ada looked at what Bob did")
	h.owner.ask("GET", h.path+"/audit/export?format=csv&person="+gus.id.String(), "").want(200)
	mine := gus.audited(h, "")
	find(t, mine, "Ada took along what Gus did")
	if mine.Everyone {
		t.Error("a guest sees everybody")
	}
	for _, e := range mine.Items {
		if strings.Contains(e.Says, "Bob") {
			t.Errorf("a guest is told %q", e.Says)
		}
	}
	gus.ask("GET", h.path+"/audit?person="+bob.id.String(), "").refused(403, domain.Forbidden)
	bob.ask("GET", h.path+"/audit/export?format=csv", "").refused(403, domain.Forbidden)
	// The look at everybody.
	h.owner.audited(h, "")
	find(t, h.owner.audited(h, "?kind=look"), "Ada looked at what everybody did")
}

func TestTheAuditSpeaksTheLanguageOfWhoReadsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Zuhause")
	h.furnish()
	german := func(query string) (a Audit) {
		ada.ask("GET", h.path+"/audit"+query, "", header{"Accept-Language", "de-AT,de;q=0.9,en;q=0.1"}).want(200).into(&a)
		return a
	}
	first := german("?limit=1&text=angelegt")
	if got := says(first); len(got) != 1 || first.Language != audit.German || !strings.Contains(first.Query, "language=de") {
		t.Fatalf("%q, asked as %s", got, first.Query)
	}
	// The exact question has the same answer, whoever asks it with whatever browser.
	if got := says(ada.audited(h, "?"+first.Query)); !slices.Contains(got, "Ada hat das Zuhause angelegt") {
		t.Errorf("%q", got)
	}
	if got := says(german("?language=en")); !slices.Contains(got, "Ada founded the home") {
		t.Errorf("%q", got)
	}
	ada.ask("GET", h.path+"/audit?language=xx", "").want(422)
}

func TestAFileOfTheAuditHoldsWhatTheListSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	h.owner.ask("POST", h.path+"/rooms", `{"name":"=HYPERLINK(1)"}`).want(201)
	whole := h.owner.audited(h, "?limit=200")
	file := func(format string) *reply {
		r := h.owner.ask("GET", h.path+"/audit/export?format="+format+"&"+whole.Query, "").want(200)
		if got := r.header.Get("Logis-Query"); got != whole.Query {
			t.Errorf("%s answers %s", format, got)
		}
		return r
	}
	rows, err := csv.NewReader(strings.NewReader(file("csv").body)).ReadAll()
	if err != nil || len(rows) != len(whole.Items)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	lines := strings.Split(strings.TrimSpace(file("jsonl").body), "\n")
	if len(lines) != len(whole.Items)+1 {
		t.Errorf("%d lines", len(lines))
	}
	body := file("parquet").body
	type row struct {
		Says string `parquet:"says"`
	}
	read, err := parquet.Read[row](strings.NewReader(body), int64(len(body)))
	if err != nil || len(read) != len(whole.Items) {
		t.Fatalf("%d rows of Parquet, %v", len(read), err)
	}
	for i, e := range whole.Items {
		if rows[i+1][6] != e.Says || read[i].Says != e.Says || !strings.Contains(lines[i+1], fmt.Sprintf("%q", e.Says)) {
			t.Errorf("%q: %q, %q, %s", e.Says, rows[i+1][6], read[i].Says, lines[i+1])
		}
	}
	if got := file("csv").header.Get("Content-Disposition"); !strings.Contains(got, ".csv") {
		t.Error(got)
	}
	if _, err := url.ParseQuery(whole.Query); err != nil {
		t.Error(err)
	}
}
