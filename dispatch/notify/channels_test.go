package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"logis/dispatch/notify"
	"logis/dispatch/outside"
	"logis/dispatch/push"
	"logis/dispatch/push/pushlab"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// shown is what the service worker reads.
type shown struct {
	Title, Body, Tag, URL string
	At                    int64
	Again                 struct{ Title, URL string }
}

// session signs the owner in.
func (b *bundle) session() domain.EntityID {
	b.t.Helper()
	id := eventstore.NewID[domain.EntityKind](time.Now())
	_, err := b.store.Pool().Exec(b.t.Context(), `
		INSERT INTO sessions (hash, person_id, expires_at, session_id) VALUES ($1, $2, now() + interval '30 days', $3)`, id[:], [16]byte(b.owner), [16]byte(id))
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// browsing is a home whose owner is told by a push service.
func browsing(t *testing.T) (*bundle, *pushlab.Service) {
	t.Helper()
	lab := pushlab.Start(t)
	return setup(t, func(o *notify.Options) { o.Push = lab.Sender(t) }), lab
}

func (b *bundle) browser(lab *pushlab.Service, session domain.EntityID) push.Subscription {
	b.t.Helper()
	at := lab.Browser(b.t)
	if _, err := b.teller.AddBrowser(b.t.Context(), b.owner, session, "Firefox", at); err != nil {
		b.t.Fatal(err)
	}
	return at
}

func (b *bundle) browsers() int {
	b.t.Helper()
	all, err := b.teller.Browsers(b.t.Context(), b.owner)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(all)
}

func read(t *testing.T, p pushlab.Push) (s shown) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.Text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// A notice becomes a message that each browser of the person decrypts by another's
// implementation, and the log says so in ids.
func TestAPersonIsToldInTheirBrowsers(t *testing.T) {
	t.Parallel()
	b, lab := browsing(t)
	b.notice() // before there is any
	phone, desk := b.browser(lab, b.session()), b.browser(lab, b.session())
	seq := b.notice()
	b.tell()
	names := map[string]bool{}
	for range 2 {
		got := lab.Next(t)
		names[got.Name] = true
		s := read(t, got)
		if s.Title != "Logis" || s.Body != "“Washing is done”" || s.URL != fmt.Sprintf("/homes/%s/rules/%s", b.home, b.rule) || s.Again.Title != "" {
			t.Errorf("the browser shows %+v", s)
		}
		if got.Urgency != "high" || got.TTL != 12*3600 {
			t.Errorf("sent with %+v", got)
		}
	}
	if !names[pushlab.Name(phone)] || !names[pushlab.Name(desk)] {
		t.Errorf("told were %v", names)
	}
	if facts := b.facts("notification.sent"); facts != fmt.Sprintf(`{"channel":"push","notices":[%d]}`, seq) {
		t.Errorf("the log says %s", facts)
	}
	lab.Gone(t, phone)
	b.notice()
	b.tell()
	if got := lab.Next(t); got.Name != pushlab.Name(desk) || b.browsers() != 1 {
		t.Errorf("%s is told, %d are kept", got.Name, b.browsers())
	}
	lab.Gone(t, desk)
	seq = b.notice()
	b.tell()
	if facts := b.facts("notification.failed"); facts != fmt.Sprintf(`{"channel":"push","notices":[%d],"reason":"refused"}`, seq) || b.browsers() != 0 {
		t.Errorf("the log says %s, %d are kept", facts, b.browsers())
	}
}

// Quiet hours, floods and choices hold for browsers as for e-mail, each by itself.
func TestEachChannelHasItsOwnChoicesAndItsOwnFlood(t *testing.T) {
	t.Parallel()
	b, lab := browsing(t)
	b.address("ada@example.org")
	b.browser(lab, b.session())
	err := b.teller.Choose(t.Context(), b.owner, &domain.Window{From: 22 * 60, To: 7 * 60}, notify.Choices{
		domain.ByMail: {domain.NoticeOfRule: notify.Off}, domain.ByPush: {domain.NoticeOfRule: notify.Always, domain.NoticeOfCut: notify.Off},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.now = time.Date(2026, 3, 28, 22, 30, 0, 0, time.UTC) // quiet, in Paris
	for range 7 {
		b.notice()
		b.tell()
	}
	for range 5 {
		lab.Next(t)
	}
	if len(lab.Pushes) != 0 || b.mails() != 0 {
		t.Errorf("%d messages and %d mails more", len(lab.Pushes), b.mails())
	}
	b.pass()
	if s := read(t, lab.Next(t)); !strings.HasPrefix(s.Body, "2 things happened\n“Washing") || s.URL != fmt.Sprintf("/homes/%s/timeline", b.home) {
		t.Errorf("the digest is %+v", s)
	}
	b.happen(domain.NoticeRaised{About: domain.NoticeOfCut}, domain.NoticeOfCut)
	b.pass() // the night
	if text := b.next().Text; !strings.Contains(text, "held back") || len(lab.Pushes) != 0 {
		t.Errorf("by e-mail they are told %s", text)
	}
}

func TestABusyPushServiceIsTriedAgainAndThenGivenUp(t *testing.T) {
	t.Parallel()
	b, lab := browsing(t)
	b.browser(lab, b.session())
	lab.Busy(t)
	b.notice()
	b.tell()
	var waited time.Duration
	for b.facts("notification.failed") == "" {
		waited += b.pass()
	}
	if facts := b.facts("notification.failed"); !strings.Contains(facts, "unreachable") || waited < 8*time.Hour || b.browsers() != 1 {
		t.Errorf("after %v the log says %s; %d browsers are kept", waited, facts, b.browsers())
	}
}

// A browser goes with its session and with its person, and with a new owner of the
// same browser; there are never too many.
func TestABrowserIsToldNoLongerThanItsSessionIsWanted(t *testing.T) {
	t.Parallel()
	b, lab := browsing(t)
	ctx := t.Context()
	session := b.session()
	at := b.browser(lab, session)
	other := at
	other.Auth = make([]byte, len(at.Auth))
	if _, err := b.teller.AddBrowser(ctx, b.owner, session, "Eve", other); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("who knows the endpoint only takes it: %v", err)
	}
	if _, err := b.teller.AddBrowser(ctx, b.owner, session, "Firefox", at); err != nil || b.browsers() != 1 {
		t.Errorf("added again there are %d (%v)", b.browsers(), err)
	}
	if _, err := b.store.Pool().Exec(ctx, `DELETE FROM sessions WHERE session_id = $1`, [16]byte(session)); err != nil {
		t.Fatal(err)
	}
	if b.browsers() != 0 {
		t.Error("the session ended, and its browser is told")
	}
	session = b.session()
	for range notify.MaxBrowsers + 1 {
		b.now = b.now.Add(time.Second)
		b.browser(lab, session)
	}
	if n := b.browsers(); n != notify.MaxBrowsers {
		t.Errorf("%d are told", n)
	}
	if _, err := b.store.Pool().Exec(ctx, `DELETE FROM persons WHERE person_id = $1`, [16]byte(b.owner)); err != nil {
		t.Fatal(err)
	}
	if b.browsers() != 0 {
		t.Error("the person is gone, and their browsers are kept")
	}
}

// What secures can be asked for again from the notification; what opens never.
func TestOnlyWhatSecuresIsOfferedAgain(t *testing.T) {
	t.Parallel()
	b, lab := browsing(t)
	b.browser(lab, b.session())
	device, gateway := domain.DeviceID{7, 6: 0x70, 8: 0x80}, domain.GatewayID{8, 6: 0x70, 8: 0x80}
	by := func(entity domain.EntityID, fact domain.Fact) domain.Event {
		return domain.Event{Entity: entity, Actor: domain.SystemActor, Fact: fact}
	}
	b.record(by(gateway.Entity(), domain.GatewayEnrolled{}))
	b.record(domain.Event{
		Entity: device.Entity(), Actor: domain.GatewayActor, Edge: domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: 1},
		Fact: domain.DeviceRegistered{Address: "a", Kind: "lock"},
	})
	page := fmt.Sprintf("/homes/%s/devices/%s", b.home, device)
	for action, want := range map[string]string{"lockDoor": "Lock now", "unlockDoor": ""} {
		command := eventstore.NewID[domain.CommandKind](time.Now())
		b.record(by(device.Entity(), domain.CommandRequested{Command: command, Gateway: gateway, Class: thing.Securing, Action: action}))
		b.plan(b.record(by(device.Entity(), domain.CommandEnded{Command: command, Outcome: domain.Unknown})), domain.NoticeOfDoubt)
		b.tell()
		s := read(t, lab.Next(t))
		if s.Again.Title != want || s.URL != page || want != "" && s.Again.URL != page+"?again=lockDoor" {
			t.Errorf("%s: the browser shows %+v", action, s)
		}
	}
}

// person is what a program of a person's own is told.
type person struct {
	Type string
	Data struct {
		Home    domain.HomeID
		Name    string
		Notices []struct {
			Seq  domain.Seq
			Kind domain.NoticeKind
			Text string
			URL  string
		}
	}
}

// hooked is a home whose owner has a program of their own, which answers with a status.
func hooked(t *testing.T, status *atomic.Int32) (*bundle, chan person) {
	t.Helper()
	told := make(chan person, 16)
	var secret atomic.Pointer[string]
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(*secret.Load(), "whsec_"))
		if err != nil {
			t.Error(err)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(r.Header.Get("webhook-id") + "." + r.Header.Get("webhook-timestamp") + "." + string(body)))
		if r.Header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
			t.Errorf("signed %s", r.Header.Get("webhook-signature"))
		}
		var p person
		if err := json.Unmarshal(body, &p); err != nil {
			t.Error(err)
		}
		told <- p
		w.WriteHeader(int(status.Load()))
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	caller := outside.New(outside.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots})
	t.Cleanup(caller.Close)
	b := setup(t, func(o *notify.Options) { o.Outside = caller })
	text, err := b.teller.SetWebhook(t.Context(), b.owner, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	secret.Store(&text)
	return b, told
}

