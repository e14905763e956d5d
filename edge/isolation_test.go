package edge

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/link/linktest"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// rogue is a simulated home whose radio misbehaves as a test says.
type rogue struct {
	*simulated.Home
	during func(ctx context.Context, sink radio.Sink) // beside the home's own Run
	act    func() bool                                // instead of acting; false: it acts
	stays  <-chan struct{}                            // Run does not end before this is closed; nil: it ends
}

func (r *rogue) Name() string { return "rogue" }

func (r *rogue) Run(ctx context.Context, sink radio.Sink) error {
	if r.during != nil {
		var beside sync.WaitGroup
		defer beside.Wait()
		beside.Go(func() { r.during(ctx, sink) })
	}
	err := r.Home.Run(ctx, sink)
	if r.stays != nil {
		<-r.stays
	}
	return err
}

func (r *rogue) Act(ctx context.Context, o radio.Order) error {
	if r.act != nil && r.act() {
		return nil
	}
	return r.Home.Act(ctx, o)
}

func (r *rogue) id(address string) domain.DeviceID {
	return outbox.DeviceID(linktest.Gateway(), "rogue/"+address)
}

// breaches returns what the agent says that the rogue did.
func breaches(t *testing.T, a *running) RadioStatus {
	t.Helper()
	status := a.Status(t.Context()).Radios
	if len(status) != 2 || len(status[0].Breaches) > 0 || status[0].Problem != "" || status[0].Restarts > 0 {
		t.Errorf("the well radio is not well: %+v", status)
	}
	return status[1]
}

// swing has the front door of the well home open and close, and wants the cloud to
// hear of every time, in order.
func swing(t *testing.T, cloud *linktest.Cloud, home *simulated.Home, times int) {
	t.Helper()
	door := home.Address("contact-sensor")
	want := make([]thing.Value, 0, times+1)
	want = append(want, home.Value(door, "contact"))
	for i := range times {
		v := thing.Bool(i%2 == 0)
		want = append(want, v)
		if err := home.Change(door, map[string]thing.Value{"contact": v}); err != nil {
			t.Fatal(err)
		}
	}
	heard := func(entries []wire.Entry) (values []thing.Value) {
		for _, e := range entries {
			if v, ok := e.Values["contact"]; ok && e.Device == idOf(home, "contact-sensor") {
				values = append(values, v)
			}
		}
		return values
	}
	cloud.Wait("the door's reports", func(entries []wire.Entry) bool { return len(heard(entries)) >= len(want) })
	if got := heard(cloud.Entries()); !slices.Equal(got, want) {
		t.Errorf("the door told %v, the cloud heard %v", want, got)
	}
}

func TestARadioThatFloodsDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{})
	bad := &rogue{Home: house(t, simulated.Options{})}
	address := bad.Address("temperature-sensor")
	var told atomic.Int64
	bad.during = func(ctx context.Context, sink radio.Sink) {
		var floods sync.WaitGroup
		defer floods.Wait()
		for i := range 64 {
			floods.Go(func() {
				for ctx.Err() == nil {
					values := map[string]thing.Value{"temperature": thing.Number(float64(i))}
					if sink.Report(ctx, radio.Report{Address: address, Values: values}) == nil {
						told.Add(1)
					}
				}
			})
		}
	}
	a := start(t, cloud, t.TempDir(), home, bad)
	cloud.Wait("both homes", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 48 })
	before := told.Load()
	const times = 400
	swing(t, cloud, home, times)
	// While one fact of the well radio is on its way, at most eight of the other's
	// stand before it and eight get in beside it; 64 did without a fence.
	if others := told.Load() - before; others > 32*times {
		t.Errorf("%d facts of the flood were told during %d of the door", others, times)
	}
	cloud.Command(switchOn(home, 1))
	cloud.Wait("the lamp's answer", func(entries []wire.Entry) bool {
		return len(linktest.Results(entries, domain.CommandID{1})) == 1
	})
	cloud.Wait("the flood is more than is let through", func([]wire.Entry) bool {
		return breaches(t, a).Breaches["throttled"] > 0
	})
}

