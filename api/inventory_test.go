package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"logis/access"
	"logis/domain"
)

// documented returns every operation of the document as "METHOD /path".
func documented(doc *huma.OpenAPI) map[string]*huma.Operation {
	all := map[string]*huma.Operation{}
	for path, item := range doc.Paths {
		for method, op := range map[string]*huma.Operation{
			http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
			http.MethodPut: item.Put, http.MethodHead: item.Head, http.MethodOptions: item.Options, http.MethodTrace: item.Trace,
		} {
			if op != nil {
				all[method+" "+path] = op
			}
		}
	}
	return all
}

func TestTheRoutesAreThoseOfTheDocumentAndNoOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	beside := []string{
		"GET /healthz", "GET /readyz", "GET /api/v1/openapi.yaml", "GET /api/v1/asyncapi.yaml", "GET /api/docs",
		// What they say and take is RFC 6749's, 7009's and 8414's.
		"POST /oauth/token", "POST /oauth/revoke", "GET /.well-known/oauth-authorization-server",
		// And of these, what the makers of assistants say.
		"POST /voice/alexa", "POST /voice/google",
	}
	want := slices.Clone(beside)
	for name := range documented(b.server.huma.OpenAPI()) {
		method, path, _ := strings.Cut(name, " ")
		want = append(want, method+" /api/v1"+path)
	}
	var got []string
	err := chi.Walk(b.server.router, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		got = append(got, method+" "+route)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("routes\n%s\ndocument\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// examples fills the path with parts of the house.
func (h *house) fill(path string) string {
	return "/api/v1" + strings.NewReplacer(
		"{home}", h.id.String(), "{device}", h.fixture.device.String(), "{room}", h.fixture.room.String(),
		"{command}", h.fixture.command.String(), "{gateway}", h.gateway.String(), "{seq}", "1", "{letters}", "K7QM-2XRA", "{kind}", "light",
		"{client}", "KQ5TVQ2XJ7M4ZB3N6YFD2RLHAC",
		"{rule}", h.fixture.rule.String(), "{scene}", h.fixture.scene.String(), "{mode}", string(h.fixture.mode),
		"{test}", h.fixture.test.String(), "{from}", "2026-05-01", "{correction}", h.fixture.test.String(),
		"{webhook}", h.fixture.webhook.String(),
		"{incident}", h.fixture.incident.String(),
		"{person}", h.owner.id.String(), "{invitation}", h.fixture.invitation.String(),
		"{token}", h.fixture.token.String(), "{session}", h.fixture.session.String(),
		"{passkey}", h.fixture.token.String(), "{app}", h.fixture.app.String(), "{grant}", h.fixture.grant.String(),
		"{browser}", h.fixture.token.String(),
	).Replace(path)
}

// bodies that each operation would accept.
func bodyFor(op *huma.Operation) string {
	return map[string]string{
		"sign-in": `{"link":"logis-link-x"}`, "found-home": `{"name":"Home","time_zone":"UTC"}`,
		"rename-home": `{"name":"Other"}`, "add-room": `{"name":"Attic"}`, "rename-room": `{"name":"Other"}`,
		"change-member": `{"role":"owner"}`, "invite-member": `{"role":"guest"}`,
		"accept-invitation":   `{"link":"logis-invite-x","name":"Bob"}`,
		"sign-in-by-password": `{"login":"ada","password":"wrong wrong"}`, "prove": `{"password":"wrong wrong"}`,
		"set-password":  `{"login":"ada","password":"correct horse battery"}`,
		"confirm-codes": `{"code":"000000"}`, "sign-in-by-passkey": `{"ceremony":"x","response":{}}`,
		"add-passkey":       `{"ceremony":"x","name":"Phone","response":{}}`,
		"make-token":        `{"name":"Terminal","home":"018f0000-0000-7000-8000-000000000000","actions":["home.read"],"days":1}`,
		"sign-in-by-openid": `{"ceremony":"x","state":"x","code":"x"}`, "link-openid": `{"ceremony":"x","state":"x","code":"x"}`,
		"register-app":  `{"name":"Widget","redirects":["https://app.example.org/callback"],"public":true}`,
		"check-consent": `{"client_id":"x","redirect_uri":"https://app.example.org/callback"}`,
		"give-consent": `{"ask":{"client_id":"x","redirect_uri":"https://app.example.org/callback"},` +
			`"home":"018f0000-0000-7000-8000-000000000000","actions":["home.read"]}`,
		"add-rule": `{"name":"Noon","document":` + noon + `}`, "check-rule": `{"document":` + noon + `}`,
		"change-rule": `{"enabled":false}`, "copy-rule": `{"name":"Other"}`,
		"grant-rule": `{"device":"018f0000-0000-7000-8000-000000000000"}`,
		"add-scene":  `{"name":"Bright","capture":["018f0000-0000-7000-8000-000000000000"]}`, "change-scene": `{"name":"Other"}`,
		"set-mode": `{"mode":"away"}`, "add-mode": `{"name":"Party"}`, "rename-mode": `{"name":"Other"}`,
		"set-presence": `{"present":true}`, "change-settings": `{"clauses":[]}`,
		"choose-notifications": `{"kinds":[{"kind":"cut","choice":"off"}]}`, "set-address": `{"address":"ada@example.org"}`, "confirm-address": `{"code":"00000000"}`,
		"add-browser":     `{"endpoint":"https://push.example.org/x","p256dh":"` + strings.Repeat("A", 87) + `","auth":"` + strings.Repeat("A", 22) + `"}`,
		"set-own-webhook": `{"url":"https://example.org/hook"}`,
		"add-webhook":     `{"name":"Server","url":"https://example.org/hook","types":["device"]}`, "change-webhook": `{"on":false}`,
		"change-device": `{"name":"Other"}`, "request-command": `{"set":{"onOff":true}}`,
		"open-pairing": `{"radio":"zigbee","seconds":60}`, "commission-device": `{"radio":"matter","code":"34970112332"}`,
		"configure-gateway": `{"log_level":"debug","outbox_mib":0,"radios_off":[]}`,
		"backtest-rule":     `{"document":{"triggers":[{"time":{"at":"12:00"}}],"actions":[{"mode":{"to":"home"}}]}}`,
		"add-test":          `{"name":"Noon","rule":"018f0000-0000-7000-8000-000000000000","after":1,"to":1,"expected":[]}`,
		"set-tariff":        `{"from":"2026-05-01","currency":"EUR","price":0.3}`,
		"add-correction":    `{"device":"018f0000-0000-7000-8000-000000000000","reason":"x","reading":1,"property":"onOff"}`,
		"replace-device":    `{"by":"018f0000-0000-7000-8000-000000000000"}`,
		"put-back":          `{"seq":1}`,
		"set-retention":     `{"keep_months":24}`,
		"run-tests":         `{"rule":"018f0000-0000-7000-8000-000000000000"}`,
		"mark-incident":     `{"name":"Odd","after":1,"to":2}`, "share-incident": `{"hours":1}`, "open-incident": `{"link":"logis-incident-x"}`,
	}[op.OperationID]
}

func queryFor(op *huma.Operation) string {
	switch op.OperationID {
	case "get-film":
		return "?from=0"
	case "get-statistics":
		return "?property=onOff&from=2026-05-03T00:00:00Z&to=2026-05-04T00:00:00Z"
	case "get-energy":
		return "?from=2026-05-01&to=2026-05-31"
	case "stream-home":
		return "?after=none" // behind the door, and no stream without an end
	case "explain-rule", "get-why", "plan-put-back":
		return "?seq=1"
	case "get-late":
		return "?at=2026-05-03T00:00:00Z"
	case "export-audit":
		return "?format=csv"
	}
	return ""
}

func TestNobodyGetsInAnywhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	for name, op := range documented(b.server.huma.OpenAPI()) {
		method, path, _ := strings.Cut(name, " ")
		if slices.Contains([]string{"begin-sign-in", "get-provider", "begin-openid"}, op.OperationID) {
			continue // hand out a challenge, or where one is to be had, which opens nothing
		}
		before := h.head()
		r := b.ask(method, h.fill(path)+queryFor(op), bodyFor(op), header{"If-Match", `"1"`})
		r.refused(401, domain.Unauthorized)
		if r.header.Get("Set-Cookie") != "" || h.head() != before {
			t.Errorf("%s did something", name)
		}
	}
}

func TestAHomeOfOthersLooksLikeOneThatIsNotThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, eve := b.person("Ada"), b.person("Eve")
	h := ada.house("Home")
	h.furnish()
	own := eve.house("Hers")
	own.furnish()
	checked := 0
	for name, op := range documented(b.server.huma.OpenAPI()) {
		method, path, _ := strings.Cut(name, " ")
		if !strings.Contains(path, "{home}") {
			continue
		}
		checked++
		before := h.head()
		ask := func(address string) string {
			r := eve.ask(method, address+queryFor(op), bodyFor(op), header{"If-Match", `"1"`})
			r.refused(404, domain.NotFound)
			return r.body
		}
		there := ask(h.fill(path))
		nowhere := ask(strings.Replace(h.fill(path), h.id.String(), "018f0000-0000-7000-8000-000000000000", 1))
		if there != nowhere || strings.Contains(there, h.id.String()) {
			t.Errorf("%s tells them apart:\n%s\n%s", name, there, nowhere)
		}
		if h.head() != before {
			t.Errorf("%s changed the home", name)
		}
		// A part of another home inside one's own is not there either.
		mixed := strings.Replace(h.fill(path), h.id.String(), own.id.String(), 1)
		if strings.Contains(strings.TrimPrefix(path, "/homes/{home}"), "{") && !strings.Contains(path, "{seq}") {
			r := eve.ask(method, mixed+queryFor(op), bodyFor(op), header{"If-Match", `"1"`})
			if r.refused(404, domain.NotFound); h.head() != before {
				t.Errorf("%s reached into the home", name)
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d operations in a home", checked)
	}
	for _, query := range []string{
		"/events?entity=" + h.fixture.device.String(), "/commands?device=" + h.fixture.device.String(),
	} {
		var page struct {
			Items []json.RawMessage `json:"items"`
		}
		r := eve.ask("GET", own.path+query, "").want(200)
		if err := json.Unmarshal([]byte(r.body), &page); err != nil || len(page.Items) != 0 {
			t.Errorf("%s: %s", query, r.body)
		}
	}
}

func TestAMemberWhoseRoleAllowsNothingIsForbidden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, bob := b.person("Ada").house("Home"), b.person("Bob")
	h.furnish()
	h.record(domain.Event{Entity: h.id.Entity(), Actor: domain.SystemActor, Fact: domain.MemberJoined{Person: bob.id, Role: "visitor"}})
	for name, op := range documented(b.server.huma.OpenAPI()) {
		if method, path, _ := strings.Cut(name, " "); strings.Contains(path, "{home}") {
			bob.ask(method, h.fill(path)+queryFor(op), bodyFor(op), header{"If-Match", `"1"`}).refused(403, domain.Forbidden)
		}
	}
}

func TestEveryOperationInAHomeAsksForAnAction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asked := map[access.Action]bool{}
	for name, op := range documented(b.server.huma.OpenAPI()) {
		action, ok := op.Metadata[actionKey].(access.Action)
		if !ok {
			t.Errorf("%s was not added by add or addLive", name)
		}
		if strings.HasPrefix(name, "GET ") && (action == access.ReadMembers || op.OperationID == "list-invitations" || op.OperationID == "list-webhooks") {
			asked[action] = true
			continue
		}
		if strings.Contains(name, "{home}") && !slices.Contains(access.Actions(), action) {
			t.Errorf("%s asks for %q", name, action)
		}
		reads := []access.Action{"", access.ReadHome, access.ReadHistory, access.ReadAudit, access.InspectGateways}
		if asked[action] = true; strings.HasPrefix(name, "GET ") && !slices.Contains(reads, action) {
			t.Errorf("%s, a read, asks for %s", name, action)
		}
	}
	for _, action := range access.Actions() {
		if !asked[action] {
			t.Errorf("no operation asks for %s", action)
		}
	}
}

