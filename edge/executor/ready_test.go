package executor_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// What opens something is done only after the cloud's last word, and nothing
// stands in the journal before.
func TestWhatOpensWaitsForTheLastWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		word    func(wire.Ready) *wire.Go
		outcome domain.Outcome
		reason  string
	}{
		{"go", granted, domain.Succeeded, ""},
		{"denied", func(f wire.Ready) *wire.Go {
			return &wire.Go{Command: f.Command, Nonce: f.Nonce, Denied: "not_allowed_any_more"}
		}, domain.Rejected, "not_allowed_any_more"},
		{"no word", func(wire.Ready) *wire.Go { return nil }, domain.Rejected, "no_go_in_time"},
		{"a word for another time", func(f wire.Ready) *wire.Go {
			return &wire.Go{Command: f.Command, Nonce: make([]byte, len(f.Nonce))}
		}, domain.Rejected, "no_go_in_time"},
		{"a word for another command", func(f wire.Ready) *wire.Go {
			return &wire.Go{Command: domain.CommandID{2}, Nonce: f.Nonce}
		}, domain.Rejected, "no_go_in_time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in(t, filepath.Join(t.TempDir(), "outbox.db"), simulated.Options{}, wrap{}, func(t *testing.T, r *rig) {
				r.word = c.word
				r.give(r.unlock(1, 10*time.Second))
				<-time.After(2 * wire.GoLimit)
				synctest.Wait()
				r.ended(1, c.outcome, c.reason)
				want := 0
				if c.outcome == domain.Succeeded {
					want = 1
				}
				if got := r.acted(1); got != want {
					t.Errorf("carried out %d times", got)
				}
			})
		})
	}
}
