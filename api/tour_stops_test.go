package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"logis/domain"
)

// walk asks for every operation. What an operation needs stands before it.
func (n *tour) walk() {
	n.devices()
	n.rules()
	n.scenes()
	n.modes()
	n.past()
	n.late()
	n.wayBack()
	n.incidents()
	n.files()
	n.energy()
	n.webhooks()
	n.notifications()
	n.gateways()
	n.people()
	n.account()
	n.session()
	n.live()
	n.ends()
}

// own asks as the home's owner.
func (n *tour) own(what, body string) *reply {
	n.b.t.Helper()
	return n.ask(n.owner, what, body)
}

// made asks and lets what was made stand for {place} from here on.
func (n *tour) made(place, what, body string) {
	n.b.t.Helper()
	var made struct{ ID string }
	if err := decodeLoosely(n.own(what, body).body, &made); err != nil || made.ID == "" {
		n.b.t.Fatalf("%s made nothing: %v", what, err)
	}
	n.places[place] = made.ID
}

func (n *tour) devices() {
	n.own("list-homes", "")
	n.own("found-home", `{"name":"Cabin","time_zone":"Europe/Paris"}`)
	n.own("get-home", "")
	n.own("rename-home", `{"name":"Our house"}`)
	n.made("room", "add-room", `{"name":"Attic"}`)
	n.own("rename-room", `{"name":"Studio"}`)
	n.own("list-rooms", "")
	n.own("remove-room", "")
	delete(n.places, "room")
	n.turn(n.fixture.device, false)
	n.own("list-devices", "")
	n.own("get-device", "")
	n.own("change-device", `{"name":"Reading lamp","room":"`+n.fixture.room.String()+`"}`)
	n.own("list-twins", "")
	n.own("get-twin", "")
	n.own("list-models", "")
	n.own("get-model", "")
	n.made("command", "request-command", `{"set":{"onOff":true}}`)
	n.own("withdraw-command", "")
	delete(n.places, "command")
	n.own("get-command", "")
	n.own("list-commands?limit=2", "")
	n.turn(n.fixture.device, true)
}

func (n *tour) rules() {
	plug := n.device("plug", "Plug")
	n.turn(plug, false)
	document := n.follows(plug, n.fixture.device)
	n.own("check-rule", `{"document":`+document+`}`)
	n.made("rule", "add-rule", `{"name":"Light with the plug","document":`+document+`}`)
	n.turn(plug, true)
	fired := n.head() - 2 // the report, before the firing and the command
	n.own("get-rule", "")
	n.own("change-rule", `{"enabled":false}`)
	n.own("copy-rule", `{"name":"Light with the other plug"}`)
	n.own("grant-rule", `{"device":"`+n.device("lock", "Door").String()+`"}`)
	n.own("list-rules", "")
	n.own("list-rule-versions", "")
	n.own(fmt.Sprintf("explain-rule?seq=%d", fired), "")
	n.own("backtest-rule", `{"document":`+document+`}`)
	n.own("get-rule", "")
	n.made("test", "add-test", fmt.Sprintf(`{"name":"The plug","rule":%q,"after":%d,"to":%d,"expected":[{"seq":%d,"at":null}]}`,
		n.places["rule"], fired-1, fired, fired))
	n.own("list-tests", "")
	n.own("run-tests", `{"rule":"`+n.places["rule"]+`"}`)
	n.match = `"` + seqText(n.head()) + `"`
	n.own("remove-test", "")
	n.own("get-rule", "")
	n.own("remove-rule", "")
}

func (n *tour) scenes() {
	want := `[{"device":"` + n.fixture.device.String() + `","set":{"onOff":true}}]`
	n.made("scene", "add-scene", `{"name":"Reading","settings":`+want+`,"transition_ms":20000}`)
	n.own("change-scene", `{"name":"Reading in bed","transition_ms":60000}`)
	n.own("list-scenes", "")
	n.own("activate-scene", "")
	n.own("undo-scene", "")
	n.match = `"` + seqText(n.revision("/scenes")) + `"`
	n.own("remove-scene", "")
}

// revision is that of the newest thing of a list.
func (n *tour) revision(path string) domain.Seq {
	n.b.t.Helper()
	var things list[struct {
		Revision domain.Seq `json:"revision"`
	}]
	text := n.owner.ask("GET", n.path+path, "").want(http.StatusOK).body
	if err := decodeLoosely(text, &things); err != nil {
		n.b.t.Fatal(err)
	}
	return things.Items[len(things.Items)-1].Revision
}

