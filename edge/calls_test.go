package edge

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/call"
	"logis/domain/thing"
	"logis/edge/link/linktest"
	"logis/edge/local"
	"logis/edge/logring"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/edge/radio/zigbee2mqtt"
	"logis/wire"
)

// withCodes is a radio that lets a device in once the test says how it ended.
type withCodes struct {
	*simulated.Home
	codes, ends chan string
}

func (withCodes) Name() string { return "codes" }

func (r withCodes) Commission(ctx context.Context, code string) error {
	r.codes <- code
	select {
	case <-ctx.Done():
		return ctx.Err()
	case why := <-r.ends:
		if why != "" {
			return errors.New(why)
		}
		return nil
	}
}

// startWith runs an agent whose options a test has changed.
func startWith(t *testing.T, o Options) *Agent {
	t.Helper()
	agent, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- agent.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return agent
}

// optionsFor are those of an agent of the cloud.
func optionsFor(t *testing.T, cloud *linktest.Cloud, radios ...radio.Radio) Options {
	t.Helper()
	return Options{
		Dir: t.TempDir(), Server: cloud.URL, Claim: cloud.Claim.String(), Radios: radios, Version: "test",
		ReconnectMax: 20 * time.Millisecond, Trial: 50 * time.Millisecond,
	}
}

func refused(t *testing.T, err *wire.CallError, code domain.Code, says string) {
	t.Helper()
	if err == nil || err.Code != code || !strings.Contains(err.Message, says) {
		t.Errorf("refused with %+v, want %s and %q", err, code, says)
	}
}

func TestTheCloudLetsDevicesIn(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{Devices: 1})
	codes := withCodes{house(t, simulated.Options{Devices: 1}), make(chan string), make(chan string)}
	startWith(t, optionsFor(t, cloud, home, codes))
	cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 2 })

	var state call.PairingState
	cloud.Ask(call.Pairing, call.Nothing{}, &state)
	if r := state.Radios; len(r) != 2 || !r[0].Opens || r[0].Codes || r[0].LeftMS != 0 || !r[1].Codes || r[1].Joining != "" {
		t.Errorf("at first %+v", state)
	}
	if err := cloud.Ask(call.OpenPairing, call.PairingWindow{Radio: "simulated", Seconds: 254}, &state); err != nil {
		t.Fatal(err)
	}
	if left := state.Radios[0].LeftMS; left <= 0 || left > 254_000 {
		t.Errorf("open for %d ms", left)
	}
	if err := cloud.Ask(call.OpenPairing, call.PairingWindow{Radio: "simulated"}, &state); err != nil || state.Radios[0].LeftMS != 0 {
		t.Errorf("closed: %v, %+v", err, state)
	}
	refused(t, cloud.Ask(call.OpenPairing, call.PairingWindow{Radio: "simulated", Seconds: 255}, &state), domain.Invalid, "254")
	refused(t, cloud.Ask(call.OpenPairing, call.PairingWindow{Radio: "none", Seconds: 1}, &state), domain.Invalid, "radio")
	refused(t, cloud.Ask(call.Commission, call.CommissionOrder{Radio: "simulated", Code: "1"}, &state), domain.Invalid, "takes no codes")
	refused(t, cloud.Ask(call.Commission, call.CommissionOrder{Radio: "codes"}, &state), domain.Invalid, "code")

	for why, stage := range map[string]call.Joining{"": call.JoiningDone, "it is out of reach": call.JoiningFailed} {
		order := call.CommissionOrder{Radio: "codes", Code: "34970112332"}
		for range 2 { // a repetition does not begin anew
			if err := cloud.Ask(call.Commission, order, &state); err != nil || state.Radios[1].Joining != call.JoiningRuns {
				t.Fatalf("%v, %+v", err, state)
			}
		}
		if code := <-codes.codes; code != order.Code {
			t.Errorf("the radio is given %q", code)
		}
		refused(t, cloud.Ask(call.Commission, call.CommissionOrder{Radio: "codes", Code: "2"}, &state), domain.Conflict, "wait")
		codes.ends <- why
		for state.Radios[1].Joining == call.JoiningRuns {
			cloud.Ask(call.Pairing, call.Nothing{}, &state)
		}
		if r := state.Radios[1]; r.Joining != stage || r.Problem != why {
			t.Errorf("it ended as %+v", r)
		}
	}
}

