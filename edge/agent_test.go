package edge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/link"
	"logis/edge/link/linktest"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// running is an agent at work.
type running struct {
	*Agent
	t     *testing.T
	ended chan error
	stop  func() // and wait
}

// start runs an agent of the cloud in dir.
func start(t *testing.T, cloud *linktest.Cloud, dir string, radios ...radio.Radio) *running {
	t.Helper()
	return run(t, Options{
		Dir: dir, Server: cloud.URL, Claim: cloud.Claim.String(), Radios: radios, Version: "test",
		ReconnectMax: 20 * time.Millisecond,
	})
}

// run runs an agent until the test ends.
func run(t *testing.T, o Options) *running {
	t.Helper()
	agent, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{Agent: agent, t: t, ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { r.ended <- agent.Run(ctx) }()
	r.stop = func() {
		t.Helper()
		cancel()
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
		r.stop = func() {}
	}
	t.Cleanup(func() { r.stop() })
	return r
}

func house(t *testing.T, o simulated.Options) *simulated.Home {
	t.Helper()
	home, err := simulated.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return home
}

func idOf(home *simulated.Home, kind string) domain.DeviceID {
	return outbox.DeviceID(linktest.Gateway(), simulated.Name+"/"+home.Address(kind))
}

// count returns how many entries are of a kind.
func count(entries []wire.Entry, kind wire.Kind) int {
	n := 0
	for _, e := range entries {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func switchOn(home *simulated.Home, id byte) wire.Command {
	return wire.Command{
		ID: domain.CommandID{id}, Device: idOf(home, "light"), Class: thing.Comfort, DesiredVersion: domain.Seq(id),
		Set: map[string]thing.Value{"onOff": thing.Bool(true)}, NotAfterMS: time.Now().Add(time.Minute).UnixMilli(),
	}
}

func TestANewGatewayEnrolsTellsItsHomeAndDoesAsAsked(t *testing.T) {
	t.Parallel()
	cloud, home, dir := linktest.NewCloud(t), house(t, simulated.Options{}), t.TempDir()
	r := start(t, cloud, dir, home)
	cloud.Wait("24 devices", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 24 })
	cloud.Command(switchOn(home, 1))
	cloud.Wait("the lamp is on", func(entries []wire.Entry) bool {
		results := linktest.Results(entries, domain.CommandID{1})
		return len(results) == 1 && results[0].Outcome == domain.Succeeded
	})
	if s := r.Status(t.Context()); s.Gateway != linktest.Gateway() || s.Link.Session != 1 || len(s.Radios) != 1 || s.Radios[0].Problem != "" {
		t.Errorf("status %+v", s)
	}
	if home.Value(home.Address("light"), "onOff") != thing.Bool(true) {
		t.Error("the lamp is off")
	}
	r.stop()

	// The second start needs neither claim nor address, and tells no device again.
	agent, err := New(Options{Dir: dir, Radios: []radio.Radio{home}})
	if err != nil {
		t.Fatal(err)
	}
	if agent.options.Server != cloud.URL || !agent.identity.Enrolled() {
		t.Errorf("the agent forgot where it belongs: %+v", agent.identity)
	}
	again := start(t, cloud, dir, home)
	cloud.WaitSession(1)
	cloud.Command(switchOn(home, 2))
	cloud.Wait("the second command", func(entries []wire.Entry) bool {
		return len(linktest.Results(entries, domain.CommandID{2})) == 1
	})
	again.stop()
	if n := count(cloud.Entries(), wire.KindDevice); n != 24 {
		t.Errorf("%d devices were told, want 24", n)
	}
	if n := len(cloud.Present()); n < 24 {
		t.Errorf("the snapshot holds %d devices", n)
	}
}

func TestAgentOptionsAreChecked(t *testing.T) {
	t.Parallel()
	home := house(t, simulated.Options{})
	claim := domain.Claim{ID: [16]byte{1}}.String()
	for name, o := range map[string]Options{
		"no claim":        {Dir: t.TempDir(), Server: "ws://localhost"},
		"a wrong claim":   {Dir: t.TempDir(), Server: "ws://localhost", Claim: "please"},
		"a wrong server":  {Dir: t.TempDir(), Server: "localhost", Claim: claim},
		"no server":       {Dir: t.TempDir(), Claim: claim},
		"the same radio":  {Dir: t.TempDir(), Server: "ws://localhost", Claim: claim, Radios: []radio.Radio{home, home}},
		"a missing place": {Dir: "/proc/nowhere", Server: "ws://localhost", Claim: claim},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := New(Options{Dir: t.TempDir(), Server: "ws://localhost"}); !errors.Is(err, ErrNoClaim) {
		t.Errorf("without a claim: %v", err)
	}
}

func TestARefusedClaimEndsTheAgent(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	wrong := cloud.Claim
	wrong.Secret[0]++
	agent, err := New(Options{Dir: t.TempDir(), Server: cloud.URL, Claim: wrong.String()})
	if err != nil {
		t.Fatal(err)
	}
	if err := agent.Run(t.Context()); !errors.Is(err, link.ErrClaimRefused) {
		t.Errorf("Run gives %v", err)
	}
}

// fragile is a radio that breaks when it is told to.
type fragile struct {
	*simulated.Home
	breaks chan func()
}

func (f *fragile) Name() string { return "fragile" }

func (f *fragile) Run(ctx context.Context, sink radio.Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- f.Home.Run(ctx, sink) }()
	select {
	case err := <-ended:
		return err
	case how := <-f.breaks:
		cancel()
		<-ended
		how()
		return errors.New("the stick was pulled out")
	}
}

func TestARadioThatBreaksTakesOnlyItsOwnDevicesAlongAndComesBack(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]func(){"an error": func() {}, "a panic": func() { panic("oh") }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, home := linktest.NewCloud(t), house(t, simulated.Options{})
			broken := &fragile{house(t, simulated.Options{Devices: 3}), make(chan func())}
			start(t, cloud, t.TempDir(), home, broken)
			cloud.Wait("all devices can be reached", reached(broken, 3, true))
			broken.breaks <- how
			cloud.Wait("those of the broken radio cannot", reached(broken, 3, false))
			cloud.Wait("those of the other can", func(entries []wire.Entry) bool { return reachable(entries)[idOf(home, "light")] })
			cloud.Wait("it comes back", reached(broken, 3, true))
			cloud.Command(switchOn(home, 1))
			cloud.Wait("the other radio works", func(entries []wire.Entry) bool {
				return len(linktest.Results(entries, domain.CommandID{1})) == 1
			})
		})
	}
}

