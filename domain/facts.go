package domain

import "logis/domain/thing"

// Facts about the home itself. Names of homes, rooms and devices are words
// people chose: they stand beside the log, not in it (eventstore.Words).
type (
	// HomeCreated is the first event of every home.
	HomeCreated struct {
		TimeZone string `json:"time_zone"` // IANA name
	}
	// HomeRenamed says that the home has a new name.
	HomeRenamed struct{}
	// MemberJoined says that a person belongs to the home.
	MemberJoined struct {
		Person     PersonID     `json:"person"`
		Role       Role         `json:"role"`
		Scope      Scope        `json:"scope,omitzero"`
		Invitation InvitationID `json:"invitation,omitzero"` // that was used; none for the founder
	}
	// RoomAdded says that the home has a room.
	RoomAdded struct{}
	// RoomRenamed says that a room has a new name.
	RoomRenamed struct{}
	// RoomRemoved says that a room is gone; its devices are in no room.
	RoomRemoved struct{}
)

// Facts about gateways.
type (
	// GatewayEnrolled says that a gateway may speak for the home.
	GatewayEnrolled struct {
		KeyFingerprint string `json:"key_fingerprint"` // SHA-256 of its public key, hex
	}
	// GatewayConnected says that a gateway has a live session.
	GatewayConnected struct {
		Session int64  `json:"session"` // rises with every connection
		Replica string `json:"replica"` // the server that holds the session
		Epoch   int    `json:"epoch"`   // generation of its outbox
		Outbox  string `json:"outbox"`  // id of the outbox database
		Version string `json:"version"` // of the edge agent
		// RunsRules says that it takes bundles of rules.
		RunsRules bool `json:"runs_rules,omitempty"`
	}
	// GatewayDisconnected says that the session ended.
	GatewayDisconnected struct {
		Session int64  `json:"session"`
		Reason  string `json:"reason"`
	}
	// GatewayRefused says that the owner did not let a key in that asked for it. Its
	// entity is the gateway it would have been, or is.
	GatewayRefused struct {
		KeyFingerprint string `json:"key_fingerprint"` // SHA-256 of its public key, hex
	}
	// GatewayKeyCertified says which key a gateway speaks with, and until when. It
	// ends a suspension.
	GatewayKeyCertified struct {
		KeyFingerprint string `json:"key_fingerprint"` // SHA-256 of its public key, hex
		Serial         int64  `json:"serial"`          // counts the keys of the gateway
		EndsMS         int64  `json:"ends_ms"`         // Unix milliseconds
	}
	// GatewaySuspended says that a gateway may not speak until the owner has
	// confirmed a new key of it.
	GatewaySuspended struct {
		Reason SuspendReason `json:"reason"`
	}
	// GatewayClaimExhausted says that somebody tried a claim with wrong secrets until
	// it died. Its entity is the home.
	GatewayClaimExhausted struct {
		Tries int `json:"tries"`
	}
	// GatewayRevoked says that a gateway may not speak for the home any more.
	GatewayRevoked struct{}
	// GatewayGapRecorded says that an outbox overflowed and which reports are lost.
	GatewayGapRecorded struct {
		From   int64  `json:"from"` // first lost edge_seq
		To     int64  `json:"to"`   // last lost edge_seq
		Count  int64  `json:"count"`
		Reason string `json:"reason"`
	}
	// GatewayClockStepped says that the time the gateway hears from the server jumped
	// against the gateway's own boot clock: the one of them was set.
	GatewayClockStepped struct {
		ByMS int64 `json:"by_ms"` // later if positive
	}
	// GatewayEntryRefused keeps what a gateway said and nobody could understand,
	// so that nothing is lost and its outbox goes on.
	GatewayEntryRefused struct {
		Code   Code   `json:"code"`
		Detail string `json:"detail"`
		Entry  string `json:"entry"` // as sent, cut to 4 KiB
	}
	// GatewayConfigured says that somebody wants the agent of a gateway to work
	// with other settings. Its seq is the version of the configuration.
	GatewayConfigured struct {
		Configuration Configuration `json:"configuration"`
	}
	// GatewayConfigurationApplied says that a gateway works with a configuration and
	// is well.
	GatewayConfigurationApplied struct {
		Version Seq `json:"version"`
	}
	// GatewayConfigurationRolledBack says that a gateway tried a configuration and
	// went back to the one before.
	GatewayConfigurationRolledBack struct {
		Version Seq    `json:"version"`
		Reason  string `json:"reason"`
	}
	// GatewayPairingOpened says that somebody opened a radio to new devices.
	GatewayPairingOpened struct {
		Radio   string `json:"radio"`
		Seconds int    `json:"seconds"`
	}
	// GatewayPairingClosed says that somebody closed a radio to new devices.
	GatewayPairingClosed struct {
		Radio string `json:"radio"`
	}
	// GatewayCommissioningBegun says that somebody gave a radio the code of a new
	// device. The code is a secret of the device and stands nowhere.
	GatewayCommissioningBegun struct {
		Radio string `json:"radio"`
	}
	// GatewayClientEnded says that somebody ended the pairing of a client with the
	// gateway itself.
	GatewayClientEnded struct {
		Client string `json:"client"` // its id; never its name
	}
	// HistoryRegressed says that a gateway remembers more of this log than is
	// here: a backup was restored or a failover lost commits.
	HistoryRegressed struct {
		WitnessedSeq  Seq    `json:"witnessed_seq"`
		WitnessedHash string `json:"witnessed_hash"`
		EdgeSeq       int64  `json:"edge_seq"` // the gateway's acknowledged reports reach to here
	}
)

