package notify_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/dispatch/mail"
	"logis/dispatch/mail/maillab"
	"logis/dispatch/notify"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bundle is a home in Paris whose owner gets mail, at a time of the test's choice.
type bundle struct {
	t      *testing.T
	lab    *maillab.Server
	store  *eventstore.Store
	teller *notify.Teller
	home   domain.HomeID
	owner  domain.PersonID
	rule   domain.RuleID

	mu    sync.Mutex
	now   time.Time
	later []time.Time
}

func setup(t *testing.T, more ...func(*notify.Options)) *bundle {
	t.Helper()
	b := &bundle{
		t: t, lab: maillab.Start(t), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		home: domain.HomeID{1, 6: 0x70, 8: 0x80}, owner: domain.PersonID{2, 6: 0x70, 8: 0x80}, rule: domain.RuleID{3, 6: 0x70, 8: 0x80},
	}
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b.store = eventstore.New(pgtest.New(t), eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog},
		Now: func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now },
	})
	server, err := mail.Open(fmt.Sprintf("smtp://logis@127.0.0.1:%d", b.lab.Port), "letmein", "Logis <home@example.org>", b.lab.Roots)
	if err != nil {
		t.Fatal(err)
	}
	options := notify.Options{
		Mail: server, Site: "https://home.example.org/",
		Later: func(_ context.Context, _ pgx.Tx, _ domain.HomeID, _ domain.PersonID, _ domain.ChannelKind, at time.Time) error {
			b.later = append(b.later, at)
			return nil
		},
	}
	for _, change := range more {
		change(&options)
	}
	b.teller = notify.New(b.store, options)
	if _, err := b.store.Pool().Exec(t.Context(), `INSERT INTO persons (person_id, name) VALUES ($1, 'Ada')`, [16]byte(b.owner)); err != nil {
		t.Fatal(err)
	}
	err = b.store.Found(t.Context(), b.home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(b.home, b.owner, "Europe/Paris")
		if _, err := tx.RecordNamed(ctx, b.home, created, "Logis"); err != nil {
			return err
		}
		if _, err := tx.Record(ctx, b.home, joined); err != nil {
			return err
		}
		_, err := tx.RecordNamed(ctx, b.home, domain.Event{Entity: b.rule.Entity(), Actor: domain.SystemActor, Fact: domain.RuleEdited{}}, "Washing is done")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// address makes an address the owner's.
func (b *bundle) address(address string) {
	b.t.Helper()
	_, err := b.store.Pool().Exec(b.t.Context(), `
		INSERT INTO notification_settings (person_id, address, confirmed_at) VALUES ($1, $2, now())`, [16]byte(b.owner), address)
	if err != nil {
		b.t.Fatal(err)
	}
}

// happen records a fact about the rule, and plans who is told of it.
func (b *bundle) happen(fact domain.Fact, about domain.NoticeKind) domain.Seq {
	b.t.Helper()
	seq := b.record(domain.Event{Entity: b.rule.Entity(), Actor: domain.SystemActor, Fact: fact})
	b.plan(seq, about)
	return seq
}

func (b *bundle) record(ev domain.Event) (seq domain.Seq) {
	b.t.Helper()
	err := b.store.Append(b.t.Context(), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		rec, err := tx.Record(ctx, b.home, ev)
		if err == nil {
			seq = rec.Seq
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return seq
}

func (b *bundle) plan(seq domain.Seq, about domain.NoticeKind) {
	b.t.Helper()
	if err := b.teller.Plan(b.t.Context(), b.home, seq, about); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) notice() domain.Seq {
	b.t.Helper()
	return b.happen(domain.NoticeRaised{About: domain.NoticeOfRule}, domain.NoticeOfRule)
}

// tell hands over what is due to the owner by every channel.
func (b *bundle) tell() {
	b.t.Helper()
	for _, by := range domain.ChannelKinds() {
		if err := b.teller.Tell(b.t.Context(), b.home, b.owner, by); err != nil {
			b.t.Fatal(err)
		}
	}
}

// pass lets the time of the next message come that was put off.
func (b *bundle) pass() time.Duration {
	b.t.Helper()
	last := b.later[len(b.later)-1]
	waited := last.Sub(b.now)
	b.mu.Lock()
	b.now = last
	b.mu.Unlock()
	b.tell()
	return waited
}

// mails returns what the mail server took so far.
func (b *bundle) mails() int { return len(b.lab.Mails) }

// facts returns what the log says of a type.
func (b *bundle) facts(eventType string) string {
	b.t.Helper()
	rows, err := b.store.List(b.t.Context(), eventstore.Filter{Home: b.home, Type: eventType, AtLimit: 100})
	if err != nil {
		b.t.Fatal(err)
	}
	var all []string
	for _, row := range rows {
		all = append(all, string(row.Data))
	}
	return strings.Join(all, " ")
}

// next waits for the next mail.
func (b *bundle) next() maillab.Mail {
	b.t.Helper()
	select {
	case m := <-b.lab.Mails:
		m.Text = strings.ReplaceAll(m.Text, "=\r\n", "")
		return m
	case <-time.After(20 * time.Second):
		b.t.Fatal("no mail came")
		return maillab.Mail{}
	}
}

// A2: a notice becomes a mail at a real mail server, and the log says so in ids.
func TestAPersonIsToldAtTheAddressTheyConfirmed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.notice() // nobody has an address yet
	if err := b.teller.Propose(t.Context(), b.owner, "ada@example.org"); err != nil {
		t.Fatal(err)
	}
	if err := b.teller.Propose(t.Context(), b.owner, "eve@example.org"); domain.CodeOf(err) != domain.Overloaded {
		t.Errorf("a second code at once: %v", err)
	}
	code := regexp.MustCompile(`\d{8}`).FindString(b.next().Text)
	b.notice() // and this one is not confirmed
	if err := b.teller.Confirm(t.Context(), b.owner, "x"); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("a wrong code: %v", err)
	}
	if err := b.teller.Confirm(t.Context(), b.owner, code); err != nil {
		t.Fatal(err)
	}
	seq := b.notice()
	b.tell()
	got := b.next()
	for _, want := range []string{"Washing", "https://home.example.org/homes/" + b.home.String() + "/rules/" + b.rule.String(), "1 Mar 13:00"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("%q is not in %s", want, got.Text)
		}
	}
	if facts := b.facts("notification.sent"); facts != fmt.Sprintf(`{"channel":"email","notices":[%d]}`, seq) {
		t.Errorf("the log says %s", facts)
	}
	if b.tell(); b.mails() != 0 {
		t.Error("they are told again")
	}
}

