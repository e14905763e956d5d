package matterlab

import (
	"context"
	"errors"
	"testing"
	"time"
)

// startTimeout bounds a start on a busy machine; an idle one needs eight seconds.
const startTimeout = 90 * time.Second

// Start runs a lab with houses for one test and closes it with the test. Where a
// lab cannot run the test is skipped; where only its packages are missing it
// fails.
func Start(t testing.TB, houses ...string) *Lab {
	t.Helper()
	if testing.Short() {
		t.Skip("starts real programs")
	}
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	lab, err := Run(ctx, Options{Houses: houses})
	if errors.Is(err, errImpossible) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("start a Matter lab: %v", err)
	}
	t.Cleanup(func() {
		if err := lab.Close(); err != nil {
			t.Errorf("stop the Matter lab: %v", err)
		}
	})
	return lab
}
