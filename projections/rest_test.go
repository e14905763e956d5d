package projections

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFifthOfACoreIsTakenAtMost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		over       bool
		work, rest time.Duration
	}{
		"four times the work": {work: time.Second, rest: 4 * time.Second},
		"a period at most":    {work: time.Hour, rest: rollupPeriod},
		"not when all ends":   {over: true, work: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context()) // of the bubble
				defer cancel()
				if c.over {
					cancel()
				}
				began := time.Now()
				restAfter(ctx, c.work)
				if rested := time.Since(began); rested != c.rest {
					t.Errorf("after %v of work it rested %v, not %v", c.work, rested, c.rest)
				}
			})
		})
	}
}