func TestAPersonsOwnProgramIsToldSigned(t *testing.T) {
	t.Parallel()
	var status atomic.Int32
	status.Store(204)
	b, told := hooked(t, &status)
	seq := b.notice()
	b.tell()
	got := <-told
	link := fmt.Sprintf("https://home.example.org/homes/%s/rules/%s", b.home, b.rule)
	if got.Type != "person.notices" || got.Data.Name != "Logis" || len(got.Data.Notices) != 1 || got.Data.Notices[0].Seq != seq ||
		got.Data.Notices[0].Kind != domain.NoticeOfRule || got.Data.Notices[0].URL != link {
		t.Errorf("it is told %+v", got)
	}
	if facts := b.facts("notification.sent"); facts != fmt.Sprintf(`{"channel":"webhook","notices":[%d]}`, seq) {
		t.Errorf("the log says %s", facts)
	}
	status.Store(500)
	w, err := b.teller.TryWebhook(t.Context(), b.owner)
	if err != nil || (<-told).Type != "person.test" || w.Problem != "status 500" || w.Failures != 1 || w.DeliveredAt.IsZero() {
		t.Errorf("tried, it fares %+v (%v)", w, err)
	}
	if _, err := b.teller.TryWebhook(t.Context(), b.owner); domain.CodeOf(err) != domain.Overloaded {
		t.Errorf("tried at once again: %v", err)
	}
	if _, err := b.teller.SetWebhook(t.Context(), b.owner, "https://10.0.0.1/"); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("an address inside: %v", err)
	}
}

