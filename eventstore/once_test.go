package eventstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/eventstore"
)

// wantOnce adds a room under a key and answers with its id.
func wantOnce(ctx context.Context, s *eventstore.Store, home domain.HomeID, key eventstore.Key) (answer []byte, err error) {
	err = s.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		answer, err = tx.Once(ctx, key, func() ([]byte, error) {
			room := newID[domain.RoomKind]()
			_, err := tx.Record(ctx, home, roomAdded(room))
			return []byte(room.String()), err
		})
		return err
	})
	return answer, err
}

func TestTheSameKeyGivesOneEventAndTheSameAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	key := eventstore.Key{Scope: home.Entity(), Key: "k", Request: [32]byte{1}}
	first, err := wantOnce(t.Context(), b.store, home, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := wantOnce(t.Context(), another(t, b.dsn).store, home, key)
	if err != nil || string(again) != string(first) || len(first) == 0 {
		t.Errorf("the second answer is %q (%v), the first %q", again, err, first)
	}
	key.Key = "other"
	other, err := wantOnce(t.Context(), b.store, home, key)
	if err != nil || string(other) == string(first) {
		t.Errorf("another key gets %q (%v)", other, err)
	}
	if got := b.head(t, home).Seq; got != 4 {
		t.Errorf("head %d, want 4", got)
	}
}

func TestAKeyIsRefusedForAnotherRequestAndFreeInAnotherScope(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, elsewhere := b.found(t), b.found(t)
	key := eventstore.Key{Scope: home.Entity(), Key: "k", Request: [32]byte{1}}
	if _, err := wantOnce(t.Context(), b.store, home, key); err != nil {
		t.Fatal(err)
	}
	key.Request[31]++
	_, err := wantOnce(t.Context(), b.store, home, key)
	wantCode(t, err, domain.KeyReused)
	if got := b.head(t, home).Seq; got != 3 {
		t.Errorf("head %d, want 3", got)
	}
	key.Scope = elsewhere.Entity()
	if _, err := wantOnce(t.Context(), b.store, elsewhere, key); err != nil {
		t.Error(err)
	}
}

func TestParallelRequestsWithOneKeyHappenOnce(t *testing.T) {
	t.Parallel()
	const keys, twins = 20, 8
	b := setup(t)
	replicas := []*eventstore.Store{b.store, another(t, b.dsn).store}
	home := b.found(t)
	// A scope that no lock of the append covers: every request founds a home.
	person := newID[domain.PersonKind]().Entity()
	for n := range keys {
		key := eventstore.Key{Scope: person, Key: fmt.Sprint(n), Request: [32]byte{1}}
		answers := make([]string, twins)
		var group errgroup.Group
		for i := range answers {
			group.Go(func() error {
				id := newID[domain.HomeKind]()
				return replicas[i%2].Found(t.Context(), id, func(ctx context.Context, tx *eventstore.Tx) error {
					answer, err := tx.Once(ctx, key, func() ([]byte, error) {
						created, _ := domain.FoundHome(id, domain.PersonID(person), "UTC")
						_, err := tx.Record(ctx, id, created)
						return []byte(id.String()), err
					})
					answers[i] = string(answer)
					return err
				})
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		for _, answer := range answers {
			if answer != answers[0] || answer == "" {
				t.Fatalf("answers %q", answers)
			}
		}
	}
	if n := b.count(t, `SELECT count(*) FROM home_heads WHERE home_id <> $1`, [16]byte(home)); n != keys {
		t.Errorf("%d homes, want %d", n, keys)
	}
}

func TestAFailedRequestKeepsNoAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	key := eventstore.Key{Scope: home.Entity(), Key: "k", Request: [32]byte{1}}
	for _, fail := range []string{"in do", "after it"} {
		err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
			_, err := tx.Once(ctx, key, func() ([]byte, error) {
				if err := addRoom(home)(ctx, tx); err != nil || fail == "in do" {
					return nil, errTest
				}
				return []byte("never"), nil
			})
			if err == nil {
				err = errTest
			}
			return err
		})
		if err == nil {
			t.Fatalf("failing %s went through", fail)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM idempotency_keys`); n != 0 {
		t.Errorf("%d answers are kept", n)
	}
	if answer, err := wantOnce(t.Context(), b.store, home, key); err != nil || string(answer) == "never" {
		t.Errorf("got %q, %v", answer, err)
	}
	b.checkSound(t, home)
}

func TestAnAnswerWithoutAnEventIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	key := eventstore.Key{Scope: home.Entity(), Key: "k", Request: [32]byte{1}}
	for n := range 2 {
		b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
			answer, err := tx.Once(ctx, key, func() ([]byte, error) { return []byte{byte(n)}, nil })
			if err == nil && answer[0] != 0 {
				t.Errorf("request %d got the answer %d", n, answer[0])
			}
			return err
		}, home)
	}
}

func TestAnswersAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	key := eventstore.Key{Scope: home.Entity(), Request: [32]byte{1}}
	for _, age := range []time.Duration{eventstore.KeyLife + time.Minute, eventstore.KeyLife - time.Minute} {
		key.Key = age.String()
		if _, err := wantOnce(t.Context(), b.store, home, key); err != nil {
			t.Fatal(err)
		}
		b.superuser(t, fmt.Sprintf(`UPDATE idempotency_keys SET created_at = now() - interval '%d seconds' WHERE key = '%s'`,
			int(age.Seconds()), key.Key))
	}
	forgotten, err := b.store.ForgetKeys(t.Context())
	if err != nil || forgotten != 1 {
		t.Errorf("%d forgotten, %v", forgotten, err)
	}
	if n := b.count(t, `SELECT count(*) FROM idempotency_keys WHERE key = $1`, key.Key); n != 1 {
		t.Error("the younger answer is gone")
	}
}
