package wire_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/domain/call"
	"logis/domain/thing"
	"logis/wire"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

var (
	home    = domain.HomeID{0x01, 0x8f, 15: 1}
	gateway = domain.GatewayID{0x01, 0x8f, 15: 2}
	device  = domain.DeviceID{0x01, 0x8f, 15: 3}
	command = domain.CommandID{0x01, 0x8f, 15: 4}
	ruleID  = domain.RuleID{0x01, 0x8f, 15: 5}
	nonce   = bytes.Repeat([]byte{0xab}, 32)
	hash    = bytes.Repeat([]byte{0xcd}, 32)
)

// fromCloud and fromEdge return frames of every type with every member filled,
// and some with as few as there may be, by the name of their golden file.
func fromCloud() map[string]wire.Frame {
	return map[string]wire.Frame{
		"challenge": &wire.Challenge{Nonce: nonce, TimeMS: 1772366400123, Versions: []int{2, 1}},
		"enrolled":  &wire.Enrolled{Gateway: gateway, Home: home},
		"welcome":   &wire.Welcome{Version: 1, Session: 7, Epoch: 2, Cursor: 41, TimeMS: 1772366400123, Head: wire.Head{Seq: 90, Hash: hash}},
		"welcome-certified": &wire.Welcome{
			Version: 2, Session: 7, Epoch: 2, Cursor: 41, TimeMS: 1772366400123, Head: wire.Head{Seq: 90, Hash: hash},
			Certificate: wire.Certificate{Serial: 2, BeginsMS: 1772366400000, EndsMS: 1780142400000},
		},
		"pending":     &wire.Pending{UntilMS: 1772367000123},
		"certificate": &wire.Certificate{Serial: 3, BeginsMS: 1772366400000, EndsMS: 1780142400000},
		"ack":         &wire.Ack{Cursor: 42, Head: wire.Head{Seq: 91, Hash: hash}},
		"bundle": &wire.Bundle{
			Version: 90, Part: 1, Parts: 2, Body: []byte(`"rules":[]}`), Key: nonce, Signature: bytes.Repeat([]byte{0xef}, 64),
		},
		"bundle-part": &wire.Bundle{Version: 90, Parts: 2, Body: []byte(`{"home":`)},
		"pong":        &wire.Pong{BootMS: 5000, TimeMS: 1772366400123},
		"command-set": &wire.Command{
			ID: command, Device: device, Class: thing.Comfort, Set: map[string]thing.Value{"onOff": `true`, "currentLevel": `40`},
			NotAfterMS: 1772366430000, DesiredVersion: 88, Session: 7,
		},
		"command-fade": &wire.Command{
			ID: command, Device: device, Class: thing.Comfort, Set: map[string]thing.Value{"currentLevel": `40`},
			NotAfterMS: 1772366430000, DesiredVersion: 88, Session: 7, TransitionMS: 20000,
		},
		"command-action": &wire.Command{
			ID: command, Device: device, Class: thing.Opening, Action: "unlockDoor", Input: `{"seconds":5}`,
			NotAfterMS: 1772366410000, DesiredVersion: 89, Session: 7,
		},
		"command-unbounded": &wire.Command{
			ID: command, Device: device, Class: thing.Config, Set: map[string]thing.Value{"systemMode": `"heat"`}, DesiredVersion: 90, Session: 7,
		},
		"go":            &wire.Go{Command: command, Nonce: nonce[:16]},
		"go-denied":     &wire.Go{Command: command, Nonce: nonce[:16], Denied: "not_allowed_any_more"},
		"call":          &wire.Call{ID: 3, Method: call.Logs, Params: jsontext.Value(`{"lines":200,"level":"warn"}`), NotAfterMS: 1772366415000},
		"configure":     &wire.Configure{Version: 91, Configuration: domain.Configuration{LogLevel: domain.LogDebug, OutboxMiB: 32, RadiosOff: []string{"zigbee"}}},
		"configure-own": &wire.Configure{Version: 92, Settled: true},
		"error":         &wire.Error{Code: domain.Invalid, Message: "values.onOff must be true or false", Entry: 42},
	}
}