func (n *tour) modes() {
	n.own("get-modes", "")
	n.own("set-mode", `{"mode":"away"}`)
	n.own("add-mode", `{"name":"Guests"}`)
	n.own("set-presence", `{"present":true}`)
	n.own("get-modes", "")
	n.own("rename-mode", `{"name":"Party night"}`)
	n.own("change-settings", `{"place":{"latitude":488,"longitude":23},"clauses":[]}`)
	n.own("get-modes", "")
	n.own("remove-mode", "")
}

func (n *tour) past() {
	n.own("list-events?limit=2&order=desc", "")
	n.own("get-event", "")
	n.own("get-state", "")
	n.own(fmt.Sprintf("get-film?from=%d", n.head()-2), "")
	n.own("get-density?buckets=2&lanes=true", "")
	var home Home
	n.own("get-home", "").into(&home)
	n.own("get-difference?from="+stamp(home.Since.Time)+"&to="+stamp(time.Now()), "")
	n.own(fmt.Sprintf("get-why?device=%s&property=onOff", n.fixture.device), "")
	if err := n.b.sealer.Seal(n.b.t.Context()); err != nil {
		n.b.t.Fatal(err)
	}
	n.own("get-proof", "")
}

// stamp writes a time as a query takes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func (n *tour) gateways() {
	n.own("list-gateways", "")
	n.own("make-claim", "")
	letters := domain.KeyLetters(n.knocks(""))
	n.own("list-newcomers", "")
	n.places["letters"] = letters
	n.own("confirm-newcomer", "")
	n.places["letters"] = domain.KeyLetters(n.knocks(""))
	n.own("refuse-newcomer", "")
	n.own("get-configuration", "")
	n.own("configure-gateway", `{"log_level":"debug","outbox_mib":0,"radios_off":[]}`)
	n.own("check-gateway", "")
	n.own("read-gateway-log?lines=2", "")
	n.own("get-pairing", "")
	n.own("open-pairing", `{"radio":"zigbee","seconds":120}`)
	n.own("commission-device", `{"radio":"matter","code":"34970112332"}`)
	n.own("list-local-clients", "")
	n.own("end-local-client", "")
}

func (n *tour) people() {
	bob, eve := n.b.person("Bob"), n.b.person("Eve")
	n.admit(bob, domain.Resident, domain.Scope{})
	n.admit(eve, domain.Guest, domain.Scope{})
	n.own("list-members", "")
	n.match = `"` + seqText(n.head()) + `"`
	n.places["person"] = eve.id.String()
	n.own("change-member", `{"role":"guest","scope":{"rooms":["`+n.fixture.room.String()+`"]}}`)
	n.own("remove-member", "")
	n.ask(bob, "leave-home", "")
	var invited InvitationLink
	n.own("invite-member", `{"role":"member"}`).into(&invited)
	n.own("list-invitations", "")
	n.own("withdraw-invitation", "")
	n.ask(nil, "accept-invitation", `{"link":"`+invited.Link+`","name":"Carol"}`)
}

func (n *tour) account() {
	const login = `{"login":"ada","password":"correct horse battery"`
	n.own("set-password", login+`}`)
	n.ask(nil, "sign-in-by-password", login+`}`)
	n.own("prove", `{"password":"correct horse battery"}`)
	var seed Codes
	n.own("new-codes", "").into(&seed)
	n.own("confirm-codes", `{"code":"`+oneTimeCode(n.b.t, seed.Address)+`"}`)
	n.own("get-account", "")
	n.own("remove-codes", "")
	n.own("make-token", `{"name":"Terminal","home":"`+n.id.String()+`","actions":["home.read","device.command"],"classes":["C"],"days":30}`)
	n.own("list-tokens", "")
	n.own("end-token", "")
	n.apps()
	n.openID()
	n.owner.signIn()
	var sessions list[SignedIn]
	n.own("list-sessions", "").into(&sessions)
	n.places["session"] = sessions.Items[slices.IndexFunc(sessions.Items, func(s SignedIn) bool { return !s.Current })].ID.String()
	n.own("end-session", "")
	n.own("list-door", "")

	key := newPasskey(n.b.t)
	var begun Ceremony
	n.own("begin-passkey", "").into(&begun)
	n.own("add-passkey", `{"ceremony":"`+begun.Ceremony+`","name":"Phone","response":`+key.create(n.b.http.URL, begun)+`}`)
	var keys list[Passkey]
	n.own("list-passkeys", "").into(&keys)
	n.places["passkey"] = keys.Items[0].ID.String()
	n.ask(nil, "begin-sign-in", "").into(&begun)
	n.ask(nil, "sign-in-by-passkey", `{"ceremony":"`+begun.Ceremony+`","response":`+key.get(n.b.http.URL, begun, n.owner.id)+`}`)
	n.own("remove-passkey", "")
	n.ask(n.b.person("Grace Hopper"), "erase-account", `{"name":"Grace Hopper"}`)
}

