package simulated

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"logis/edge/radio"
)

// guests is a sink that counts who is introduced.
type guests struct{ seen map[string]bool }

func (g *guests) Device(_ context.Context, d radio.Device) error {
	g.seen[d.Address] = true
	return nil
}
func (*guests) Removed(context.Context, string) error      { return nil }
func (*guests) Report(context.Context, radio.Report) error { return nil }
func (*guests) Signal(context.Context, radio.Signal) error { return nil }
func (*guests) Reach(context.Context, string, bool) error  { return nil }

func TestANewDeviceComesInWhileTheHomeIsOpenLongEnough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		home, err := New(Options{Devices: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := home.Pair(t.Context(), time.Minute); !errors.Is(err, radio.ErrRefused) {
			t.Errorf("before it runs: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		told, ended := &guests{map[string]bool{}}, make(chan error, 1)
		go func() { ended <- home.Run(ctx, told) }()
		synctest.Wait()
		for _, c := range []struct {
			window, closed time.Duration
			guests         int
		}{
			{time.Second, 0, 2}, {time.Minute, time.Second, 2}, {time.Minute, 0, 3}, {time.Minute, 0, 4},
		} {
			if err := home.Pair(t.Context(), c.window); err != nil {
				t.Fatal(err)
			}
			if c.closed > 0 {
				<-time.After(c.closed)
				if err := home.Pair(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
			}
			<-time.After(2 * time.Minute)
			synctest.Wait()
			if len(told.seen) != c.guests {
				t.Errorf("open for %v, closed after %v: %d devices, want %d", c.window, c.closed, len(told.seen), c.guests)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
