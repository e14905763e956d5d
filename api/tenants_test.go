package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/oauth2"

	"logis/domain"
	"logis/migrations/pgtest"
)

// principals are who knocks, in the order of the columns of door.
const principals = "owner guest expired token gateway anonymous stranger"

// door is the tenant matrix: for every operation, on the ids of a home and of its
// owner's account, how each principal fares. + is let through the door (whatever
// becomes of the request then), a is asked to sign in, f is forbidden, n finds
// nothing there. The guest was given one device, and the ids are those of others.
func door() map[string]string {
	return map[string]string{
		"sign-in": "aaaaaaa", "accept-invitation": "aaafaaa",
		"sign-in-by-password": "aaaaaaa", "begin-sign-in": "+++++++", "sign-in-by-passkey": "aaaaaaa", "prove": "aaafaaa",
		"get-account": "+++faa+", "set-password": "+++faa+", "new-codes": "+++faa+", "confirm-codes": "+++faa+", "remove-codes": "+++faa+",
		"erase-account": "+++faa+",
		"list-passkeys": "+++faa+", "begin-passkey": "+++faa+", "add-passkey": "aaafaaa", "remove-passkey": "nnnfaan",
		"get-notifications": "+++faa+", "choose-notifications": "+++faa+", "set-address": "+++faa+", "confirm-address": "+++faa+", "remove-address": "+++faa+",
		"add-browser": "+++faa+", "remove-browser": "nnnfaan", "set-own-webhook": "+++faa+", "remove-own-webhook": "+++faa+", "try-own-webhook": "nnnfaan",
		"get-session": "++++aa+", "sign-out": "+++faa+",
		"list-homes": "++++aa+", "found-home": "+++faa+", "list-models": "++++aa+", "get-model": "++++aa+",
		"list-tokens": "+++faa+", "make-token": "nnnfaan", "end-token": "+nnfaan",
		"get-provider": "+++++++", "begin-openid": "nnnnnnn", "sign-in-by-openid": "aaaaaaa", // no provider
		"begin-openid-link": "nnnfaan", "link-openid": "nnnfaan", "unlink-openid": "nnnfaan",
		"list-apps": "+++faa+", "register-app": "+++faa+", "remove-app": "+nnfaan",
		"check-consent": "+++faa+", "give-consent": "+++faa+", "list-grants": "+++faa+", "end-grant": "+nnfaan",
		"list-sessions": "+++faa+", "end-session": "+nnfaan", "list-door": "+++faa+",

		"get-home": "++n+aan", "list-rooms": "++n+aan", "list-devices": "++n+aan", "list-twins": "++n+aan",
		"list-gateways": "++n+aan", "list-commands": "++n+aan", "follow-home": "++n+aan",
		"stream-home": "++n+aan", "follow-homes": "++++aa+", "leave-home": "++nfaan",
		"get-device": "+nn+aan", "get-twin": "+nn+aan", "get-command": "+nn+aan",
		"request-command": "+nn+aan", "withdraw-command": "+nn+aan", "get-gateway": "+nn+aan",
		"list-events": "++nfaan", "get-event": "+nnfaan", "get-state": "++n+aan", "get-film": "+fnfaan", "get-density": "+fnfaan",
		"rename-home": "+fnfaan", "add-room": "+fnfaan", "rename-room": "+fnfaan", "remove-room": "+fnfaan",
		"change-device": "+fnfaan", "remove-device": "+fnfaan", "make-claim": "+fnfaan", "revoke-gateway": "+fnfaan",
		"list-members": "+fnfaan", "change-member": "+fnfaan", "remove-member": "+fnfaan",
		"list-newcomers": "+fnfaan", "confirm-newcomer": "nfnfaan", "refuse-newcomer": "nfnfaan",
		"get-configuration": "+fnfaan", "configure-gateway": "+fnfaan",
		"check-gateway": "+fnfaan", "read-gateway-log": "+fnfaan", "get-pairing": "+fnfaan", "open-pairing": "+fnfaan",
		"commission-device": "+fnfaan", "list-local-clients": "+fnfaan", "end-local-client": "+fnfaan",
		"list-rules": "+fnfaan", "get-rule": "+fnfaan", "add-rule": "+fnfaan", "check-rule": "+fnfaan", "change-rule": "+fnfaan",
		"copy-rule": "+fnfaan", "remove-rule": "+fnfaan", "grant-rule": "+fnfaan",
		"list-rule-versions": "+fnfaan", "explain-rule": "nfnfaan",
		"list-scenes": "+fnfaan", "add-scene": "+fnfaan", "change-scene": "+fnfaan", "remove-scene": "+fnfaan",
		"activate-scene": "+fnfaan", "undo-scene": "+fnfaan",
		"get-modes": "+fnfaan", "set-mode": "+fnfaan", "add-mode": "+fnfaan", "rename-mode": "+fnfaan", "remove-mode": "+fnfaan",
		"set-presence": "+fnfaan", "change-settings": "+fnfaan",
		"backtest-rule": "+fnfaan", "list-tests": "+fnfaan", "add-test": "+fnfaan", "run-tests": "nfnfaan", "remove-test": "+fnfaan",
		"get-why":        "+fnfaan",
		"get-difference": "+fnfaan", "get-proof": "+fnfaan", "get-storage": "+fnfaan", "set-retention": "+fnfaan",
		"get-late": "+fnfaan", "check-history": "+fnfaan", "export-history": "+fnfaan",
		"get-statistics": "+nnfaan", "get-energy": "+fnfaan", "list-tariffs": "+fnfaan", "set-tariff": "+fnfaan", "remove-tariff": "nfnfaan",
		"list-corrections": "+fnfaan", "add-correction": "+fnfaan", "withdraw-correction": "nfnfaan", "replace-device": "+fnfaan",
		"list-webhooks": "+fnfaan", "add-webhook": "+fnfaan", "change-webhook": "+fnfaan", "remove-webhook": "+fnfaan",
		"new-webhook-secret": "+fnfaan", "call-webhook": "+fnfaan",
		"list-incidents": "+fnfaan", "mark-incident": "+fnfaan", "remove-incident": "+fnfaan", "open-incident": "aaaaaaa",
		"share-incident": "nfnfaan", "unshare-incident": "nfnfaan",
		"plan-put-back": "+fnfaan", "put-back": "+fnfaan", "plan-undo": "+fnfaan", "undo-event": "+fnfaan",
		"list-audit": "++nfaan", "export-audit": "+fnfaan",
		"list-invitations": "+fnfaan", "invite-member": "+fnfaan", "withdraw-invitation": "+fnfaan",
	}
}

