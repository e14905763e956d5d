package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

// A guest who was given one lamp lives in a home that has only that lamp.
func TestAGuestSeesWhatWasGivenAndNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, gus := b.person("Ada").house("Home"), b.person("Gus")
	h.furnish()
	mine := h.device("light", "Mine")
	h.turn(mine, false)
	h.admit(gus, domain.Guest, domain.Scope{Devices: []domain.DeviceID{mine}})
	joined := h.head()
	h.turn(h.fixture.device, true)
	h.turn(mine, true)

	var devices list[Device]
	gus.ask("GET", h.path+"/devices", "").want(200).into(&devices)
	var twins Twins
	gus.ask("GET", h.path+"/twins", "").want(200).into(&twins)
	var events Events
	gus.ask("GET", h.path+"/events", "").want(200).into(&events)
	if len(devices.Items) != 1 || len(twins.Items) != 1 || devices.Items[0].ID != mine {
		t.Errorf("devices %v, twins %v", devices.Items, twins.Items)
	}
	if len(events.Items) != 1 || events.Items[0].Seq != h.head() {
		t.Errorf("events since %d: %+v", joined, events.Items)
	}
	gus.ask("GET", fmt.Sprintf("%s/events/%d", h.path, joined-1), "").refused(404, domain.NotFound)
	gus.ask("GET", fmt.Sprintf("%s/events/%d", h.path, h.head()-1), "").refused(404, domain.NotFound)
	gus.ask("GET", fmt.Sprintf("%s/state?seq=%d", h.path, joined-2), "").refused(403, domain.Forbidden)
	var film Film
	gus.ask("GET", fmt.Sprintf("%s/film?from=%d", h.path, joined), "").want(200).into(&film)
	if len(film.Frames) != 1 || film.To != h.head() {
		t.Errorf("%d frames to %d", len(film.Frames), film.To)
	}
	var own Command
	gus.ask("POST", h.deviceAt(mine)+"/commands", `{"set":{"onOff":false}}`).want(202).into(&own)
	var commands Commands
	gus.ask("GET", h.path+"/commands", "").want(200).into(&commands)
	if len(commands.Items) != 1 || commands.Items[0].ID != own.ID {
		t.Errorf("commands %+v", commands.Items)
	}
}

// What a guest opens, their scope must name.
func TestAGuestOpensOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lock := h.device("lock", "Door")
	h.report(lock, map[string]thing.Value{"lockState": `"locked"`})
	plain, named, kid := b.person("Gus"), b.person("Nat"), b.person("Kim")
	h.admit(plain, domain.Guest, domain.Scope{})
	h.admit(named, domain.Guest, domain.Scope{Functions: []string{"unlockDoor"}})
	h.admit(kid, domain.Child, domain.Scope{})
	unlock, secure := `{"action":"unlockDoor"}`, `{"action":"lockDoor"}`
	at := h.deviceAt(lock) + "/commands"
	plain.ask("POST", at, unlock).refused(403, domain.Forbidden)
	kid.ask("POST", at, unlock).refused(403, domain.Forbidden)
	named.ask("POST", at, unlock).want(202)
	named.ask("POST", at, secure).refused(403, domain.Forbidden)
	plain.ask("POST", at, secure).want(202)
	kid.ask("POST", at, secure).want(202)
	kid.ask("GET", h.path+"/events", "").refused(403, domain.Forbidden)
}

func TestAGuestComesAtTheirTimeOfDayOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, gus := b.person("Ada").house("Home"), b.person("Gus")
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	local := time.Now().In(paris)
	minute := local.Hour()*60 + local.Minute()
	around := domain.Window{From: (minute + 1430) % 1440, To: (minute + 10) % 1440}
	h.admit(gus, domain.Guest, domain.Scope{Window: domain.Window{From: around.To, To: around.From}})
	gus.ask("GET", h.path, "").refused(403, domain.Forbidden)
	var homes list[Home]
	if gus.ask("GET", "/api/v1/homes", "").want(200).into(&homes); len(homes.Items) != 0 {
		t.Errorf("homes %+v", homes.Items)
	}
	h.record(domain.Event{Entity: gus.id.Entity(), Actor: h.owner.actor(), Fact: domain.MemberChanged{
		Person: gus.id, Role: domain.Guest, Scope: domain.Scope{Window: around},
	}})
	gus.ask("GET", h.path, "").want(200)
}