func fromEdge() map[string]wire.Frame {
	return map[string]wire.Frame{
		"enrol": &wire.Enrol{Version: 1, Claim: nonce[:16], PublicKey: nonce, Proof: hash, Signature: bytes.Repeat([]byte{0xef}, 64)},
		"hello": &wire.Hello{
			Version: 1, Gateway: gateway, Outbox: "Q5", Acked: 41, Head: wire.Head{Seq: 90, Hash: hash}, Agent: "1.2.3",
			Signature: bytes.Repeat([]byte{0xef}, 64),
		},
		"hello-first": &wire.Hello{Version: 1, Gateway: gateway, Outbox: "Q5", Agent: "1.2.3", Signature: bytes.Repeat([]byte{0xef}, 64)},
		"hello-instance": &wire.Hello{
			Version: 2, Gateway: gateway, Outbox: "Q5", Agent: "1.2.3", Instance: "a1b2", Signature: bytes.Repeat([]byte{0xef}, 64),
		},
		"renew": &wire.Renew{
			Version: 2, Gateway: gateway, PublicKey: nonce, Signature: bytes.Repeat([]byte{0xef}, 64), NewSignature: bytes.Repeat([]byte{0xee}, 64),
		},
		"snapshot": &wire.Snapshot{AsOf: 41, Devices: wire.PresentList{
			{Device: device, Available: true, Values: map[string]thing.Value{"onOff": `false`, "activePower": `12.5`}, AtMS: 1772366399000},
			{Device: domain.DeviceID{15: 9}},
		}},
		"snapshot-empty": &wire.Snapshot{Devices: wire.PresentList{}},
		"entries": &wire.Entries{First: 42, Entries: wire.EntryList{
			{
				Kind: wire.KindDevice, AtMS: 1772366400000, Device: device, Address: "zigbee2mqtt/0x00158d0001", Model: "plug",
				Capabilities: []string{"battery", "tamper"}, Attributes: map[string]string{"manufacturer": "Ö & <Co>", "model": "P1"},
				Name: "Ofen \"klein\"", Room: "Küche",
			},
			{Kind: wire.KindRemoved, AtMS: 1772366400001, Device: device},
			{
				Kind: wire.KindReport, AtMS: 1772366400002, Device: device, Cause: command, Inferred: true,
				Values: map[string]thing.Value{"onOff": `true`, "activePower": `-0.5`},
			},
			{Kind: wire.KindSignal, AtMS: 1772366400003, Device: device, Event: "longPress", Data: `{"count":2,"position":1}`},
			{Kind: wire.KindReach, AtMS: 1772366400004, Device: device, Available: true},
			{Kind: wire.KindReach, AtMS: 1772366400005, Device: device},
			{Kind: wire.KindDelivered, AtMS: 1772366400006, Command: command},
			{
				Kind: wire.KindResult, AtMS: 1772366400007, Command: command, Device: device, Outcome: domain.Unknown, Reason: "crash",
				Observed: map[string]thing.Value{"lockState": `"notFullyLocked"`},
			},
			{Kind: wire.KindAct, AtMS: 1772366400008, Command: command, Device: device, Client: "c1", Values: map[string]thing.Value{"onOff": `true`}},
			{Kind: wire.KindAct, AtMS: 1772366400009, Command: command, Device: device, Client: "c1", Action: "goToLiftPercentage", Input: `40`},
			{Kind: wire.KindGap, To: 99, Reason: "full"},
		}},
		"entries-clock": &wire.Entries{First: 43, Entries: wire.EntryList{{Kind: wire.KindClock, AtMS: 1772366400000, ByMS: -7200000}}},
		"entries-rules": &wire.Entries{First: 44, Entries: wire.EntryList{
			{
				Kind: wire.KindPlaced, AtMS: 1772366400000, Bundle: 90, Anew: true, Reason: "damaged",
				Rules: []domain.PlacedRule{{Rule: ruleID, Version: 88}},
			},
			{Kind: wire.KindRule, AtMS: 1772366400001, Rule: ruleID, After: 43, Fact: "rule.fired", Body: jsontext.Value(`{"version":88,"trigger":0,"depth":1}`)},
			{
				Kind: wire.KindRule, AtMS: 1772366400001, Rule: ruleID, After: 45, Fact: "scene.activated", Scene: domain.SceneID{15: 6},
				Body: jsontext.Value(`{"version":80}`),
			},
			{
				Kind: wire.KindAct, AtMS: 1772366400002, Command: command, Device: device, Rule: ruleID, After: 45, Depth: 1,
				Values: map[string]thing.Value{"onOff": `true`},
			},
		}},
		"entries-fade": &wire.Entries{First: 48, Entries: wire.EntryList{
			{
				Kind: wire.KindAct, AtMS: 1772366400008, Command: command, Device: device, Client: "c1",
				Values: map[string]thing.Value{"currentLevel": `40`}, TransitionMS: 20000,
			},
		}},
		"entries-historic": &wire.Entries{First: 1, Historic: true, Entries: wire.EntryList{
			{Kind: wire.KindReport, Device: device, Values: map[string]thing.Value{"temperature": `21.37`}},
		}},
		"entries-configured": &wire.Entries{First: 53, Entries: wire.EntryList{
			{Kind: wire.KindConfigured, AtMS: 1772366400010, To: 91, Event: "applied"},
			{Kind: wire.KindConfigured, AtMS: 1772366400011, To: 92, Event: "rolled_back", Reason: "the radio zigbee does not run"},
		}},
		"answer":       &wire.Answer{ID: 3, Result: jsontext.Value(`{"lines":[],"cut":false}`)},
		"answer-empty": &wire.Answer{ID: 5, Result: jsontext.Value(`{}`)},
		"answer-error": &wire.Answer{ID: 4, Error: &wire.CallError{Code: domain.NotFound, Message: "there is no such client"}},
		"ping":         &wire.Ping{BootMS: 5000},
		"ready":        &wire.Ready{Command: command, Nonce: nonce[:16]},
		"error-bare":   &wire.Error{Code: domain.Internal, Message: "a fault of ours"},
	}
}