func TestTheCloudSeesAndEndsLocalClients(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	o := optionsFor(t, cloud, house(t, simulated.Options{Devices: 1}))
	startWith(t, o)
	cloud.WaitSession(0)
	panel, token, err := local.AddClient(o.Dir, "Kitchen panel", true)
	if err != nil {
		t.Fatal(err)
	}
	var list call.ClientList
	if err := cloud.Ask(call.Clients, call.Nothing{}, &list); err != nil || len(list.Clients) != 1 ||
		list.Clients[0].ID != panel.ID || list.Clients[0].Name != "Kitchen panel" || !list.Clients[0].Opens {
		t.Fatalf("%v, %+v", err, list)
	}
	for _, id := range []string{"Kitchen panel", strings.Repeat("A", 26), "../identity", ""} {
		refused(t, cloud.Ask(call.EndClient, call.ClientEnd{ID: id}, &call.Nothing{}), domain.NotFound, "no such client")
	}
	if err := cloud.Ask(call.EndClient, call.ClientEnd{ID: panel.ID}, &call.Nothing{}); err != nil {
		t.Fatal(err)
	}
	if left, err := local.Clients(o.Dir); err != nil || len(left) != 0 {
		t.Errorf("%v are left (%v); the token was %d long", left, err, len(token))
	}
}

func TestTheCloudReadsTheLog(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	o := optionsFor(t, cloud, house(t, simulated.Options{Devices: 1}))
	ring, err := logring.Open(o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ring.Close() })
	o.LogLevel = new(slog.LevelVar)
	o.Log = slog.New(slog.NewTextHandler(io.MultiWriter(ring, io.Discard), &slog.HandlerOptions{Level: o.LogLevel}))
	startWith(t, o)
	cloud.WaitSession(0)
	for range call.MaxLines {
		o.Log.Info("everyday", "text", strings.Repeat("x", 100))
	}
	o.Log.Debug("not written")
	o.Log.Warn("careful")
	o.Log.Error("it broke")

	var page call.LogPage
	if err := cloud.Ask(call.Logs, call.LogsQuery{Lines: 3}, &page); err != nil || len(page.Lines) != 3 || !page.Cut {
		t.Fatalf("%v, %+v", err, page)
	}
	if err := cloud.Ask(call.Logs, call.LogsQuery{Lines: 1, Level: domain.LogError}, &page); err != nil || len(page.Lines) != 1 {
		t.Fatalf("%v, %+v", err, page)
	}
	last := page.Lines[0]
	if last.Level != domain.LogError || last.Text != `msg="it broke"` || time.Since(time.UnixMilli(last.AtMS)) > time.Minute {
		t.Errorf("%+v", last)
	}
	if err := cloud.Ask(call.Logs, call.LogsQuery{Lines: 500, Level: domain.LogWarn}, &page); err != nil || len(page.Lines) != 2 || page.Cut {
		t.Errorf("%v, %+v", err, page)
	}
	since := time.Now().Add(time.Hour).UnixMilli()
	if err := cloud.Ask(call.Logs, call.LogsQuery{Lines: 5, SinceMS: since}, &page); err != nil || len(page.Lines) != 0 {
		t.Errorf("%v, %+v", err, page)
	}
	for range call.MaxLines {
		o.Log.Info("long", "text", strings.Repeat(`"`, 2000))
	}
	if err := cloud.Ask(call.Logs, call.LogsQuery{Lines: call.MaxLines}, &page); err != nil || len(page.Lines) < 10 || !page.Cut {
		t.Errorf("%v, %d lines", err, len(page.Lines))
	}
	refused(t, cloud.Ask(call.Logs, call.LogsQuery{Lines: 501}, &page), domain.Invalid, "500")
	refused(t, cloud.Ask(call.Logs, call.LogsQuery{Lines: 1, Level: "loud"}, &page), domain.Invalid, "level")
	refused(t, cloud.Ask(call.Logs, map[string]any{"lines": 1, "file": "/etc/passwd"}, &page), domain.Invalid, "not understood")
	refused(t, cloud.Ask("reboot", call.Nothing{}, &page), domain.Conflict, "too old")
}

