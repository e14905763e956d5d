package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/danielgtaylor/huma/v2"

	"logis/domain"
	"logis/domain/thing"
)

// rider is an app's end of a connection of several homes. Every frame it hears is
// checked against the document's schema.
type rider struct {
	b    *bundle
	conn *websocket.Conn
}

func (b *bundle) board(p *person) *rider {
	b.t.Helper()
	return b.boardAs(header{"Cookie", cookieName + "=" + p.token}, header{"Origin", b.http.URL})
}

func (b *bundle) boardAs(headers ...header) *rider {
	b.t.Helper()
	options := &websocket.DialOptions{HTTPHeader: http.Header{}, HTTPClient: b.http.Client()}
	for _, set := range headers {
		options.HTTPHeader.Set(set.name, set.value)
	}
	at := strings.Replace(b.http.URL, "http", "ws", 1) + base + "/live"
	conn, answer, err := websocket.Dial(b.t.Context(), at, options) //nolint:bodyclose // it is the connection's
	if err != nil {
		b.t.Fatalf("%v %+v", err, answer)
	}
	conn.SetReadLimit(64 << 20)
	b.t.Cleanup(func() { _ = conn.CloseNow() })
	return &rider{b, conn}
}

func (r *rider) say(frame any) {
	r.b.t.Helper()
	text, ok := frame.(string)
	if !ok {
		written, err := encode(frame)
		if err != nil {
			r.b.t.Fatal(err)
		}
		text = string(written)
	}
	if err := r.conn.Write(r.b.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		r.b.t.Fatal(err)
	}
}

// hear reads on to a frame of the kind.
func (r *rider) hear(kind string) (text string) {
	r.b.t.Helper()
	ctx, cancel := context.WithTimeout(r.b.t.Context(), patience)
	defer cancel()
	for {
		_, raw, err := r.conn.Read(ctx)
		if err != nil {
			r.b.t.Fatalf("waiting for %s: %v", kind, err)
		}
		var head struct{ Type string }
		if err := json.Unmarshal(raw, &head); err != nil {
			r.b.t.Fatal(err)
		}
		r.b.described(head.Type, raw)
		if head.Type == kind {
			return string(raw)
		}
		if head.Type == "refusal" {
			r.b.t.Fatalf("waiting for %s: %s", kind, raw)
		}
	}
}

// closed reads on until the server closes.
func (r *rider) closed() websocket.StatusCode {
	r.b.t.Helper()
	ctx, cancel := context.WithTimeout(r.b.t.Context(), patience)
	defer cancel()
	for {
		if _, _, err := r.conn.Read(ctx); err != nil {
			var why websocket.CloseError
			if !errors.As(err, &why) {
				r.b.t.Fatal(err)
			}
			return why.Code
		}
	}
}

// described fails the test unless the AsyncAPI document knows the frame, as it is.
func (b *bundle) described(kind string, text []byte) {
	b.t.Helper()
	at := slices.IndexFunc(said("homes"), func(f frame) bool { return f.name == kind })
	if at < 0 {
		b.t.Fatalf("a frame that is not described: %s", text)
	}
	registry := b.server.huma.OpenAPI().Components.Schemas
	schema := registry.Schema(reflect.TypeOf(said("homes")[at].shape), true, "")
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		b.t.Fatal(err)
	}
	var result huma.ValidateResult
	huma.Validate(registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, value, &result)
	for _, err := range result.Errors {
		if !strings.Contains(err.Error(), "but matched multiple") { // huma's check takes everything for null
			b.t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestOneConnectionFollowsSeveralHomesAndGivesOrders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	first, second := ada.house("First"), ada.house("Second")
	lamp, other := first.device("light", "Lamp"), second.device("light", "Other")
	r := b.board(ada)
	r.say(Subscribe{Type: "subscribe", Key: "a", Home: first.id})
	if text := r.hear("welcome"); !strings.Contains(text, `"key":"a"`) || !strings.Contains(text, first.id.String()) {
		t.Error(text)
	}
	r.say(Subscribe{Type: "subscribe", Key: "b", Home: second.id})
	r.hear("welcome")
	second.turn(other, true)
	if text := r.hear("news"); !strings.Contains(text, `"home":"`+second.id.String()) {
		t.Error(text)
	}
	order := Order{Type: "command", Key: "wish-1", Home: first.id, Device: lamp, Command: CommandRequest{Set: map[string]thing.Value{"onOff": "true"}}}
	r.say(order)
	var answers []Answer
	for range 2 { // the same order again is the same command
		var answer Answer
		text := r.hear("answer")
		if err := decodeAnswer(text, &answer); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, answer)
		if len(answers) == 1 {
			r.say(order)
		}
	}
	var commands Commands
	ada.ask("GET", first.path+"/commands", "").want(200).into(&commands)
	if len(commands.Items) != 1 || string(answers[0].Command.bytes) != string(answers[1].Command.bytes) || answers[0].Key != "wish-1" {
		t.Errorf("%d commands, answers %+v", len(commands.Items), answers)
	}
	r.say(Unsubscribe{Type: "unsubscribe", Key: "c", Home: second.id})
	if text := r.hear("ended"); !strings.Contains(text, `"code":1000`) || !strings.Contains(text, second.id.String()) {
		t.Error(text)
	}
	second.turn(other, false)
	first.turn(lamp, true)
	if text := r.hear("news"); strings.Contains(text, second.id.String()) {
		t.Errorf("told of a home that is not followed: %s", text)
	}
}

