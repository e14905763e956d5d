package domain

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// FactSchema is the version of the JSON that EncodeFact writes. A fact whose
// JSON changes meaning gets a new type name; one that only grows keeps both.
const FactSchema = 1

// ErrUnknownEventType is wrapped by DecodeFact for a type this build does not
// know: the log was written by a newer one.
var ErrUnknownEventType = errors.New("unknown event type")

// EncodeFact returns the exact bytes to store.
func EncodeFact(f Fact) ([]byte, error) {
	reported, ok := f.(DeviceReported)
	if !ok {
		return marshal(f)
	}
	a := appender{b: make([]byte, 0, usualFact)}
	reported.appendJSON(&a)
	if a.err != nil {
		return nil, fmt.Errorf("encode %s: %w", f.EventType(), a.err)
	}
	return a.b, nil
}

// usualFact is how many bytes a report of one value takes, about.
const usualFact = 64

// DecodeFact reads stored bytes of any released type and schema, upcast to the
// present Go type. The error may wrap ErrUnknownEventType.
func DecodeFact(eventType string, schema int, data []byte) (Fact, error) {
	decode, ok := decoders()[eventType]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnknownEventType, eventType)
	}
	if schema < 1 || schema > FactSchema {
		return nil, fmt.Errorf("%w: %s in schema %d", ErrUnknownEventType, eventType, schema)
	}
	if eventType == (DeviceReported{}).EventType() {
		if fact, ok := cutReported(data); ok {
			return fact, nil
		}
	}
	fact, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", eventType, err)
	}
	return fact, nil
}

// EventTypes returns every stored name in order.
func EventTypes() []string { return slices.Sorted(maps.Keys(decoders())) }

type decoder func(data []byte) (Fact, error)

// decoders lists every fact once; the golden samples in testdata/events prove
// that none is missing.
//
//nolint:gochecknoglobals // a table that is made once and never changes
var decoders = sync.OnceValue(func() map[string]decoder {
	all := map[string]decoder{}
	add[HomeCreated](all)
	add[HomeRenamed](all)
	add[MemberInvited](all)
	add[MemberUninvited](all)
	add[MemberJoined](all)
	add[MemberChanged](all)
	add[MemberRemoved](all)
	add[MemberLeft](all)
	add[MemberErased](all)
	add[RoomAdded](all)
	add[RoomRenamed](all)
	add[RoomRemoved](all)
	add[GatewayEnrolled](all)
	add[GatewayConnected](all)
	add[GatewayDisconnected](all)
	add[GatewayRefused](all)
	add[GatewayKeyCertified](all)
	add[GatewaySuspended](all)
	add[GatewayClaimExhausted](all)
	add[GatewayRevoked](all)
	add[GatewayGapRecorded](all)
	add[GatewayClockStepped](all)
	add[GatewayEntryRefused](all)
	add[GatewayConfigured](all)
	add[GatewayConfigurationApplied](all)
	add[GatewayConfigurationRolledBack](all)
	add[GatewayPairingOpened](all)
	add[GatewayPairingClosed](all)
	add[GatewayCommissioningBegun](all)
	add[GatewayClientEnded](all)
	add[HistoryRegressed](all)
	add[DeviceRegistered](all)
	add[DevicePlaced](all)
	add[DeviceRenamed](all)
	add[DeviceRemoved](all)
	add[DeviceReported](all)
	add[DeviceSignalled](all)
	add[DeviceAvailabilityChanged](all)
	add[CommandRequested](all)
	add[CommandSent](all)
	add[CommandDelivered](all)
	add[CommandAnsweredLate](all)
	addRules(all)
	addEnergy(all)
	addPast(all)
	for _, outcome := range Outcomes() {
		all[CommandEnded{Outcome: outcome}.EventType()] = func(data []byte) (Fact, error) {
			ended := CommandEnded{Outcome: outcome}
			err := json.Unmarshal(data, &ended)
			return ended, err
		}
	}
	return all
})

func add[F Fact](all map[string]decoder) {
	var zero F
	all[zero.EventType()] = func(data []byte) (Fact, error) {
		var fact F
		err := json.Unmarshal(data, &fact)
		return fact, err
	}
}

// addRules lists the facts of rules, scenes and modes.
func addRules(all map[string]decoder) {
	add[HomeLocated](all)
	add[HomeModeChanged](all)
	add[ModeAdded](all)
	add[ModeRenamed](all)
	add[ModeRemoved](all)
	add[MemberPresenceChanged](all)
	add[PolicyEdited](all)
	add[RuleEdited](all)
	add[RuleRenamed](all)
	add[RuleEnabled](all)
	add[RuleDisabled](all)
	add[RuleRemoved](all)
	add[RulePlaced](all)
	add[RuleGranted](all)
	add[RuleFired](all)
	add[RuleWaited](all)
	add[RuleWaitEnded](all)
	add[RuleFailed](all)
	add[RuleCut](all)
	add[NoticeRaised](all)
	add[GatewayRulesOffered](all)
	add[GatewayRulesTaken](all)
	add[SceneEdited](all)
	add[SceneRenamed](all)
	add[SceneRemoved](all)
	add[SceneActivated](all)
	add[TestEdited](all)
	add[TestRemoved](all)
	add[WebhookEdited](all)
	add[WebhookRenamed](all)
	add[WebhookStarted](all)
	add[WebhookStopped](all)
	add[WebhookRemoved](all)
	add[WebhookCalled](all)
	add[NotificationSent](all)
	add[NotificationFailed](all)
}
