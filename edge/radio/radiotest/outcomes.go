package radiotest

import (
	"errors"
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
)

// WantConfirmed checks that exactly one report confirms an order, that it tells the
// values, and that it says its cause was concluded.
func (w *Watcher) WantConfirmed(t testing.TB, id domain.CommandID, values map[string]thing.Value) {
	t.Helper()
	reports := w.CausedBy(id)
	if len(reports) != 1 {
		t.Fatalf("%d reports confirm the order, want 1: %v", len(reports), reports)
	}
	for property, want := range values {
		if got := reports[0].Values[property]; got != want {
			t.Errorf("the confirmation tells %s = %s, want %s", property, got, want)
		}
	}
	if !reports[0].Inferred {
		t.Error("the confirmation says that the device named the order itself")
	}
}

// WantNothingTold checks that no report confirms an order that did not succeed.
func (w *Watcher) WantNothingTold(t testing.TB, id domain.CommandID) {
	t.Helper()
	if reports := w.CausedBy(id); len(reports) > 0 {
		t.Errorf("reports confirm an order that did not succeed: %v", reports)
	}
}

// WantRefused checks that an order was refused before anything was tried.
func WantRefused(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, radio.ErrRefused) {
		t.Errorf("the outcome is %v, want a refusal", err)
	}
}

// WantUnknown checks that nobody knows what became of an order.
func WantUnknown(t testing.TB, err error) {
	t.Helper()
	if err == nil || errors.Is(err, radio.ErrRefused) || errors.Is(err, radio.ErrFailed) {
		t.Errorf("the outcome is %v, want one that nobody knows", err)
	}
}