// knock is how a principal comes.
type knock struct {
	name    string
	headers []header
}

// tenants are two homes and everybody who may or may not enter the first.
type tenants struct {
	*house
	strange *house
	guest   *person
	given   domain.DeviceID // to the guest
	knocks  []knock
}

func newTenants(t *testing.T) *tenants {
	t.Helper()
	return newTenantsOn(t, pgtest.New(t))
}

func newTenantsOn(t *testing.T, pool *pgxpool.Pool) *tenants {
	t.Helper()
	b := setupOn(t, pool, quick())
	b.server.people.pace.burst, b.server.places.pace.burst = 1<<20, 1<<20
	h, strange := b.person("Ada").house("Home"), b.person("Eve").house("Hers")
	h.furnish()
	strange.furnish()
	n := &tenants{house: h, strange: strange, guest: b.person("Gus"), given: h.device("light", "Guest lamp")}
	gone := b.person("Tom")
	h.admit(n.guest, domain.Guest, domain.Scope{Devices: []domain.DeviceID{n.given}})
	h.admit(gone, domain.Guest, domain.Scope{Until: time.Now().Add(-time.Hour)})
	cookieOf := func(p *person) []header { return []header{{"Cookie", cookieName + "=" + p.token}} }
	n.knocks = []knock{
		{"owner", cookieOf(h.owner)}, {"guest", cookieOf(n.guest)}, {"expired", cookieOf(gone)},
		{"token", []header{{"Authorization", "Bearer " + h.secret(`["home.read","device.command"]`, `["C"]`)}, {"Sec-Fetch-Site", ""}}},
		{"gateway", []header{{"Authorization", "Bearer logis-claim-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}}},
		{"anonymous", nil}, {"stranger", cookieOf(strange.owner)},
	}
	return n
}

// admit makes somebody a member.
func (h *house) admit(p *person, role domain.Role, scope domain.Scope) {
	h.b.t.Helper()
	h.record(domain.Event{
		Entity: p.id.Entity(), Actor: h.owner.actor(), Fact: domain.MemberJoined{Person: p.id, Role: role, Scope: scope},
	})
}

// secret makes a token of the owner for the home.
func (h *house) secret(actions, classes string) string {
	h.b.t.Helper()
	var made NewToken
	body := `{"name":"Program","home":"` + h.id.String() + `","actions":` + actions + `,"days":1`
	if classes != "" {
		body += `,"classes":` + classes
	}
	h.owner.ask("POST", "/api/v1/account/tokens", body+"}").want(201).into(&made)
	return made.Secret
}

func TestEveryDoorOpensForWhomItShouldAndForNobodyElse(t *testing.T) {
	t.Parallel()
	newTenants(t).walkDoors(t)
}

// walkDoors knocks at every door as everybody.
func (n *tenants) walkDoors(t *testing.T) {
	t.Helper()
	rows := door()
	names := strings.Fields(principals)
	for _, d := range n.doors() {
		row, ok := rows[d.id]
		delete(rows, d.id)
		if !ok || len(row) != len(names) {
			t.Errorf("%s has no row in the tenant matrix", d.id)
			continue
		}
		// The owner comes last: what they do may change what the others would find.
		for i := len(names) - 1; i >= 0; i-- {
			before := n.head()
			got := n.knock(d, n.knocks[i])
			if fared := fare(got.status); fared != row[i] {
				t.Errorf("%s, %s: %c (%d %s), want %c", d.id, names[i], fared, got.status, got.body, row[i])
			}
			if fare(got.status) != '+' && n.head() != before {
				t.Errorf("%s, %s: refused, and the home has changed", d.id, names[i])
			}
			n.leaks(t, d.id+", "+names[i], names[i], got.body)
		}
	}
	for id := range rows {
		t.Errorf("there is no operation %s", id)
	}
}

// doorway is an operation and how it is asked.
type doorway struct {
	id, method, path string
	op               *huma.Operation
}

// doors returns every operation; those that change who is who come last.
func (n *tenants) doors() []doorway {
	last := []string{"end-token", "end-session", "set-password", "leave-home", "sign-out"}
	var all []doorway
	for name, op := range documented(n.b.server.huma.OpenAPI()) {
		method, path, _ := strings.Cut(name, " ")
		all = append(all, doorway{op.OperationID, method, path, op})
	}
	slices.SortFunc(all, func(a, b doorway) int {
		return cmp.Or(cmp.Compare(slices.Index(last, a.id), slices.Index(last, b.id)), strings.Compare(a.id, b.id))
	})
	return all
}

func (n *tenants) knock(d doorway, k knock) *reply {
	return n.b.ask(d.method, n.fill(d.path)+queryFor(d.op), bodyFor(d.op), append(k.headers, header{"If-Match", `"1"`})...)
}

// fare says how a request fared at the door.
func fare(status int) byte {
	switch status {
	case http.StatusUnauthorized:
		return 'a'
	case http.StatusForbidden:
		return 'f'
	case http.StatusNotFound:
		return 'n'
	}
	return '+'
}

// leaks fails the test when an answer holds an id of what its reader may not know
// and did not name. A device that was given to a guest names its gateway.
func (n *tenants) leaks(t *testing.T, what, who, body string) {
	t.Helper()
	hidden := []string{n.strange.gateway.String(), n.strange.fixture.device.String(), n.strange.fixture.room.String()}
	if who != "stranger" {
		hidden = append(hidden, n.strange.id.String())
	}
	if who != "owner" && who != "token" {
		hidden = append(hidden, n.fixture.device.String(), n.fixture.room.String(), n.fixture.command.String())
	}
	if who == "stranger" {
		hidden = []string{n.id.String(), n.gateway.String(), n.fixture.device.String(), n.fixture.room.String(), n.fixture.command.String(), n.given.String()}
	}
	for _, id := range hidden {
		if strings.Contains(body, id) {
			t.Errorf("%s: the answer tells %s: %s", what, id, body)
		}
	}
}

// Ids of another home in a body are not there, either.
func TestAnIdOfAnotherHomeInABodyIsRefused(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	room, device := n.strange.fixture.room.String(), n.strange.fixture.device.String()
	scene, rule, eve := n.strange.fixture.scene.String(), n.strange.fixture.rule.String(), n.strange.owner.id.String()
	rules := func(part, what string) string {
		parts := map[string]string{"triggers": `[{"time":{"at":"12:00"}}]`, "actions": `[{"mode":{"to":"home"}}]`}
		parts[part] = what
		text := `{"triggers":` + parts["triggers"] + `,"actions":` + parts["actions"]
		if part == "condition" {
			text += `,"condition":` + what
		}
		return `{"name":"x","document":` + text + `}}`
	}
	// An app is nobody's secret: whoever was sent by it may let it in, into a home of theirs.
	client, _ := n.strange.owner.register(true)
	app := askBody(n.b.t, client.AuthCodeURL("x", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	walked := map[string]bool{}
	for _, c := range []struct {
		field, method, path, body string
		status                    int
	}{
		{"DeviceChange.room", "PATCH", n.deviceAt(n.fixture.device), `{"room":"` + room + `"}`, 422},
		{"TokenRequest.home", "POST", "/api/v1/account/tokens", `{"name":"x","home":"` + n.strange.id.String() + `","actions":["home.read"],"days":1}`, 404},
		{"Ask.client_id", "POST", "/api/v1/account/consents/check", app, 200},
		{"ConsentRequest.home", "POST", "/api/v1/account/consents", `{"ask":` + app + `,"home":"` + n.strange.id.String() + `","actions":["home.read"]}`, 404},
		{"Scope.rooms", "POST", n.path + "/invitations", `{"role":"guest","scope":{"rooms":["` + room + `"]}}`, 422},
		{"Scope.devices", "POST", n.path + "/invitations", `{"role":"guest","scope":{"devices":["` + device + `"]}}`, 422},
		{"ClaimRequest.gateway", "POST", n.path + "/gateways/claims", `{"gateway":"` + n.strange.gateway.String() + `"}`, 404},
		{"PropertyTrigger.device", "POST", n.path + "/rules", rules("triggers", `[{"property":{"device":"`+device+`","property":"onOff"}}]`), 422},
		{"SignalTrigger.device", "POST", n.path + "/rules", rules("triggers", `[{"signal":{"device":"`+device+`","event":"x"}}]`), 422},
		{"PresenceTrigger.person", "POST", n.path + "/rules", rules("triggers", `[{"presence":{"change":"arrives","person":"`+eve+`"}}]`), 422},
		{"GatewayTrigger.gateway", "POST", n.path + "/rules", rules("triggers", `[{"gateway":{"gateway":"`+n.strange.gateway.String()+`","change":"lost"}}]`), 422},
		{"DeviceTrigger.device", "POST", n.path + "/rules", rules("triggers", `[{"device":{"device":"`+device+`","change":"lost"}}]`), 422},
		{"RuleTrigger.rule", "POST", n.path + "/rules", rules("triggers", `[{"rule":{"rule":"`+rule+`"}}]`), 422},
		{"PropertyTest.device", "POST", n.path + "/rules", rules("condition", `{"property":{"device":"`+device+`","property":"onOff","is":true}}`), 422},
		{"PresenceTest.person", "POST", n.path + "/rules", rules("condition", `{"presence":{"is":"present","person":"`+eve+`"}}`), 422},
		{"CommandAction.device", "POST", n.path + "/rules", rules("actions", `[{"command":{"device":"`+device+`","set":{"onOff":true}}}]`), 422},
		{"SceneAction.scene", "POST", n.path + "/rules", rules("actions", `[{"scene":{"scene":"`+scene+`"}}]`), 422},
		{"NotifyAction.person", "POST", n.path + "/rules", rules("actions", `[{"notify":{"person":"`+eve+`"}}]`), 422},
		{"WebhookAction.webhook", "POST", n.path + "/rules", rules("actions", `[{"webhook":{"webhook":"`+n.strange.fixture.webhook.String()+`"}}]`), 422},
		{"RuleRequest.grants", "POST", n.path + "/rules", `{"name":"x","document":` + noon + `,"grants":["` + device + `"]}`, 422},
		{"RuleChange.grants", "PATCH", n.path + "/rules/" + n.fixture.rule.String(), `{"grants":["` + device + `"]}`, 422},
		{"RuleGrant.device", "POST", n.path + "/rules/" + n.fixture.rule.String() + "/grants", `{"device":"` + device + `"}`, 422},
		// A draft is saved nowhere: another home's rule is like a new one, its device changes nothing.
		{"RuleDraft.rule", "POST", n.path + "/rules/check", `{"rule":"` + rule + `","document":` + noon + `}`, 200},
		{"RuleDraft.grants", "POST", n.path + "/rules/check", `{"document":` + noon + `,"grants":["` + device + `"]}`, 200},
		{"BacktestRequest.rule", "POST", n.path + "/rules/backtest", `{"rule":"` + rule + `","versions":[1]}`, 404},
		{"TestRun.rule", "POST", n.path + "/tests/run", `{"rule":"` + rule + `"}`, 404},
		{"TestRequest.rule", "POST", n.path + "/tests", `{"name":"x","rule":"` + rule + `","after":1,"to":2,"expected":[]}`, 422},
		{"IncidentRequest.rooms", "POST", n.path + "/incidents", `{"name":"x","after":1,"to":2,"rooms":["` + room + `"]}`, 422},
		{"IncidentRequest.devices", "POST", n.path + "/incidents", `{"name":"x","after":1,"to":2,"devices":["` + device + `"]}`, 422},
		{"Setting.device", "POST", n.path + "/scenes", `{"name":"x","settings":[{"device":"` + device + `","set":{"onOff":true}}]}`, 422},
		{"SceneRequest.capture", "POST", n.path + "/scenes", `{"name":"x","capture":["` + device + `"]}`, 422},
		{"CorrectionRequest.device", "POST", n.path + "/corrections", `{"device":"` + device + `","reason":"x","reading":5,"property":"onOff"}`, 422},
		{"Replacement.by", "POST", n.deviceAt(n.fixture.device) + "/replacement", `{"by":"` + device + `"}`, 422},
		{"Clause.devices", "PATCH", n.path + "/settings", `{"clauses":[{"devices":["` + device + `"]}]}`, 422},
	} {
		walked[c.field] = true
		var match header
		if c.method == http.MethodPatch {
			match = n.owner.ask("GET", strings.Replace(c.path, "/settings", "/modes", 1), "").want(200).match()
		}
		before := n.head()
		if n.owner.ask(c.method, c.path, c.body, match).want(c.status); n.head() != before {
			t.Errorf("%s: refused, and the home has changed", c.field)
		}
	}
	// Every id that a body can hold has its line above.
	for name, op := range documented(n.b.server.huma.OpenAPI()) {
		if op.RequestBody == nil {
			continue
		}
		ref := op.RequestBody.Content["application/json"].Schema.Ref
		for _, field := range n.idFields(ref[strings.LastIndex(ref, "/")+1:], map[string]bool{}) {
			if !walked[field] {
				t.Errorf("%s: no line for %s", name, field)
			}
		}
	}
}

// idFields returns the members of a schema that are ids or lists of them, those of
// the objects in it included. A schema that was seen is not walked again.
func (n *tenants) idFields(schema string, seen map[string]bool) []string {
	if seen[schema] {
		return nil
	}
	seen[schema] = true
	text, err := json.Marshal(n.b.server.huma.OpenAPI().Components.Schemas.Map()[schema])
	if err != nil {
		n.b.t.Fatal(err)
	}
	type part struct {
		Ref      string `json:"$ref"`
		Format   string
		Pattern  string
		Examples []any
	}
	var shape struct {
		Properties map[string]struct {
			part
			Items part
		}
	}
	if err := json.Unmarshal(text, &shape); err != nil {
		n.b.t.Fatal(err)
	}
	var fields []string
	for name, p := range shape.Properties {
		for _, ref := range []string{p.Ref, p.Items.Ref} {
			if ref != "" {
				fields = append(fields, n.idFields(ref[strings.LastIndex(ref, "/")+1:], seen)...)
			}
		}
		// The elements of a list have no format; its example tells.
		example := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).MatchString(fmt.Sprint(p.Examples))
		if p.Format == "uuid" || p.Pattern == idPattern || example {
			fields = append(fields, schema+"."+name)
		}
	}
	return fields
}