// The live socket of a guest is silent about the rest of the home, and ends when
// what they may see becomes something else.
func TestAGuestIsToldOfWhatWasGivenOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, gus := b.person("Ada").house("Home"), b.person("Gus")
	theirs, mine := h.device("light", "Theirs"), h.device("light", "Mine")
	h.admit(gus, domain.Guest, domain.Scope{Devices: []domain.DeviceID{mine}})
	l, _, err := h.dial(gus, fmt.Sprintf("?after=%d", h.head()))
	if err != nil {
		t.Fatal(err)
	}
	l.welcome()
	h.turn(theirs, true)
	h.turn(mine, true)
	kind, text, err := l.read()
	if err != nil || kind != "news" || !strings.Contains(text, mine.String()) || strings.Contains(text, theirs.String()) {
		t.Fatalf("%s %s, %v", kind, text, err)
	}
	h.record(domain.Event{Entity: gus.id.Entity(), Actor: h.owner.actor(), Fact: domain.MemberChanged{
		Person: gus.id, Role: domain.Guest, Scope: domain.Scope{Devices: []domain.DeviceID{theirs}},
	}})
	_, text, err = l.read()
	if code := websocket.CloseStatus(err); code != closeChanged {
		t.Errorf("%s, %v: closed with %d, want %d", text, err, code, closeChanged)
	}
}

func TestAnInvitationLetsOneOfAHundredIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.server.places.pace.burst = 1 << 20
	h := b.person("Ada").house("Home")
	var invited InvitationLink
	h.owner.ask("POST", h.path+"/invitations", `{"role":"member"}`).want(201).into(&invited)
	var in, out atomic.Int32
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			r, err := b.try("POST", "/api/v1/invitations/accept", `{"link":"`+invited.Link+`","name":"Bob"}`)
			switch {
			case err != nil:
				t.Error(err)
			case r.status == http.StatusCreated:
				in.Add(1)
			case r.status == http.StatusUnauthorized:
				out.Add(1)
			default:
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
	group.Wait()
	var members list[Member]
	h.owner.ask("GET", h.path+"/members", "").want(200).into(&members)
	if in.Load() != 1 || out.Load() != 99 || len(members.Items) != 2 {
		t.Errorf("%d in, %d out, %d members", in.Load(), out.Load(), len(members.Items))
	}
	var people int
	if err := b.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM persons`).Scan(&people); err != nil || people != 2 {
		t.Errorf("%d people, %v", people, err)
	}
}

func TestAnInvitationMakesAPersonWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	var invited InvitationLink
	h.owner.ask("POST", h.path+"/invitations", `{"role":"guest","scope":{"past_hours":24}}`).want(201).into(&invited)
	b.ask("POST", "/api/v1/invitations/accept", `{"link":"`+invited.Link+`"}`).refused(422, domain.Invalid)
	r := b.ask("POST", "/api/v1/invitations/accept", `{"link":"`+invited.Link+`","name":"Bob"}`).want(201)
	var joined Joined
	r.into(&joined)
	cookie, err := http.ParseSetCookie(r.header.Get("Set-Cookie"))
	if err != nil || joined.Home != h.id || joined.Session.Person.Name != "Bob" {
		t.Fatalf("%+v, %v", joined, err)
	}
	bob := &person{b: b, id: joined.Session.Person.ID, token: cookie.Value}
	bob.ask("GET", h.path, "").want(200)
	var members list[Member]
	h.owner.ask("GET", h.path+"/members", "").want(200).into(&members)
	if m := members.Items[1]; m.Role != domain.Guest || m.Scope.PastHours != 24 || m.Person.Name != "Bob" {
		t.Errorf("%+v", m)
	}
	// Neither a name nor the link is in the log.
	log := h.owner.ask("GET", h.path+"/events?type=member.invited", "").want(200).body +
		h.owner.ask("GET", h.path+"/events?type=member.joined", "").want(200).body
	if strings.Contains(log, invited.Link) || strings.Contains(log, `"data":{"name`) {
		t.Error(log)
	}
	// Removed, they see neither present nor past.
	at := fmt.Sprintf("%s/members/%s", h.path, bob.id)
	h.owner.ask("DELETE", at, "", header{"If-Match", etag(members.Items[1].Revision)}).want(204)
	bob.ask("GET", h.path, "").refused(404, domain.NotFound)
	bob.ask("GET", h.path+"/events", "").refused(404, domain.NotFound)
}