// A program that takes nothing for hours, or says that it is gone, ends; its person is
// told so another way.
func TestAProgramThatTakesNothingEndsAndItsPersonIsToldSo(t *testing.T) {
	t.Parallel()
	for code, longest := range map[int32]time.Duration{500: 9 * time.Hour, 410: 0} {
		var status atomic.Int32
		status.Store(code)
		b, _ := hooked(t, &status)
		b.address("ada@example.org")
		b.notice()
		b.tell()
		_ = b.next() // by e-mail
		var waited time.Duration
		for b.facts("notification.failed") == "" {
			waited += b.pass()
		}
		w, err := b.teller.Webhook(t.Context(), b.owner)
		if err != nil || w.EndedAt.IsZero() || waited > longest {
			t.Errorf("%d: after %v it is %+v (%v)", code, waited, w, err)
		}
		failed, err := b.store.List(t.Context(), eventstore.Filter{Home: b.home, Type: domain.NotificationFailed{}.EventType(), AtLimit: 2})
		if err != nil || len(failed) != 1 {
			t.Fatal(len(failed), err)
		}
		b.plan(failed[0].Seq, domain.NoticeOfWebhook)
		b.tell()
		if text := b.next().Text; !strings.Contains(text, "Your own webhook") || !strings.Contains(text, "https://home.example.org/account") {
			t.Errorf("%d: they are told %s", code, text)
		}
		if _, err := b.teller.TryWebhook(t.Context(), b.owner); domain.CodeOf(err) != domain.Conflict {
			t.Errorf("%d: tried, it answers %v", code, err)
		}
	}
}
