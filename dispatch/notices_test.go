package dispatch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"logis/dispatch/mail"
	"logis/dispatch/mail/maillab"
	"logis/dispatch/notify"
	"logis/domain"
	"logis/domain/thing"
)

// A lock that did not confirm is told to the owner of the home, by a mail that leads to
// the lock: from the append to a real mail server.
func TestALockThatDidNotConfirmIsToldToTheOwner(t *testing.T) {
	t.Parallel()
	lab := maillab.Start(t)
	server, err := mail.Open(fmt.Sprintf("smtp://logis@127.0.0.1:%d", lab.Port), "letmein", "home@example.org", lab.Roots)
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{}
	b.teller = func(o notify.Options) *notify.Teller {
		o.Mail, o.Site = server, "https://home.example.org"
		return notify.New(b.store, o)
	}
	b.begin(t)
	_, err = b.pool.Exec(t.Context(), `
		WITH p AS (INSERT INTO persons (person_id, name) SELECT id, 'Ada' FROM members WHERE home_id = $1 RETURNING person_id)
		INSERT INTO notification_settings (person_id, address, confirmed_at) SELECT person_id, 'ada@example.org', now() FROM p`, [16]byte(b.home))
	if err != nil {
		t.Fatal(err)
	}
	b.request(t, domain.CommandRequest{Device: b.lock, Action: "lockDoor", TTL: 50 * time.Millisecond})
	b.request(t, domain.CommandRequest{Device: b.lamp, Set: map[string]thing.Value{"onOff": "true"}, TTL: 50 * time.Millisecond})
	got := <-lab.Mails
	text := strings.ReplaceAll(got.Text, "=\r\n", "")
	if !strings.Contains(text, "secured") || !strings.Contains(text, "/devices/"+b.lock.String()) || strings.Contains(text, b.lamp.String()) {
		t.Errorf("they are told %s", text)
	}
}

func TestWhatIsToldAndWhen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ends := at.Add(30 * 24 * time.Hour)
	for _, c := range []struct {
		fact  domain.Fact
		about domain.NoticeKind
		at    time.Time
		ok    bool
	}{
		{domain.NoticeRaised{About: domain.NoticeOfCut}, domain.NoticeOfCut, time.Time{}, true},
		{domain.GatewayDisconnected{}, domain.NoticeOfGateway, at.Add(notify.LostAfter), true},
		{domain.GatewayKeyCertified{EndsMS: ends.UnixMilli()}, domain.NoticeOfKey, ends.Add(-notify.KeyEndsBefore), true},
		{domain.WebhookStopped{Reason: domain.StopFailing}, domain.NoticeOfWebhook, time.Time{}, true},
		{domain.WebhookStopped{Reason: domain.StopAsked}, domain.NoticeOfWebhook, time.Time{}, false},
		{domain.NotificationSent{}, "", time.Time{}, false}, // or it would never end
		{domain.NotificationFailed{Channel: domain.ByMail}, "", time.Time{}, false},
		{domain.NotificationFailed{Channel: domain.ByPush}, "", time.Time{}, false},
		{domain.NotificationFailed{Channel: domain.ByWebhook}, domain.NoticeOfWebhook, time.Time{}, true}, // by another channel: it ended
		{domain.DeviceReported{}, "", time.Time{}, false},
	} {
		ev := &domain.RecordedEvent{Event: domain.Event{Fact: c.fact}, RecordedAt: at}
		about, when, ok := notify.About(domain.NewHome(b.home, nil), ev)
		if ok != c.ok || ok && (about != c.about || !when.Equal(c.at)) {
			t.Errorf("%T: %s at %v, %v", c.fact, about, when, ok)
		}
	}
}