// reachable returns which devices can be reached.
func reachable(entries []wire.Entry) map[domain.DeviceID]bool {
	now := map[domain.DeviceID]bool{}
	for _, e := range entries {
		if e.Kind == wire.KindReach {
			now[e.Device] = e.Available
		}
	}
	return now
}

// reached reports whether n devices of a radio are told to be in reach, or not.
func reached(r *fragile, n int, want bool) func(entries []wire.Entry) bool {
	return func(entries []wire.Entry) bool {
		now, right := reachable(entries), 0
		for i := range n {
			address := fmt.Sprintf("%s/sim%04d", r.Name(), i+1)
			if got, told := now[outbox.DeviceID(linktest.Gateway(), address)]; told && got == want {
				right++
			}
		}
		return right == n
	}
}

func TestDevicesOfARadioThatIsGoneAreOutOfReach(t *testing.T) {
	t.Parallel()
	cloud, dir := linktest.NewCloud(t), t.TempDir()
	gone := &fragile{house(t, simulated.Options{Devices: 2}), nil}
	first := start(t, cloud, dir, gone)
	cloud.Wait("they can be reached", reached(gone, 2, true))
	first.stop()
	start(t, cloud, dir)
	cloud.Wait("they cannot be reached", reached(gone, 2, false))
}

func TestAnAgentWhoseOutboxWasDamagedGoesOnAndSaysSo(t *testing.T) {
	t.Parallel()
	cloud, home, dir := linktest.NewCloud(t), house(t, simulated.Options{}), t.TempDir()
	r := start(t, cloud, dir, home)
	cloud.Wait("all devices", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 24 })
	r.stop()
	tear(t, filepath.Join(dir, outboxFile))
	start(t, cloud, dir, home)
	cloud.Wait("a gap, and all devices again", func(entries []wire.Entry) bool {
		return count(entries, wire.KindGap) == 1 && count(entries, wire.KindDevice) == 48
	})
	hellos := cloud.Hellos()
	if first, last := hellos[0], hellos[len(hellos)-1]; first.Outbox == last.Outbox || first.Gateway != last.Gateway {
		t.Errorf("outbox %s of %s, then %s of %s", first.Outbox, first.Gateway, last.Outbox, last.Gateway)
	}
	if cloud.Entries()[0].Device != idOf(home, "light") || described(cloud.Entries(), idOf(home, "light")) != 2 {
		t.Error("the lamp is another device now")
	}
}

// tear takes the end of an outbox away, as a card does that dies.
func tear(t *testing.T, path string) {
	t.Helper()
	for _, name := range []string{path, path + "-wal"} {
		if err := os.Truncate(name, 5000); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// described counts how often a device was described.
func described(entries []wire.Entry, id domain.DeviceID) int {
	n := 0
	for _, e := range entries {
		if e.Kind == wire.KindDevice && e.Device == id {
			n++
		}
	}
	return n
}

func TestTwoAgentsOfOneFolderDoNotGetInEachOthersWay(t *testing.T) {
	t.Parallel()
	cloud, dir := linktest.NewCloud(t), t.TempDir()
	start(t, cloud, dir)
	cloud.WaitSession(0)
	second, err := New(Options{Dir: dir, Server: cloud.URL})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Run(t.Context()); !errors.Is(err, errOpen) {
		t.Errorf("the second agent ends with %v", err)
	}
}