// Whoever is erased is out at once; an owner has somebody erased who is nowhere else.
func TestAnErasedPersonIsNobodyAnyMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, gus, bob := b.person("Ada").house("Home"), b.person("Gus"), b.person("Bob")
	bob.house("His")
	h.admit(gus, domain.Guest, domain.Scope{})
	h.admit(bob, domain.Guest, domain.Scope{})
	h.owner.ask("POST", "/api/v1/account/erasure", `{"name":"Ada"}`).refused(409, domain.Conflict)
	gus.ask("POST", "/api/v1/account/erasure", `{"name":"Bob"}`).refused(422, domain.Invalid)
	for _, p := range []*person{gus, bob} {
		var members list[Member]
		h.owner.ask("GET", h.path+"/members", "").want(200).into(&members)
		revision := members.Items[slices.IndexFunc(members.Items, func(m Member) bool { return m.Person.ID == p.id })].Revision
		h.owner.ask("DELETE", fmt.Sprintf("%s/members/%s?erase=true", h.path, p.id), "", header{"If-Match", etag(revision)}).want(204)
	}
	gus.ask("GET", "/api/v1/session", "").refused(401, domain.Unauthorized)
	bob.ask("GET", "/api/v1/session", "").want(200) // has another home
	bob.ask("GET", h.path, "").refused(404, domain.NotFound)
	events := h.owner.ask("GET", h.path+"/events", "").want(200).body
	if !strings.Contains(events, "member.erased") || !strings.Contains(events, "member.removed") || strings.Contains(events, "Gus") {
		t.Errorf("events: %s", events)
	}
	h.owner.ask("POST", "/api/v1/account/erasure", `{"name":"Ada"}`).want(204) // alone now
	h.owner.ask("GET", "/api/v1/session", "").refused(401, domain.Unauthorized)
}

func TestAnAdminCannotTouchOwners(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, al := b.person("Ada").house("Home"), b.person("Al")
	h.admit(al, domain.Admin, domain.Scope{})
	owner := fmt.Sprintf("%s/members/%s", h.path, h.owner.id)
	self := fmt.Sprintf("%s/members/%s", h.path, al.id)
	al.ask("DELETE", owner, "", header{"If-Match", `"2"`}).refused(403, domain.Forbidden)
	al.ask("PATCH", owner, `{"role":"guest"}`, header{"If-Match", `"2"`}).refused(403, domain.Forbidden)
	al.ask("PATCH", self, `{"role":"owner"}`, header{"If-Match", `"5"`}).refused(403, domain.Forbidden)
	for _, role := range []string{"owner", "admin", "support"} {
		al.ask("POST", h.path+"/invitations", `{"role":"`+role+`"}`).refused(403, domain.Forbidden)
	}
	al.ask("POST", h.path+"/invitations", `{"role":"member"}`).want(201)
	eve := b.person("Eve")
	for range 3 {
		eve.ask("GET", h.path+"/members", "").refused(404, domain.NotFound)
	}
	var door list[DoorEntry]
	eve.ask("GET", "/api/v1/account/log", "").want(200).into(&door)
	if len(door.Items) != 2 || !door.Items[0].Refused || door.Items[0].What != "members.read" || door.Items[0].Place != "127.0.0.1" {
		t.Errorf("Eve's door: %+v", door.Items)
	}
	h.owner.ask("DELETE", h.path+"/membership", "").refused(409, domain.Conflict)
	al.ask("DELETE", h.path+"/membership", "").want(204)
}

