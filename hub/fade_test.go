package hub_test

import (
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
	"logis/wire/wiretest"
)

// An agent of a version that knows no transitions is asked all the same: its lamp jumps.
func TestAFadeReachesWhoKnowsOfFadesAndIsOtherwiseDoneAtOnce(t *testing.T) {
	t.Parallel()
	for version, want := range map[int]int64{wire.FadeVersion: 20000, wire.FadeVersion - 1: 0} {
		b := setup(t)
		b.gateway.Version = version
		s := b.connect(t)
		lamp := b.lamp(t, s)
		id, err := b.request(t, domain.CommandRequest{
			Device: lamp, Set: map[string]thing.Value{"currentLevel": "40"}, Transition: 20 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		frame, err := wiretest.Next[*wire.Command](t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		c := b.command(t, id)
		if frame.TransitionMS != want || c.TransitionMS != 20000 || frame.NotAfterMS != c.Deadline.UnixMilli() {
			t.Errorf("version %d is sent %+v for %+v", version, frame, c)
		}
	}
}
