package access_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/migrations/pgtest"
)

// canary is what no table may hold once its person was erased.
const canary = "Zebediah"

// holding returns the tables in which a text stands, in whatever form it is kept.
func holding(t *testing.T, b *bundle, text string) []string {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, table := range tables {
		var has bool
		err := b.pool.QueryRow(t.Context(), fmt.Sprintf(`
			SELECT EXISTS (SELECT FROM %s r WHERE r::text ILIKE '%%' || $1 || '%%'
				OR position(encode(convert_to($1, 'UTF8'), 'hex') IN r::text) > 0)`, pgx.Identifier{table}.Sanitize()), text).Scan(&has)
		if err == nil && has {
			found = append(found, table)
		}
		if err != nil && table != "schema_migrations" { // which the server's role may not read
			t.Errorf("%s: %v", table, err)
		}
	}
	return found
}

// admit makes a person a member of a home.
func (b *bundle) admit(t *testing.T, home domain.HomeID, person domain.PersonID, role domain.Role) {
	t.Helper()
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(home).Join(person, role, domain.Scope{}, domain.InvitationID{})
		if err == nil {
			_, err = tx.Record(ctx, home, ev)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// settled is a person of that name who has every way to sign in, and has left traces
// wherever one can.
func (b *bundle) settled(t *testing.T, name string) access.Principal {
	t.Helper()
	id := b.person(t, name)
	link, err := b.access.NewLink(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.WithVisit(t.Context(), access.Visit{Place: "from " + name, Agent: name + "'s browser"})
	_, p, err := b.access.Redeem(ctx, link)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.access.SetPassword(ctx, p, strings.ToLower(name), "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.access.NewCodes(ctx, p); err != nil {
		t.Fatal(err)
	}
	b.run(t, `INSERT INTO idempotency_keys (scope_id, key, request, answer) VALUES (gen_random_uuid(), 'k', '', convert_to($1, 'UTF8'))`,
		fmt.Sprintf(`{"person":{"id":%q,"name":%q}}`, id, name))
	return p
}

func TestWhoeverIsErasedIsInNoTableAndTheLogStillHolds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other, p := b.person(t, "Bob"), b.settled(t, canary)
	shared, own := b.home(t, other), b.home(t, p.Person)
	b.admit(t, shared, p.Person, domain.Admin)
	if found := holding(t, b, canary); len(found) < 4 {
		t.Fatalf("the canary is in %v only", found)
	}
	if err := b.access.Erase(t.Context(), p, "somebody else"); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("erased without being meant: %v", err)
	}
	if err := b.access.Erase(t.Context(), p, canary); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, b, canary); len(found) > 0 {
		t.Errorf("the name stands in %v", found)
	}
	for _, table := range holding(t, b, p.Person.String()) {
		if table != "erasures" && table != "events" {
			t.Errorf("the id stands in %s", table)
		}
	}
	for _, home := range []domain.HomeID{shared, own} {
		if v, err := eventstore.Verify(t.Context(), b.pool, home); err != nil || v.Bad != 0 {
			t.Errorf("%+v %v", v, err)
		}
		if b.events(t, home, "member.erased") == nil {
			t.Errorf("home %s was not told", home)
		}
	}
	if err := b.access.Erase(t.Context(), p, canary); domain.CodeOf(err) != domain.Unauthorized {
		t.Errorf("erased twice: %v", err)
	}
}

func TestTheLastOwnerAmongOthersIsNotErased(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p, other := b.settled(t, canary), b.person(t, "Bob")
	home := b.home(t, p.Person)
	b.admit(t, home, other, domain.Admin)
	if err := b.access.Erase(t.Context(), p, canary); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("%v", err)
	}
	if len(holding(t, b, canary)) == 0 {
		t.Error("refused, and done in part")
	}
}

// A backup from before brings the person back; the ledger takes them out again, from
// any state of the file that a crash can leave.
func TestTheLedgerErasesAgainWhoCameBack(t *testing.T) {
	t.Parallel()
	b, dir := setup(t), t.TempDir()
	if _, err := b.access.KeepErasures(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	p := b.settled(t, canary)
	home := b.home(t, p.Person)
	if err := b.access.Erase(t.Context(), p, canary); err != nil {
		t.Fatal(err)
	}
	// The backup: all of it once more, and nothing of the erasure.
	b.run(t, `DELETE FROM erasures`)
	b.run(t, `INSERT INTO persons (person_id, name) VALUES ($1, $2)`, [16]byte(p.Person), canary)
	b.admit(t, home, p.Person, domain.Owner)
	b.admit(t, home, b.person(t, "Bob"), domain.Guest)
	path := access.ErasuresPath(dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, whole[:20]...), 0o600); err != nil { // a line that was cut off
		t.Fatal(err)
	}
	started := access.New(b.store, b.clock.Now)
	again, err := started.KeepErasures(t.Context(), dir)
	if err != nil || len(again) != 1 || again[0] != p.Person {
		t.Fatalf("%v %v", again, err)
	}
	if found := holding(t, b, canary); len(found) > 0 {
		t.Errorf("the name stands in %v", found)
	}
	if again, err := started.KeepErasures(t.Context(), dir); err != nil || len(again) > 0 {
		t.Errorf("%v %v", again, err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != string(whole) {
		t.Errorf("%q, want %q; %v", text, whole, err)
	}
	// A ledger that was lost is written again from the database.
	fresh := filepath.Join(dir, "elsewhere")
	if _, err := access.New(b.store, nil).KeepErasures(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(access.ErasuresPath(fresh)); err != nil || string(text) != string(whole) {
		t.Errorf("%q, want %q; %v", text, whole, err)
	}
}

func TestALedgerThatCannotBeReadKeepsTheServerShut(t *testing.T) {
	t.Parallel()
	b, dir := setup(t), t.TempDir()
	for _, text := range []string{"erased\n", "erased x 2026-01-01T00:00:00Z\n", "\n", strings.Repeat("x", 5000)} {
		if err := os.WriteFile(access.ErasuresPath(dir), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := b.access.KeepErasures(t.Context(), dir); err == nil {
			t.Errorf("%.20q was read", text)
		}
	}
}

// Personal data are kept where they go with their person, or are named here.
func TestWhatIsKeptAboutPersonsGoesWithThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows, err := b.pool.Query(t.Context(), `
		SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE a.attname = 'person_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (
			SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confdeltype = 'c'
			AND f.confrelid = 'persons'::regclass AND a.attnum = ANY(f.conkey)) ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	// These are emptied of them by name; erasures holds the id alone.
	if err != nil || fmt.Sprint(tables) != "[access_log erasures notification_paces notifications_due origins persons]" {
		t.Errorf("%v do not end with persons; say in forgetPerson how they do, and here: %v", tables, err)
	}
}

// run runs SQL as somebody who may do anything.
func (b *bundle) run(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := pgtest.Superuser(t, b.pool.Config().ConnString()).Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}