func TestATokenDoesWhatItsLimitsSayAndEndsOnOpenSockets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, lock := h.device("light", "Lamp"), h.device("lock", "Door")
	secret := h.secret(`["home.read","device.command"]`, `["C"]`)
	bearer := []header{{"Authorization", "Bearer " + secret}, {"Sec-Fetch-Site", ""}}
	b.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`, bearer...).want(202)
	b.ask("POST", h.deviceAt(lock)+"/commands", `{"action":"unlockDoor"}`, bearer...).refused(403, domain.Forbidden)
	b.ask("POST", h.path+"/rooms", `{"name":"Attic"}`, bearer...).refused(403, domain.Forbidden)
	b.ask("GET", h.path+"/events", "", bearer...).refused(403, domain.Forbidden)
	// Beside a cookie it counts for nothing, and a session is no token.
	b.ask("GET", h.path, "", header{"Authorization", "Bearer " + h.owner.token}).refused(401, domain.Unauthorized)
	b.ask("GET", h.path+"?x="+secret, "").refused(401, domain.Unauthorized)

	l, _, err := h.dial(h.owner, "", header{"Cookie", ""}, header{"Origin", ""}, bearer[0])
	if err != nil {
		t.Fatal(err)
	}
	l.welcome()
	var tokens list[Token]
	h.owner.ask("GET", "/api/v1/account/tokens", "").want(200).into(&tokens)
	h.owner.ask("DELETE", "/api/v1/account/tokens/"+tokens.Items[0].ID.String(), "").want(204)
	for err = nil; err == nil; _, _, err = l.read() { // what waited is withdrawn, which may be told before
		continue
	}
	if websocket.CloseStatus(err) != closeSignedOut {
		t.Errorf("closed by %v", err)
	}
	b.ask("GET", h.path, "", bearer...).refused(401, domain.Unauthorized)
	var kept string
	if err := b.store.Pool().QueryRow(t.Context(), `SELECT coalesce(string_agg(row_to_json(k)::text, ''), '') FROM idempotency_keys k`).Scan(&kept); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(kept, secret) || strings.Contains(b.log.String(), secret) {
		t.Error("the token's secret is kept")
	}
}

func TestAnInstallerSetsUpTheWholeHomeOrNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	ivo, ira := b.person("Ivo"), b.person("Ira")
	h.admit(ivo, domain.Installer, domain.Scope{})
	h.admit(ira, domain.Installer, domain.Scope{Rooms: []domain.RoomID{h.fixture.room}})
	ivo.ask("POST", h.path+"/rooms", `{"name":"Attic"}`).want(201)
	ivo.ask("POST", h.path+"/gateways/claims", "").want(201)
	ivo.ask("POST", h.path+"/rules", `{"name":"Noon","document":`+noon+`}`).refused(403, domain.Forbidden)
	ira.ask("POST", h.path+"/rooms", `{"name":"Attic"}`).refused(403, domain.Forbidden)
	ira.ask("POST", h.path+"/gateways/claims", "").refused(403, domain.Forbidden)
}

func TestAScenePassesOverWhatItsCallerMayNotAsk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	light := h.device("light", "Lamp").String()
	var scene Scene
	h.owner.ask("POST", h.path+"/scenes", `{"name":"Bright","settings":[{"device":"`+light+`","set":{"onOff":true}}]}`).want(201).into(&scene)
	at := h.path + "/scenes/" + scene.ID.String() + "/activations"
	for classes, want := range map[string]int{`["C"]`: 1, `["B"]`: 0} {
		secret := h.secret(`["home.read","history.read","device.command"]`, classes)
		var got Activated
		b.ask("POST", at, "", header{"Authorization", "Bearer " + secret}, header{"Sec-Fetch-Site", ""}, header{"Idempotency-Key", classes}).want(202).into(&got)
		if len(got.Commands) != want || len(got.Refused) != 1-want {
			t.Errorf("a token for %s: %d commands, %d refused", classes, len(got.Commands), len(got.Refused))
		}
	}
}

func TestWhatARuleMayOpenAndWhatNoneMayWantsAProof(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	adam := b.person("Adam")
	h.admit(adam, domain.Admin, domain.Scope{})
	grants := `{"name":"x","document":` + noon + `,"grants":["` + h.fixture.device.String() + `"]}`
	adam.ask("POST", h.path+"/rules", grants).refused(403, domain.Forbidden)
	adam.ask("POST", h.path+"/rules", `{"name":"x","document":`+noon+`}`).want(201)
	h.owner.ask("POST", h.path+"/rules", grants).want(201)
	rule, modes := h.path+"/rules/"+h.fixture.rule.String(), h.path+"/modes"
	secret := h.secret(`["home.read","history.read","rules.edit","rules.grant"]`, "")
	token := []header{{"Authorization", "Bearer " + secret}, {"Sec-Fetch-Site", ""}}
	b.ask("POST", h.path+"/rules", grants, append(token, header{"Idempotency-Key", "a"})...).refused(403, domain.Forbidden)
	b.ask("POST", rule+"/grants", `{"device":"`+h.fixture.device.String()+`"}`, append(token, header{"Idempotency-Key", "b"})...).refused(403, domain.Forbidden)
	match := h.owner.ask("GET", modes, "").want(200).match()
	b.ask("PATCH", h.path+"/settings", `{"clauses":[]}`, append(token, match)...).refused(403, domain.Forbidden)
}

func TestWhatIsDangerousWantsAProofThatIsFresh(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	const password = "a long enough passphrase"
	h.owner.ask("POST", "/api/v1/account/password", `{"login":"ada","password":"`+password+`"}`).want(204)
	rule := h.path + "/rules/" + h.fixture.rule.String()
	device := h.fixture.device.String()
	h.record(domain.Event{Entity: h.id.Entity(), Actor: h.owner.actor(), Fact: domain.PolicyEdited{Clauses: []domain.Clause{{Unattended: true}}}})
	forbidden, match := h.head(), h.owner.ask("GET", h.path+"/modes", "").want(200).match()
	dangerous := func() map[string]*reply {
		return map[string]*reply{
			"confirm a newcomer":     h.owner.ask("POST", h.path+"/gateways/newcomers/K7QM-2XRA/confirmation", ""),
			"let a rule open":        h.owner.ask("POST", rule+"/grants", `{"device":"`+device+`"}`),
			"make a rule that may":   h.owner.ask("POST", h.path+"/rules", `{"name":"x","document":`+noon+`,"grants":["`+device+`"]}`),
			"allow what was not":     h.owner.ask("PATCH", h.path+"/settings", `{"clauses":[]}`, match),
			"turn out a gateway":     h.owner.ask("DELETE", h.path+"/gateways/"+h.gateway.String(), "", header{"If-Match", `"1"`}),
			"allow it by undoing":    h.owner.undo(h, forbidden),
			"change who somebody is": h.owner.ask("PATCH", h.path+"/members/"+h.owner.id.String(), `{"role":"owner"}`, header{"If-Match", `"1"`}),
		}
	}
	_, err := b.store.Pool().Exec(t.Context(), `UPDATE sessions SET proved_at = proved_at - $1::interval`, access.ProofLife)
	if err != nil {
		t.Fatal(err)
	}
	before := h.head()
	for what, got := range dangerous() {
		if !strings.Contains(got.body, string(domain.ProofNeeded)) {
			t.Errorf("%s, with an old proof: %d %s", what, got.status, got.body)
		}
	}
	if h.head() != before {
		t.Error("refused, and the home has changed")
	}
	// What is not dangerous goes on.
	h.owner.ask("POST", h.path+"/rules", `{"name":"x","document":`+noon+`}`).want(201)
	h.owner.ask("POST", h.path+"/gateways/newcomers/K7QM-2XRA/refusal", "").want(404)
	h.owner.ask("POST", "/api/v1/session/proof", `{"password":"`+password+`"}`).want(204)
	for what, got := range dangerous() {
		if strings.Contains(got.body, string(domain.ProofNeeded)) {
			t.Errorf("%s, with a fresh proof: %d %s", what, got.status, got.body)
		}
	}
}