func TestARadioThatLiesIsNotRepeated(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{})
	bad, lied := &rogue{Home: house(t, simulated.Options{Devices: 1})}, make(chan struct{})
	done := sync.OnceFunc(func() { close(lied) })
	bad.during = func(ctx context.Context, sink radio.Sink) {
		for _, v := range []thing.Value{"NaN", "1e999", "-", `"on"`, "{", "", "null"} {
			_ = sink.Report(ctx, radio.Report{Address: "sim0001", Values: map[string]thing.Value{"onOff": v}})
			_ = sink.Report(ctx, radio.Report{Address: "nobody", Values: map[string]thing.Value{"onOff": "true"}})
		}
		_ = sink.Device(ctx, radio.Device{Address: "sim0001", Kind: "plug"})
		_ = sink.Report(ctx, radio.Report{Address: "sim0001", Values: map[string]thing.Value{"activePower": "7"}})
		done()
	}
	a := start(t, cloud, t.TempDir(), home, bad)
	cloud.Wait("both homes", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) >= 25 })
	<-lied
	swing(t, cloud, home, 20)
	id := bad.id("sim0001")
	cloud.Wait("what the device is now", func(entries []wire.Entry) bool {
		return slices.ContainsFunc(entries, func(e wire.Entry) bool { return e.Device == id && e.Values["activePower"] == "7" })
	})
	for _, e := range cloud.Entries() {
		if v, ok := e.Values["onOff"]; e.Kind == wire.KindGap || e.Device == bad.id("nobody") || ok && v != "true" && v != "false" {
			t.Errorf("the cloud was told %+v", e)
		}
	}
	got := breaches(t, a).Breaches
	if got["unknown_devices"] < 7 || got["kind_changed"] < 1 || got["unfit_values"]+got["unknown_devices"] < 14 {
		t.Errorf("counted %v", got)
	}
}

func TestARadioThatHangsIsLeftAloneUntilItComesBack(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{})
	const devices = 9
	release := make(chan struct{})
	bad := &rogue{Home: house(t, simulated.Options{})}
	bad.act = func() bool {
		<-release
		return true
	}
	a := start(t, cloud, t.TempDir(), home, bad)
	cloud.Wait("both homes", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 48 })
	results := func(n int, of func(i int) byte) func([]wire.Entry) bool {
		return func(entries []wire.Entry) bool {
			for i := range n {
				if len(linktest.Results(entries, domain.CommandID{of(i)})) != 1 {
					return false
				}
			}
			return true
		}
	}
	for i, d := range lamps(bad.Home, devices-1) {
		c := switchOn(home, byte(100+i))
		c.Device, c.NotAfterMS = bad.id(d), time.Now().Add(time.Second).UnixMilli()
		cloud.Command(c)
	}
	cloud.Command(switchOn(home, 1))
	cloud.Wait("the well lamp's answer", results(1, func(int) byte { return 1 }))
	if n := len(home.Actuations()); n != 1 {
		t.Errorf("%d actuations of the well radio", n)
	}
	cloud.Wait("all orders have an end", results(len(lamps(bad.Home, devices-1)), func(i int) byte { return byte(100 + i) }))
	swing(t, cloud, home, 20)
	if got := breaches(t, a); got.Breaches["hung_orders"] == 0 {
		t.Errorf("the hanging radio stands as %+v", got)
	}
	close(release)
}

// lamps returns the addresses of devices that can be switched.
func lamps(home *simulated.Home, most int) (addresses []string) {
	for _, kind := range []string{"light", "dimmable-light", "color-light", "plug", "switch", "dimmer"} {
		if a := home.Address(kind); a != "" && len(addresses) < most {
			addresses = append(addresses, a)
		}
	}
	return addresses
}

func TestARadioThatDoesNotStopDoesNotKeepTheAgent(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{})
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	bad := &rogue{Home: house(t, simulated.Options{Devices: 1}), stays: release}
	a := start(t, cloud, t.TempDir(), home, bad)
	cloud.Wait("both homes", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 25 })
	a.stop()
	if got := a.Status(t.Context()).Radios[1].Breaches["did_not_stop"]; got != 1 {
		t.Errorf("counted %d times that the radio did not stop", got)
	}
}

func TestAPanicInAnOrderIsThatOrdersOnly(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{})
	bad := &rogue{Home: house(t, simulated.Options{Devices: 1}), act: func() bool { panic("oh") }}
	a := start(t, cloud, t.TempDir(), home, bad)
	cloud.Wait("both homes", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 25 })
	c := switchOn(home, 1)
	c.Device = bad.id("sim0001")
	cloud.Command(c)
	cloud.Command(switchOn(home, 2))
	for id, want := range map[byte]domain.Outcome{1: domain.Unknown, 2: domain.Succeeded} {
		cloud.Wait(fmt.Sprint("the answer to ", id), func(entries []wire.Entry) bool {
			results := linktest.Results(entries, domain.CommandID{id})
			return len(results) == 1 && results[0].Outcome == want
		})
	}
	if got := breaches(t, a); got.Breaches["panics"] != 1 {
		t.Errorf("the radio stands as %+v", got)
	}
}