func TestAFrameThatIsWrongIsRefusedInWordsAndTheConnectionGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	eve := b.person("Eve").house("Hers")
	r := b.board(h.owner)
	for said, want := range map[string]string{
		`hello`:                       `"code":"invalid"`,
		`{"type":"subscribe"`:         `ends too early`,
		`{"type":"shout","key":"k1"}`: `"key":"k1"`,
		`{"type":"subscribe","key":"k2","home":"x"}`:                                                                           `"field":"home"`,
		`{"type":"subscribe","key":"k3","home":"` + h.id.String() + `","x":1}`:                                                 `"field":"x"`,
		`{"type":"subscribe","key":"k4","home":"` + h.id.String() + `","after":99999}`:                                         `not recorded yet`,
		`{"type":"subscribe","key":"k5","home":"` + h.id.String() + `","types":["device.sang"]}`:                               `no type of events`,
		`{"type":"subscribe","key":"k6","home":"` + eve.id.String() + `"}`:                                                     `"status":404`,
		`{"type":"unsubscribe","key":"k7","home":"` + h.id.String() + `"}`:                                                     `"status":404`,
		`{"type":"command","key":"k8","home":"` + h.id.String() + `","device":"` + lamp.String() + `","command":{}}`:           `"status":422`,
		`{"type":"command","key":"k9","home":"` + eve.id.String() + `","device":"` + lamp.String() + `","command":{"set":{}}}`: `"status":404`,
	} {
		before := h.head()
		r.say(said)
		if text := r.refusal(); !strings.Contains(text, want) {
			t.Errorf("%s: %s, want %s", said, text, want)
		}
		if h.head() != before {
			t.Errorf("%s: the home has changed", said)
		}
	}
	r.say(Subscribe{Type: "subscribe", Key: "a", Home: h.id})
	r.hear("welcome")
}

// refusal reads the next frame, which is one.
func (r *rider) refusal() string {
	r.b.t.Helper()
	_, raw, err := r.conn.Read(r.b.t.Context())
	if err != nil {
		r.b.t.Fatal(err)
	}
	r.b.described("refusal", raw)
	return string(raw)
}

// The tenant matrix of the frames: what each principal gets for the ids of a home.
func TestEveryFrameOpensForWhomItShouldAndForNobodyElse(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	home, device := n.id.String(), n.fixture.device.String()
	// owner guest expired token gateway anonymous stranger; the last two have no connection.
	for kind, row := range map[string]string{"subscribe": "++n+aan", "unsubscribe": "++n+aan", "command": "+nn+aan"} {
		for i, who := range n.knocks {
			headers := append(slices.Clone(who.headers), header{"Origin", n.b.http.URL})
			if row[i] == 'a' {
				n.b.ask("GET", base+"/live", "", who.headers...).refused(http.StatusUnauthorized, domain.Unauthorized)
				continue
			}
			r := n.b.boardAs(slices.DeleteFunc(headers, func(h header) bool { return h.value == "" })...)
			text := map[string]string{
				"subscribe":   `{"type":"subscribe","key":"k","home":"` + home + `"}`,
				"unsubscribe": `{"type":"unsubscribe","key":"k","home":"` + home + `"}`,
				"command":     `{"type":"command","key":"k-` + who.name + `","home":"` + home + `","device":"` + device + `","command":{"set":{"onOff":true}}}`,
			}[kind]
			if kind == "unsubscribe" && row[i] == '+' {
				r.say(strings.Replace(text, "unsubscribe", "subscribe", 1))
				r.hear("welcome")
			}
			r.say(text)
			_, raw, err := r.conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			fared := byte('+')
			if strings.Contains(string(raw), `"type":"refusal"`) {
				fared = '?'
				if strings.Contains(string(raw), `"status":404`) {
					fared = 'n'
				}
			}
			if fared != row[i] {
				t.Errorf("%s, %s: %c, want %c: %s", kind, who.name, fared, row[i], raw)
			}
			n.leaks(t, kind+", "+who.name, who.name, strings.ReplaceAll(string(raw), home, ""))
			_ = r.conn.CloseNow()
		}
	}
	for _, f := range heard() {
		if !strings.Contains("subscribe unsubscribe command", f.name) {
			t.Errorf("%s has no row", f.name)
		}
	}
}

