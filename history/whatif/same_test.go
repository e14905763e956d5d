package whatif_test

import (
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/rule/ruletest"
	"logis/history/whatif"
)

// changesRule reports whether people do something with a rule.
func changesRule(ev domain.Event) bool {
	switch ev.Fact.(type) {
	case domain.RuleEdited, domain.RuleEnabled, domain.RuleDisabled:
		return true
	}
	return false
}

// lived is a made-up home whose rules were edited for some steps, and then left alone
// for others: from the event that is returned on.
func lived(t *testing.T, seed uint64, edits, steps int) (*house, domain.Seq) {
	t.Helper()
	life := ruletest.New(seed)
	h := newHouse(t, life)
	step := func(quiet bool) {
		var after time.Duration
		h.change(func(home *domain.Home, record rule.Record) error {
			ev, wait := life.Step(home)
			for quiet && changesRule(ev) {
				ev, wait = life.Step(home)
			}
			after = wait
			_, err := record(ev)
			return err
		})
		h.pass(after)
	}
	for range edits {
		step(false)
	}
	left := h.present().Seq
	for range steps {
		step(true)
	}
	return h, left
}

// All rules of a home over what really happened come to exactly the firings that
// there were: the engine, the waits and the consequences are the same. One rule alone
// does too.
func TestTheSameRulesOverTheSameHistoryFireTheSame(t *testing.T) {
	t.Parallel()
	const homes = 8
	did, alone := 0, 0
	for seed := range uint64(homes) {
		h, left := lived(t, seed, 60, 300)
		then, err := h.log.At(t.Context(), h.home, left)
		if err != nil {
			t.Fatal(err)
		}
		window := whatif.Window{Home: h.home, After: left, To: h.present().Seq, Until: h.now}
		result := h.run(window, standing(then))
		did += result.Did
		if result.Differ != 0 || !result.Full {
			t.Errorf("seed %d: together %d of %d rows differ (full: %v): %s", seed, result.Differ, len(result.Rows), result.Full, different(result))
		}
		for _, r := range standing(then) {
			result := h.run(window, []whatif.Tested{r}, []whatif.Tested{r})
			alone += result.Did
			if result.Differ != 0 {
				t.Errorf("seed %d, rule %s: alone %d of %d rows differ: %s", seed, r.Rule, result.Differ, len(result.Rows), different(result))
			}
		}
	}
	if did < homes*20 || alone < did/2 {
		t.Errorf("only %d and %d firings: this proves little", did, alone)
	}
}

func different(r *whatif.Result) (first any) {
	for _, row := range r.Rows {
		if row.Differs() {
			return *row
		}
	}
	return nil
}