func TestEveryOperationAndFieldIsExplained(t *testing.T) {
	t.Parallel()
	b := setup(t)
	doc := b.server.huma.OpenAPI()
	for name, op := range documented(doc) {
		if op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
			t.Errorf("%s is not explained", name)
		}
		for _, p := range op.Parameters {
			if p.Description == "" || (p.Schema.Examples == nil) {
				t.Errorf("%s: parameter %s is not explained", name, p.Name)
			}
		}
		for status, r := range op.Responses {
			if name, shared := strings.CutPrefix(r.Ref, "#/components/responses/"); shared {
				r = doc.Components.Responses[name]
			}
			if status >= "400" && (len(r.Content) != 1 || r.Content["application/problem+json"].Schema.Ref != "#/components/schemas/Problem") {
				t.Errorf("%s: %s is not a problem", name, status)
			}
		}
	}
	for name, schema := range doc.Components.Schemas.Map() {
		for field, s := range schema.Properties {
			scalar := s.Type == "string" || s.Type == "integer" || s.Type == "number" || s.Type == "boolean"
			if s.Description == "" || (scalar && s.Examples == nil) {
				t.Errorf("%s.%s is not explained", name, field)
			}
			if s.Type == "array" && s.Nullable {
				t.Errorf("%s.%s may be null, which a list never is", name, field)
			}
		}
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	if r := b.ask("GET", "/api/v1/openapi.yaml", "").want(200); r.body != string(want) {
		t.Errorf("%d bytes, want %d", len(r.body), len(want))
	}
}