// Nothing that is asked by a call moves a device.
func TestNoCallMovesADevice(t *testing.T) {
	t.Parallel()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{})
	startWith(t, optionsFor(t, cloud, home))
	cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 24 })
	for _, method := range call.Methods() {
		for _, params := range []any{
			call.Nothing{}, map[string]any{"device": idOf(home, "lock"), "action": "unlockDoor"},
			call.LogsQuery{Lines: 1}, call.PairingWindow{Radio: "simulated", Seconds: 1},
		} {
			cloud.Ask(method, params, &struct{}{})
		}
	}
	if acted := home.Actuations(); len(acted) != 0 {
		t.Errorf("%+v", acted)
	}
}

// told waits until so many configurations are settled and returns the newest entry.
func told(cloud *linktest.Cloud, n int) wire.Entry {
	var all []wire.Entry
	cloud.Wait("a configuration is settled", func(entries []wire.Entry) bool {
		all = linktest.Configured(entries)
		return len(all) >= n
	})
	return all[n-1]
}

func TestAConfigurationIsAppliedWithoutARestart(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	o := optionsFor(t, cloud, house(t, simulated.Options{Devices: 3}))
	o.LogLevel = new(slog.LevelVar)
	agent := startWith(t, o)
	cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 3 })
	cloud.Configure(11, domain.Configuration{LogLevel: domain.LogDebug, OutboxMiB: 5, RadiosOff: []string{"simulated"}})
	if e := told(cloud, 1); e.To != 11 || e.Event != "applied" {
		t.Errorf("%+v", e)
	}
	s := agent.Status(t.Context())
	if o.LogLevel.Level() != slog.LevelDebug || s.Outbox.MaxBytes != 5<<20 || !s.Radios[0].Off || s.Configuration.Version != 11 {
		t.Errorf("level %v, %+v", o.LogLevel.Level(), s)
	}
	cloud.Wait("nothing can be reached", func(entries []wire.Entry) bool {
		gone := map[domain.DeviceID]bool{}
		for _, e := range entries {
			if e.Kind == wire.KindReach {
				gone[e.Device] = !e.Available
			}
		}
		n := 0
		for _, g := range gone {
			if g {
				n++
			}
		}
		return n == 3
	})
	var state call.PairingState
	refused(t, cloud.Ask(call.OpenPairing, call.PairingWindow{Radio: "simulated", Seconds: 9}, &state), domain.Conflict, "switched off")
	cloud.Configure(12, domain.Configuration{})
	if e := told(cloud, 2); e.To != 12 || e.Event != "applied" {
		t.Errorf("%+v", e)
	}
	if s := agent.Status(t.Context()); o.LogLevel.Level() != slog.LevelInfo || s.Outbox.MaxBytes != 64<<20 || s.Radios[0].Off {
		t.Errorf("level %v, %+v", o.LogLevel.Level(), s)
	}
}