func (n *tour) apps() {
	var app NewApp
	n.own("register-app", `{"name":"Widget","redirects":["`+appCallback+`"]}`).into(&app)
	n.own("list-apps", "")
	const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	ask := `{"client_id":"` + app.App.ID.String() + `","redirect_uri":"` + appCallback +
		`","response_type":"code","scope":"home.read device.command class.C","state":"af0ifjsldkj",` +
		`"code_challenge":"` + challenge + `","code_challenge_method":"S256"}`
	n.own("check-consent", ask)
	n.own("give-consent", `{"ask":`+ask+`,"home":"`+n.id.String()+`","actions":["home.read","device.command"],"classes":["C"]}`)
	n.own("list-grants", "")
	n.own("end-grant", "")
	n.own("remove-app", "")
}

// openID asks for what leads to a provider and back.
func (n *tour) openID() {
	answer := func(who *person, begin string) string {
		var visit OpenIDVisit
		n.ask(who, begin, "").into(&visit)
		said := n.provider.SignIn(n.b.t, visit.Address, "ada")
		return `{"ceremony":"` + visit.Ceremony + `","state":"` + said.Get("state") + `","code":"` + said.Get("code") + `"}`
	}
	n.ask(nil, "get-provider", "")
	n.own("link-openid", answer(n.owner, "begin-openid-link"))
	n.ask(nil, "sign-in-by-openid", answer(nil, "begin-openid"))
	n.own("unlink-openid", "")
}

func (n *tour) session() {
	link, err := n.b.access.NewLink(n.b.t.Context(), n.owner.id)
	if err != nil {
		n.b.t.Fatal(err)
	}
	r := n.ask(nil, "sign-in", `{"link":"`+link+`"}`)
	cookie, err := http.ParseSetCookie(r.header.Get("Set-Cookie"))
	if err != nil {
		n.b.t.Fatal(err)
	}
	n.own("get-session", "")
	n.ask(&person{b: n.b, id: n.owner.id, token: cookie.Value}, "sign-out", "")
}

// live keeps what a socket says first.
func (n *tour) live() {
	l := n.follow("")
	_, text, err := l.read()
	if err != nil {
		n.b.t.Fatal(err)
	}
	at := strings.TrimPrefix(n.path, base)
	welcome := example{
		Method: http.MethodGet, Path: at + "/live?after=1042", Status: http.StatusSwitchingProtocols, Type: "application/json", Answer: []byte(text),
	}
	n.keep("follow-home", welcome)
	trunk := n.b.board(n.owner)
	trunk.say(Subscribe{Type: "subscribe", Key: "a1", Home: n.id})
	text = trunk.hear("welcome")
	welcome.Path, welcome.Answer = "/live", []byte(text)
	n.keep("follow-homes", welcome)
	stream := n.streamed(n.owner, "?after="+seqText(n.head()-1), "")
	got := stream.next() // the time to wait
	for range 2 {
		got += stream.next()
	}
	shown, err := json.Marshal(got)
	if err != nil {
		n.b.t.Fatal(err)
	}
	n.keep("stream-home", example{
		Method: http.MethodGet, Path: at + "/events/stream?after=1042", Status: http.StatusOK, Type: "text/event-stream", Answer: shown,
	})
}

// ends asks for what the others could not go on without.
func (n *tour) ends() {
	n.own("get-device", "")
	n.own("remove-device", "")
	n.own("get-gateway", "")
	n.places["gateway"] = n.enrolled().String()
	n.own("get-gateway", "")
	n.own("revoke-gateway", "")
}
