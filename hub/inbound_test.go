package hub_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
	"logis/wire/wiretest"
)

func TestAnEntryNobodyUnderstandsIsKeptAndTheOutboxGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	bad := []wire.Entry{
		wiretest.Report(lamp, time.Now(), map[string]thing.Value{"currentLevel": "101"}),
		wiretest.Report(domain.DeviceID{1}, time.Now(), on("true")),
		{Kind: "riddle"},
		{Kind: wire.KindSignal, Device: lamp, Event: "sneezed"},
		{Kind: wire.KindResult, Device: lamp, Outcome: "maybe"},
	}
	b.send(t, s, 2, append(bad, wiretest.Report(lamp, time.Now(), on("true")))...)
	refused := b.events(t, "gateway.entry_refused")
	if len(refused) != len(bad) {
		t.Fatalf("%d entries refused, want %d", len(refused), len(bad))
	}
	var fact domain.GatewayEntryRefused
	if err := json.Unmarshal(refused[0].Data, &fact); err != nil {
		t.Fatal(err)
	}
	if fact.Code != domain.Invalid || !strings.Contains(fact.Detail, "from 0 to 100 percent") || !strings.Contains(fact.Entry, "101") {
		t.Errorf("the first says %+v", fact)
	}
	if len(b.events(t, "device.reported")) != 1 {
		t.Error("the good report behind them is missing")
	}
}

func TestARefusedEntryLeavesNoWordsOfPeopleInTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	b.send(t, s, 2, wire.Entry{
		Kind: wire.KindDevice, Device: lamp, Address: "sim/lamp", Model: "riddle", Name: "Anna's lamp", Room: "Anna's room",
	})
	refused := b.events(t, "gateway.entry_refused")
	if len(refused) != 1 {
		t.Fatalf("%d entries refused, want 1", len(refused))
	}
	if text := string(refused[0].Data); strings.Contains(text, "Anna") || !strings.Contains(text, "riddle") {
		t.Errorf("the log keeps %s", text)
	}
}