// Facts about devices.
type (
	// DeviceRegistered says that a gateway knows a device, and what it is.
	DeviceRegistered struct {
		Address      string            `json:"address"` // radio and the id it uses: "zigbee2mqtt/0x00158d0001"
		Kind         string            `json:"kind"`
		Capabilities []string          `json:"capabilities,omitempty"`
		Attributes   map[string]string `json:"attributes,omitempty"` // manufacturer, model, serial, …
	}
	// DevicePlaced says in which room the device is; a zero Room is none.
	DevicePlaced struct {
		Room RoomID `json:"room"`
	}
	// DeviceRenamed says that the device has a new name.
	DeviceRenamed struct{}
	// DeviceRemoved says that the device is gone from the home.
	DeviceRemoved struct{}
	// DeviceReported carries values the device itself told.
	DeviceReported struct {
		Values map[string]thing.Value `json:"values"`
	}
	// DeviceSignalled carries something that happened at the device and leaves
	// no lasting value, such as the press of a button.
	DeviceSignalled struct {
		Event string      `json:"event"`
		Data  thing.Value `json:"data,omitempty"`
	}
	// DeviceAvailabilityChanged says whether the gateway can reach the device.
	DeviceAvailabilityChanged struct {
		Available bool `json:"available"`
	}
)

// Facts about commands. A command's entity is its device.
type (
	// CommandRequested begins a command.
	CommandRequested struct {
		Command    CommandID              `json:"command"`
		Gateway    GatewayID              `json:"gateway"`
		Class      thing.Class            `json:"class"`
		Set        map[string]thing.Value `json:"set,omitempty"`    // properties wanted …
		Action     string                 `json:"action,omitempty"` // … or the action
		Input      thing.Value            `json:"input,omitempty"`
		Desires    map[string]thing.Value `json:"desires,omitempty"`     // what the action works towards
		DeadlineMS int64                  `json:"deadline_ms,omitempty"` // Unix milliseconds; 0 = none
		Local      bool                   `json:"local,omitempty"`       // given at the gateway, which has it already
		Depth      int                    `json:"depth,omitempty"`       // of the rule that gives it
		// TransitionMS is over how many milliseconds the device goes to Set; 0: at once.
		TransitionMS int64    `json:"transition_ms,omitempty"`
		Token        EntityID `json:"token,omitzero"` // a program of the actor's came with it; zero: none
	}
	// CommandSent says that the frame was about to be written to a session.
	CommandSent struct {
		Command CommandID `json:"command"`
		Session int64     `json:"session"`
	}
	// CommandDelivered says that the edge agent has it and means to do it.
	CommandDelivered struct {
		Command CommandID `json:"command"`
	}
	// CommandEnded is the one final event of a command. Its type follows from
	// Outcome: command.succeeded, command.failed, ….
	CommandEnded struct {
		Command  CommandID              `json:"command"`
		Outcome  Outcome                `json:"-"`
		Reason   string                 `json:"reason,omitempty"`
		Observed map[string]thing.Value `json:"observed,omitempty"` // the device's state when the outcome is unknown
		By       CommandID              `json:"by,omitzero"`        // the newer command, when superseded
	}
	// CommandAnsweredLate keeps what an edge told of a command that is not open: a
	// result, or that it was delivered. Its entity is the gateway where the device
	// is not known.
	CommandAnsweredLate struct {
		Command CommandID `json:"command"`
		Outcome Outcome   `json:"outcome"` // … or "delivered"
		Reason  string    `json:"reason,omitempty"`
	}
)

