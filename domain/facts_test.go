package domain_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

var sampleCommand = domain.CommandID{0x01, 0x8f, 15: 30}

// presentFacts returns a fact of every type with every member filled, by the name
// of the file that stores it.
func presentFacts() map[string]domain.Fact {
	facts := map[string]domain.Fact{
		"home.created@1":  domain.HomeCreated{TimeZone: "Asia/Dhaka"},
		"home.renamed@1":  domain.HomeRenamed{},
		"member.joined@1": domain.MemberJoined{Person: founder, Role: domain.Owner},
		"member.joined@1.invited": domain.MemberJoined{
			Person: domain.PersonID{9}, Role: domain.Guest, Scope: sampleScope(), Invitation: domain.InvitationID{8},
		},
		"member.invited@1":    domain.MemberInvited{Role: domain.Guest, Scope: sampleScope()},
		"member.uninvited@1":  domain.MemberUninvited{},
		"member.changed@1":    domain.MemberChanged{Person: founder, Role: domain.Admin, Scope: sampleScope()},
		"member.removed@1":    domain.MemberRemoved{Person: founder},
		"member.left@1":       domain.MemberLeft{Person: founder},
		"member.erased@1":     domain.MemberErased{Person: founder},
		"room.added@1":        domain.RoomAdded{},
		"room.renamed@1":      domain.RoomRenamed{},
		"room.removed@1":      domain.RoomRemoved{},
		"gateway.enrolled@1":  domain.GatewayEnrolled{KeyFingerprint: strings.Repeat("0f", 32)},
		"gateway.connected@1": domain.GatewayConnected{Session: 7, Replica: "a1", Epoch: 2, Outbox: "Q5", Version: "1.2.3"},
		"command.requested@1.local": domain.CommandRequested{
			Command: commandID(1), Gateway: domain.GatewayID{1}, Class: thing.Comfort, Set: map[string]thing.Value{"onOff": "true"},
			DeadlineMS: 1772370000000, Local: true,
		},
		"gateway.revoked@1":         domain.GatewayRevoked{},
		"gateway.refused@1":         domain.GatewayRefused{KeyFingerprint: strings.Repeat("0f", 32)},
		"gateway.key_certified@1":   domain.GatewayKeyCertified{KeyFingerprint: strings.Repeat("0f", 32), Serial: 2, EndsMS: 1772366400123},
		"gateway.suspended@1":       domain.GatewaySuspended{Reason: domain.KeyCloned},
		"gateway.claim_exhausted@1": domain.GatewayClaimExhausted{Tries: 5},
		"gateway.disconnected@1":    domain.GatewayDisconnected{Session: 7, Reason: "connection_lost"},
		"gateway.clock_stepped@1":   domain.GatewayClockStepped{ByMS: -7200000},
		"gateway.gap_recorded@1":    domain.GatewayGapRecorded{From: 5, To: 9, Count: 5, Reason: "full"},
		"gateway.entry_refused@1":   domain.GatewayEntryRefused{Code: domain.Invalid, Detail: "values.x is not a property", Entry: `{"kind":"report"}`},
		"home.history_regressed@1":  domain.HistoryRegressed{WitnessedSeq: 90, WitnessedHash: strings.Repeat("a0", 32), EdgeSeq: 12},
		"device.placed@1":           domain.DevicePlaced{Room: domain.RoomID{0x01, 0x8f, 15: 40}},
		"device.placed@1.nowhere":   domain.DevicePlaced{},
		"device.renamed@1":          domain.DeviceRenamed{},
		"device.removed@1":          domain.DeviceRemoved{},
		"device.registered@1.plain": domain.DeviceRegistered{Address: "simulated/lamp", Kind: "light"},
		"gateway.configured@1": domain.GatewayConfigured{Configuration: domain.Configuration{
			LogLevel: domain.LogDebug, OutboxMiB: 32, RadiosOff: []string{"zigbee"},
		}},
		"gateway.configured@1.plain":          domain.GatewayConfigured{},
		"gateway.configuration_applied@1":     domain.GatewayConfigurationApplied{Version: 90},
		"gateway.configuration_rolled_back@1": domain.GatewayConfigurationRolledBack{Version: 90, Reason: "the radio zigbee does not run"},
		"gateway.pairing_opened@1":            domain.GatewayPairingOpened{Radio: "zigbee", Seconds: 254},
		"gateway.pairing_closed@1":            domain.GatewayPairingClosed{Radio: "zigbee"},
		"gateway.commissioning_begun@1":       domain.GatewayCommissioningBegun{Radio: "matter"},
		"gateway.client_ended@1":              domain.GatewayClientEnded{Client: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		"device.registered@1": domain.DeviceRegistered{
			Address: "zigbee2mqtt/0x00158d0001", Kind: "plug", Capabilities: []string{"battery", "tamper"},
			Attributes: map[string]string{"manufacturer": "Ö & <Co>", "model": "P1"},
		},
		"device.reported@1": domain.DeviceReported{Values: map[string]thing.Value{
			"onOff": `true`, "activePower": `-12.5`, "lockState": `"notFullyLocked"`, "linkQuality": `0`,
		}},
		"device.reported@1.escaped": domain.DeviceReported{Values: map[string]thing.Value{
			"text": `"<é\n\"\u0001>"`, "object": `{"a":[1,null],"b":1e+21}`, "nothing": `null`, `a"b\c`: `1e-7`, "né": `2`,
		}},
		"device.reported@1.empty":         domain.DeviceReported{Values: map[string]thing.Value{}},
		"device.reported@1.none":          domain.DeviceReported{},
		"device.signalled@1":              domain.DeviceSignalled{Event: "multiPressComplete", Data: `{"count":2,"position":1}`},
		"device.signalled@1.bare":         domain.DeviceSignalled{Event: "motionSeen"},
		"device.availability_changed@1":   domain.DeviceAvailabilityChanged{Available: true},
		"command.sent@1":                  domain.CommandSent{Command: sampleCommand, Session: 7},
		"command.delivered@1":             domain.CommandDelivered{Command: sampleCommand},
		"command.answered_late@1":         domain.CommandAnsweredLate{Command: sampleCommand, Outcome: domain.Failed, Reason: "jammed"},
		"command.answered_late@1.deliver": domain.CommandAnsweredLate{Command: sampleCommand, Outcome: domain.Outcome(domain.Delivered)},
		"command.requested@1": domain.CommandRequested{
			Command: sampleCommand, Gateway: gateway, Class: thing.Comfort,
			Set: map[string]thing.Value{"onOff": `true`, "currentLevel": `40`}, DeadlineMS: 1772366430000,
		},
		"command.requested@1.fade": domain.CommandRequested{
			Command: sampleCommand, Gateway: gateway, Class: thing.Comfort,
			Set: map[string]thing.Value{"onOff": `true`, "currentLevel": `40`}, DeadlineMS: 1772366430000, TransitionMS: 20000,
		},
		"command.requested@1.action": domain.CommandRequested{
			Command: sampleCommand, Gateway: gateway, Class: thing.Securing, Action: "lockDoor",
			Desires: set("lockState", `"locked"`), DeadlineMS: 1772366460000,
		},
		"command.requested@1.token": domain.CommandRequested{
			Command: sampleCommand, Gateway: gateway, Class: thing.Comfort, Set: set("onOff", `true`), DeadlineMS: 1, Token: domain.EntityID{15: 9},
		},
		"command.requested@1.input": domain.CommandRequested{
			Command: sampleCommand, Gateway: gateway, Class: thing.Opening, Action: "unlockDoor", Input: `{"seconds":5}`, DeadlineMS: 1,
		},
		"command.requested@1.unbounded": domain.CommandRequested{
			Command: sampleCommand, Gateway: gateway, Class: thing.Config, Set: set("occupiedHeatingSetpoint", `20.5`),
		},
	}
	maps.Copy(facts, ruleFacts())
	maps.Copy(facts, energyFacts())
	maps.Copy(facts, pastFacts())
	for _, outcome := range domain.Outcomes() {
		facts["command."+string(outcome)+"@1"] = domain.CommandEnded{
			Command: sampleCommand, Outcome: outcome, Reason: "because", Observed: set("onOff", `false`), By: domain.CommandID{15: 31},
		}
		facts["command."+string(outcome)+"@1.plain"] = domain.CommandEnded{Command: sampleCommand, Outcome: outcome}
	}
	return facts
}

// writeSamples stores all facts. What it changes in a released file is a mistake.
func writeSamples(t *testing.T) {
	t.Helper()
	for name, fact := range presentFacts() {
		data, err := domain.EncodeFact(fact)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(samplesDir, name+".json"), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheSampleOfEachFactIsStoredUnderItsType(t *testing.T) {
	t.Parallel()
	for name, fact := range presentFacts() {
		if eventType, _, _ := strings.Cut(name, "@"); eventType != fact.EventType() {
			t.Errorf("%s holds a %s", name, fact.EventType())
		}
		if _, err := os.Stat(filepath.Join(samplesDir, name+".json")); err != nil {
			t.Errorf("run with -update: %v", err)
		}
	}
}