func TestEveryFrameHasItsGoldenBytes(t *testing.T) {
	t.Parallel()
	for name, f := range merged() {
		text, err := wire.Encode(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkGolden(t, name+".json", text)
	}
}

func merged() map[string]wire.Frame {
	all := fromCloud()
	for name, f := range fromEdge() {
		all[name] = f
	}
	return all
}

func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s\n is written %s\n but was    %s", name, got, want)
	}
}

func TestGoldenBytesAreReadAsTheFramesTheyWere(t *testing.T) {
	t.Parallel()
	for _, side := range []struct {
		frames map[string]wire.Frame
		decode func([]byte) (wire.Frame, error)
	}{
		{fromCloud(), wire.DecodeFromCloud}, {fromEdge(), wire.DecodeFromEdge},
	} {
		for name, want := range side.frames {
			text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := side.decode(text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s is read as another frame (-want +got):\n%s", name, diff)
			}
		}
	}
}

// Each end takes only what the other may send. An error frame goes both ways.
func TestEachEndTakesOnlyWhatTheOtherSends(t *testing.T) {
	t.Parallel()
	for _, side := range []struct {
		frames map[string]wire.Frame
		decode func([]byte) (wire.Frame, error)
	}{
		{fromEdge(), wire.DecodeFromCloud}, {fromCloud(), wire.DecodeFromEdge},
	} {
		for name, f := range side.frames {
			text, err := wire.Encode(f)
			if err != nil {
				t.Fatal(err)
			}
			got, err := side.decode(text)
			if f.FrameType() == "error" {
				if diff := cmp.Diff(f, got); diff != "" || err != nil {
					t.Errorf("%s: %v\n%s", name, err, diff)
				}
				continue
			}
			if want := `bad frame: type "` + f.FrameType() + `" is not one this end takes`; err == nil || err.Error() != want {
				t.Errorf("%s is taken from the wrong end as %#v (%v)", name, got, err)
			}
		}
	}
}

func TestEveryTypeOfFrameHasAGoldenFile(t *testing.T) {
	t.Parallel()
	var source []byte
	for _, file := range []string{"frames.go", "keys.go", "call.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source = append(source, text...)
	}
	types := 0
	for line := range strings.Lines(string(source)) {
		_, rest, ok := strings.Cut(line, `FrameType() string`)
		if !ok || !strings.Contains(rest, "return") {
			continue
		}
		types++
		name := strings.Split(rest, `"`)[1]
		if !slices.ContainsFunc(frames(merged()), func(f wire.Frame) bool { return f.FrameType() == name }) {
			t.Errorf("a %s frame has no golden file", name)
		}
	}
	if types != 21 {
		t.Errorf("%d types of frames were found", types)
	}
}

func frames(byName map[string]wire.Frame) []wire.Frame {
	var all []wire.Frame
	for _, f := range byName {
		all = append(all, f)
	}
	return all
}

// What both ends sign and prove must never change under a version.
func TestWhatIsSignedHasItsGoldenBytes(t *testing.T) {
	t.Parallel()
	cloud := bytes.Repeat([]byte{0x11}, 32)
	signed := map[string][]byte{
		"hello-signed":          fromEdge()["hello"].(*wire.Hello).SigningBytes(cloud),
		"hello-first-signed":    fromEdge()["hello-first"].(*wire.Hello).SigningBytes(cloud),
		"hello-instance-signed": fromEdge()["hello-instance"].(*wire.Hello).SigningBytes(cloud),
		"renew-signed":          fromEdge()["renew"].(*wire.Renew).SigningBytes(cloud),
		"enrol-signed":          fromEdge()["enrol"].(*wire.Enrol).SigningBytes(cloud),
		"enrol-proof":           wire.EnrolProof([16]byte{1, 2, 3}, cloud, nonce),
	}
	for name, data := range signed {
		checkGolden(t, name+".hex", []byte(hex.EncodeToString(data)+"\n"))
	}
}