func TestAWishNarrowsWhatIsToldAndResumingLosesNothingOfIt(t *testing.T) {
	t.Parallel()
	fast := quick()
	fast.pulse = 20 * time.Millisecond
	b := setupWith(t, fast)
	h := b.person("Ada").house("Home")
	mine, theirs := h.device("light", "Mine"), h.device("light", "Theirs")
	begin := h.head()
	var want []domain.Seq
	for i := range 40 {
		h.turn(theirs, i%2 == 0)
		h.turn(mine, i%2 == 0)
		want = append(want, h.head())
	}
	h.record(domain.Event{Entity: mine.Entity(), Actor: h.owner.actor(), Fact: domain.DeviceRenamed{}})
	heard := func(query string) []domain.Seq {
		var got []domain.Seq
		last := begin
		for len(got) < len(want) {
			l := h.follow(fmt.Sprintf("?after=%d&%s", last, query))
			l.welcome()
			n := l.news()
			for _, ev := range n.Events {
				got = append(got, ev.Seq)
			}
			if len(n.Devices) > 0 && strings.Contains(query, "type=") {
				t.Errorf("%s: told of %+v", query, n.Devices)
			}
			last = n.Seq
			_ = l.conn.CloseNow()
		}
		return got
	}
	for _, query := range []string{
		"device=" + mine.String() + "&type=device.reported",
		"type=device.reported&device=" + mine.String() + "," + h.gateway.String(),
	} {
		if got := heard(query); !slices.Equal(got, want) {
			t.Errorf("%s: heard %v, want %v", query, got, want)
		}
	}
	// What is left out is left behind, too: the pulse says where to resume.
	l := h.follow(fmt.Sprintf("?after=%d&type=home.renamed", begin))
	l.welcome()
	var p Pulse
	for p.Seq < h.head() {
		if kind, text, err := l.read(); err != nil || kind != "pulse" || decodeAnswer(text, &p) != nil {
			t.Fatalf("%q %v", text, err)
		}
	}
	for _, wrong := range []string{"?device=x", "?type=device.sang", "?room=" + strings.Repeat(mine.String()+",", maxWished) + mine.String(), "?color=red"} {
		_, answer, err := h.dial(h.owner, wrong)
		if err == nil {
			t.Fatalf("%s is taken", wrong)
		}
		answer.refused(422, domain.Invalid)
	}
}

func TestOneHomeThatEndsLeavesTheOthers(t *testing.T) {
	t.Parallel()
	short := quick()
	short.idle = 50 * time.Millisecond
	b := setupWith(t, short)
	ada, bob := b.person("Ada"), b.person("Bob")
	hers, his := ada.house("Hers"), bob.house("His")
	hers.admit(bob, domain.Resident, domain.Scope{})
	r := b.board(bob)
	for _, home := range []*house{hers, his} {
		r.say(Subscribe{Type: "subscribe", Key: "k", Home: home.id})
		r.hear("welcome")
	}
	hers.record(domain.Event{Entity: bob.id.Entity(), Actor: ada.actor(), Fact: domain.MemberRemoved{Person: bob.id}})
	if text := r.hear("ended"); !strings.Contains(text, "4401") || !strings.Contains(text, hers.id.String()) {
		t.Error(text)
	}
	lamp := his.device("light", "Lamp")
	his.turn(lamp, true)
	r.hear("news")
	bob.ask("DELETE", "/api/v1/session", "").want(204)
	if code := r.closed(); code != closeSignedOut {
		t.Errorf("signed out: closed with %d", code)
	}
	if code := b.board(ada).closed(); code != closeIdle {
		t.Errorf("followed nothing: closed with %d", code)
	}
	b.stop()
	b.waitUntilEmpty()
}

func TestTheLiveDocumentIsServed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want, err := AsyncDocument()
	if err != nil {
		t.Fatal(err)
	}
	if r := b.ask("GET", "/api/v1/asyncapi.yaml", "").want(200); r.body != string(want) {
		t.Errorf("%d bytes, want %d", len(r.body), len(want))
	}
}

func TestASlowReaderOfSeveralHomesIsClosedAndResumesWithoutAHole(t *testing.T) {
	t.Parallel()
	few := quick()
	few.queue = 4
	b := setupWith(t, few)
	b.narrow()
	h := b.person("Ada").house("Home")
	r := b.board(h.owner)
	begin := h.head()
	r.say(Subscribe{Type: "subscribe", Key: "a", Home: h.id})
	r.hear("welcome")
	h.append(h.manyDevices)
	b.waitForFeed(h)
	for range few.queue + 2 {
		h.record(domain.Event{Entity: h.id.Entity(), Actor: h.owner.actor(), Fact: domain.HomeRenamed{}})
		b.waitForFeed(h)
	}
	if code := r.closed(); code != closeSlow {
		t.Fatalf("closed with %d", code)
	}
	r = b.board(h.owner)
	r.say(Subscribe{Type: "subscribe", Key: "a", Home: h.id, After: &begin})
	for last := begin; last < h.head(); {
		var n News
		if err := decodeAnswer(r.hear("news"), &n); err != nil {
			t.Fatal(err)
		}
		for _, ev := range n.Events {
			if ev.Seq != last+1 {
				t.Fatalf("event %d after %d", ev.Seq, last)
			}
			last = ev.Seq
		}
	}
}