// SuspendReason is why a gateway is suspended.
type SuspendReason string

// KeyCloned says that two machines took turns with one key.
const KeyCloned SuspendReason = "key_cloned"

// EventType implementations: the stored names.

func (HomeCreated) EventType() string                    { return "home.created" }
func (HomeRenamed) EventType() string                    { return "home.renamed" }
func (MemberJoined) EventType() string                   { return "member.joined" }
func (RoomAdded) EventType() string                      { return "room.added" }
func (RoomRenamed) EventType() string                    { return "room.renamed" }
func (RoomRemoved) EventType() string                    { return "room.removed" }
func (GatewayEnrolled) EventType() string                { return "gateway.enrolled" }
func (GatewayConnected) EventType() string               { return "gateway.connected" }
func (GatewayDisconnected) EventType() string            { return "gateway.disconnected" }
func (GatewayRevoked) EventType() string                 { return "gateway.revoked" }
func (GatewayGapRecorded) EventType() string             { return "gateway.gap_recorded" }
func (GatewayEntryRefused) EventType() string            { return "gateway.entry_refused" }
func (GatewayConfigured) EventType() string              { return "gateway.configured" }
func (GatewayConfigurationApplied) EventType() string    { return "gateway.configuration_applied" }
func (GatewayConfigurationRolledBack) EventType() string { return "gateway.configuration_rolled_back" }
func (GatewayPairingOpened) EventType() string           { return "gateway.pairing_opened" }
func (GatewayPairingClosed) EventType() string           { return "gateway.pairing_closed" }
func (GatewayCommissioningBegun) EventType() string      { return "gateway.commissioning_begun" }
func (GatewayClientEnded) EventType() string             { return "gateway.client_ended" }
func (HistoryRegressed) EventType() string               { return "home.history_regressed" }
func (DeviceRegistered) EventType() string               { return "device.registered" }
func (DevicePlaced) EventType() string                   { return "device.placed" }
func (DeviceRenamed) EventType() string                  { return "device.renamed" }
func (DeviceRemoved) EventType() string                  { return "device.removed" }
func (DeviceReported) EventType() string                 { return "device.reported" }
func (DeviceSignalled) EventType() string                { return "device.signalled" }
func (DeviceAvailabilityChanged) EventType() string      { return "device.availability_changed" }
func (CommandRequested) EventType() string               { return "command.requested" }
func (CommandSent) EventType() string                    { return "command.sent" }
func (CommandDelivered) EventType() string               { return "command.delivered" }
func (e CommandEnded) EventType() string                 { return "command." + string(e.Outcome) }
func (CommandAnsweredLate) EventType() string            { return "command.answered_late" }
func (GatewayRefused) EventType() string                 { return "gateway.refused" }
func (GatewayKeyCertified) EventType() string            { return "gateway.key_certified" }
func (GatewaySuspended) EventType() string               { return "gateway.suspended" }
func (GatewayClaimExhausted) EventType() string          { return "gateway.claim_exhausted" }
func (GatewayClockStepped) EventType() string            { return "gateway.clock_stepped" }