func TestACodeIsGoodForAFewTriesAndAWhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, spoil := range []func(){
		func() {
			for range 5 {
				_ = b.teller.Confirm(t.Context(), b.owner, "x")
			}
		},
		func() { b.now = b.now.Add(notify.CodeLife) },
	} {
		b.now = b.now.Add(time.Hour)
		if err := b.teller.Propose(t.Context(), b.owner, "ada@example.org"); err != nil {
			t.Fatal(err)
		}
		code := regexp.MustCompile(`\d{8}`).FindString(b.next().Text)
		spoil()
		if err := b.teller.Confirm(t.Context(), b.owner, code); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%v", err)
		}
	}
}

// Quiet hours are those of the home's clocks; what may stand open is told at any time.
func TestQuietHoursHoldWhatCanWaitAndTellItTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.address("ada@example.org")
	if err := b.teller.Choose(t.Context(), b.owner, &domain.Window{From: 22 * 60, To: 7 * 60}, nil); err != nil {
		t.Fatal(err)
	}
	b.now = time.Date(2026, 3, 28, 22, 30, 0, 0, time.UTC) // half past eleven; in this night clocks are set forward
	b.notice()
	b.notice()
	b.tell()
	if b.mails() != 0 {
		t.Error("they are woken")
	}
	b.happen(domain.NoticeRaised{About: domain.NoticeOfDoubt}, domain.NoticeOfDoubt)
	b.tell()
	if text := b.next().Text; !strings.Contains(text, "secured") {
		t.Errorf("at once they are told %s", text)
	}
	b.later = b.later[:1]
	if waited := b.pass(); waited != 6*time.Hour+30*time.Minute {
		t.Errorf("told after %v", waited)
	}
	if text := b.next().Text; strings.Count(text, "Washing") != 2 || b.mails() != 0 {
		t.Errorf("in the morning they are told %s", text)
	}
}

func TestAFloodBecomesADigest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.address("ada@example.org")
	for range 60 {
		b.notice()
		b.tell()
	}
	for range 5 {
		b.next()
	}
	if b.mails() != 0 {
		t.Fatalf("%d mails more", b.mails())
	}
	b.pass()
	text := b.next().Text
	if strings.Count(text, "Washing") != 20 || !strings.Contains(text, "And 35 more") || b.mails() != 0 {
		t.Errorf("the digest is %s", text)
	}
	if facts := b.facts("notification.sent"); strings.Count(facts, "channel") != 6 || !strings.Contains(facts, `"more":35`) {
		t.Errorf("the log says %s", facts)
	}
}

func TestWhatDoesNotGetThroughIsTriedAgainAndThenRecorded(t *testing.T) {
	t.Parallel()
	refused := setup(t)
	refused.address("nobody@example.org")
	seq := refused.notice()
	refused.tell()
	if facts := refused.facts("notification.failed"); facts != fmt.Sprintf(`{"channel":"email","notices":[%d],"reason":"refused"}`, seq) {
		t.Errorf("the log says %s", facts)
	}
	busy := setup(t)
	busy.address("busy@example.org")
	busy.notice()
	busy.tell()
	var waited time.Duration
	for busy.facts("notification.failed") == "" {
		waited += busy.pass()
	}
	if facts := busy.facts("notification.failed"); !strings.Contains(facts, "unreachable") || waited < 8*time.Hour || waited > 9*time.Hour {
		t.Errorf("after %v the log says %s", waited, facts)
	}
}

func TestOnlyThoseAreToldWhoChoseToAndStillBelongToTheHome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.address("ada@example.org")
	if err := b.teller.Choose(t.Context(), b.owner, nil, notify.Choices{domain.ByMail: {domain.NoticeOfRule: notify.Off}}); err != nil {
		t.Fatal(err)
	}
	b.notice()
	b.happen(domain.NoticeRaised{About: domain.NoticeOfRule, Person: domain.PersonID{9}}, domain.NoticeOfRule) // somebody who is no member
	b.happen(domain.NoticeRaised{About: domain.NoticeOfCut}, domain.NoticeOfCut)
	b.happen(domain.MemberJoined{Person: domain.PersonID(b.rule), Role: domain.Owner}, "")
	err := b.store.Append(t.Context(), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, b.home, domain.Event{Entity: b.owner.Entity(), Actor: domain.SystemActor, Fact: domain.MemberRemoved{Person: b.owner}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.tell()
	if b.mails() != 0 || b.facts("notification.sent") != "" {
		t.Errorf("%d mails", b.mails())
	}
	var left int
	if err := b.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM notifications_due`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d are left (%v)", left, err)
	}
}