func TestABadConfigurationIsRolledBack(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	zigbee, err := zigbee2mqtt.New(zigbee2mqtt.Options{Broker: "mqtt://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	o := optionsFor(t, cloud, house(t, simulated.Options{Devices: 1}), zigbee)
	o.Trial = 3 * time.Second // it ends when the broker has refused once
	agent := startWith(t, o)
	cloud.WaitSession(0)
	for i, c := range []struct {
		wanted domain.Configuration
		says   string
	}{
		{domain.Configuration{RadiosOff: []string{"bluetooth"}}, "no radio"},
		{domain.Configuration{OutboxMiB: domain.MaxOutboxMiB + 1}, "must be from"},
	} {
		cloud.Configure(domain.Seq(i+1), c.wanted)
		if e := told(cloud, i+1); e.To != int64(i+1) || e.Event != "rolled_back" || !strings.Contains(e.Reason, c.says) {
			t.Errorf("%+v is told as %+v", c.wanted, e)
		}
	}
	// The radio without a broker is switched off, which is well, and then on.
	agent.keeper.Offer(3, domain.Configuration{RadiosOff: []string{zigbee.Name()}}, false)
	agent.keeper.Offer(3, domain.Configuration{RadiosOff: []string{zigbee.Name()}}, false)
	if e := told(cloud, 3); e.Event != "applied" {
		t.Fatalf("%+v", e)
	}
	cloud.Configure(4, domain.Configuration{OutboxMiB: 7})
	if e := told(cloud, 4); e.Event != "rolled_back" || !strings.Contains(e.Reason, "the radio zigbee does not run") {
		t.Errorf("%+v", e)
	}
	if s := agent.Status(t.Context()); s.Outbox.MaxBytes != 64<<20 || !s.Radios[1].Off || s.Configuration.Version != 3 {
		t.Errorf("%+v", s)
	}
}

// An outbox smaller than what waits would drop it: such a wish is refused, and
// nothing is lost.
func TestAQuotaBelowWhatIsUsedIsRolledBack(t *testing.T) {
	t.Parallel()
	cloud := newUnpluggable(t)
	home := house(t, simulated.Options{Devices: 1})
	agent := startWith(t, optionsFor(t, cloud.Cloud, home))
	cloud.Wait("the device", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 1 })
	session := cloud.WaitSession(0)
	cloud.gone.Store(true)
	cloud.Cut()
	sink := agent.box().Sink("simulated")
	for range 300 {
		err := sink.Signal(t.Context(), radio.Signal{
			Address: home.Address("light"), Event: "x", Data: thing.Value(`"` + strings.Repeat("x", 4000) + `"`),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	cloud.Configure(5, domain.Configuration{OutboxMiB: 1}) // while it is away
	agent.keeper.Offer(5, domain.Configuration{OutboxMiB: 1}, false)
	cloud.gone.Store(false)
	cloud.WaitSession(session)
	if e := told(cloud.Cloud, 1); e.To != 5 || e.Event != "rolled_back" || !strings.Contains(e.Reason, "waits for the cloud") {
		t.Errorf("%+v", e)
	}
	if n := count(cloud.Entries(), wire.KindGap); n != 0 {
		t.Errorf("%d gaps", n)
	}
}

// What was wanted while the gateway was away is told in the next session.
func TestAConfigurationReachesAGatewayThatWasAway(t *testing.T) {
	t.Parallel()
	cloud := newUnpluggable(t)
	agent := startWith(t, optionsFor(t, cloud.Cloud, house(t, simulated.Options{Devices: 1})))
	session := cloud.WaitSession(0)
	cloud.gone.Store(true)
	cloud.Cut()
	cloud.Configure(5, domain.Configuration{OutboxMiB: 9})
	cloud.gone.Store(false)
	cloud.WaitSession(session)
	if e := told(cloud.Cloud, 1); e.To != 5 || e.Event != "applied" || agent.Status(t.Context()).Outbox.MaxBytes != 9<<20 {
		t.Errorf("%+v", e)
	}
}

// Killed while it tries a configuration, the agent starts with the one before and
// says so.
func TestAnAgentKilledInATrialGoesBack(t *testing.T) {
	t.Parallel()
	cloud, dir := linktest.NewCloud(t), t.TempDir()
	child := newChild(t, cloud, dir, filepath.Join(t.TempDir(), "oracle"))
	child.start(0)
	session := cloud.WaitSession(0)
	cloud.Configure(3, domain.Configuration{OutboxMiB: 5})
	onTrial := func() bool {
		text, err := os.ReadFile(filepath.Join(dir, keeperFile))
		return err == nil && strings.Contains(string(text), `"trial"`)
	}
	for look := time.NewTicker(time.Millisecond); !onTrial(); <-look.C {
	}
	child.kill()
	child.start(0)
	cloud.WaitSession(session)
	if e := told(cloud, 1); e.To != 3 || e.Event != "rolled_back" || !strings.Contains(e.Reason, "ended") {
		t.Errorf("%+v", e)
	}
}
