package domain

import (
	"fmt"
	"time"

	"logis/domain/energy"
	"logis/domain/thing"
)

// Home is the state of a home as of Seq: the fold of its log. Closed commands
// are not part of it. It is not safe for concurrent use.
type Home struct {
	ID       HomeID
	Seq      Seq
	Hash     Hash
	Profile  Profile
	Members  map[PersonID]*Member
	Rooms    map[RoomID]*Room
	Gateways map[GatewayID]*Gateway
	Devices  map[DeviceID]*Device
	Twins    map[DeviceID]*Twin
	Commands map[CommandID]*Command // the open ones
	Rules    map[RuleID]*Rule
	Runs     map[RuleID]*RuleRun
	Scenes   map[SceneID]*Scene
	Paces    map[DeviceID]*Pace
	Tests    map[TestID]*Test
	Webhooks map[WebhookID]*Webhook
	// Corrections are those that count.
	Corrections map[CorrectionID]*Correction

	catalog  *thing.Catalog
	models   map[DeviceID]*thing.Model // of devices that spoke since they were registered
	triggers map[TriggerKey]asking     // of Rules; nil: to be made
	before   before
	changes  Changes
}

// Profile is what there is to know of the home itself.
type Profile struct {
	Revision Seq            `json:"revision"`
	TimeZone string         `json:"time_zone"`
	Since    time.Time      `json:"since"`
	Place    *Place         `json:"place,omitempty"`
	Mode     Mode           `json:"mode,omitempty"`  // empty: ModeHome
	Modes    []Mode         `json:"modes,omitempty"` // own ones
	Policy   Policy         `json:"policy,omitzero"`
	Tariffs  energy.Tariffs `json:"tariffs,omitempty"`

	KeepMonths int `json:"keep_months,omitempty"` // of events; 0: for ever
}

// Member is a person who belongs to the home.
type Member struct {
	Person   PersonID  `json:"person"`
	Role     Role      `json:"role"`
	Scope    Scope     `json:"scope,omitzero"`
	Since    time.Time `json:"since,omitzero"` // when they joined
	Revision Seq       `json:"revision"`
	Presence Presence  `json:"presence,omitzero"`
}

// Room is a place in the home.
type Room struct {
	ID       RoomID `json:"id"`
	Revision Seq    `json:"revision"`
}

// Gateway is a box in the home that owns radios.
type Gateway struct {
	ID             GatewayID `json:"id"`
	Revision       Seq       `json:"revision"`
	KeyFingerprint string    `json:"key_fingerprint"`
	KeyEnds        time.Time `json:"key_ends,omitzero"` // zero: its agent is of a release that cannot renew
	Version        string    `json:"version,omitempty"`
	Connected      bool      `json:"connected"`
	Revoked        bool      `json:"revoked,omitempty"` // for good
	Since          time.Time `json:"since"`             // of Connected
	Session        int64     `json:"session,omitempty"` // the newest
	Replica        string    `json:"replica,omitempty"` // that holds it
	Outbox         string    `json:"outbox,omitempty"`
	Epoch          int       `json:"epoch,omitempty"` // of the outbox
	Cursor         int64     `json:"cursor"`          // last edge_seq recorded in the epoch
	RunsRules      bool      `json:"runs_rules,omitempty"`
	Offer          *Offer    `json:"offer,omitempty"`  // of rules; nil: there was none
	Bundle         Seq       `json:"bundle,omitempty"` // the newest offer it answered

	// Suspended is why the gateway may not speak until its owner has confirmed a new
	// key, "" when it may.
	Suspended     SuspendReason `json:"suspended,omitempty"`
	Configuration Configured    `json:"configuration,omitzero"` // of its agent
}

// Device is what a device is and where; its values are in its Twin.
type Device struct {
	ID           DeviceID          `json:"id"`
	Revision     Seq               `json:"revision"` // of what stands here
	Gateway      GatewayID         `json:"gateway"`
	Address      string            `json:"address"`
	Kind         string            `json:"kind"`
	Capabilities []string          `json:"capabilities,omitempty"`
	Attributes   map[string]string `json:"attributes,omitempty"`
	Room         RoomID            `json:"room,omitzero"`
	Removed      bool              `json:"removed,omitempty"`
	Since        time.Time         `json:"since"`
	Role         DeviceID          `json:"role,omitzero"`    // it took over; zero: its own
	Stints       []Stint           `json:"stints,omitempty"` // of those who took over its own role
}

// NewHome returns the state before the first event.
func NewHome(id HomeID, catalog *thing.Catalog) *Home {
	return &Home{
		ID:          id,
		Members:     map[PersonID]*Member{},
		Rooms:       map[RoomID]*Room{},
		Gateways:    map[GatewayID]*Gateway{},
		Devices:     map[DeviceID]*Device{},
		Twins:       map[DeviceID]*Twin{},
		Commands:    map[CommandID]*Command{},
		Rules:       map[RuleID]*Rule{},
		Runs:        map[RuleID]*RuleRun{},
		Scenes:      map[SceneID]*Scene{},
		Paces:       map[DeviceID]*Pace{},
		Tests:       map[TestID]*Test{},
		Webhooks:    map[WebhookID]*Webhook{},
		Corrections: map[CorrectionID]*Correction{},
		catalog:     catalog,
		models:      map[DeviceID]*thing.Model{},
	}
}

// Model returns what a device of the home can be and do.
func (h *Home) Model(d *Device) (*thing.Model, error) {
	return h.catalog.Describe(d.Kind, d.Capabilities)
}

// Apply folds one event. It accepts any event that was ever recorded; an error
// means that the log and this build do not fit, and nothing may go on.
func (h *Home) Apply(ev *RecordedEvent) error {
	if ev.Seq != h.Seq+1 {
		return fmt.Errorf("home %s: event %d after %d", h.ID, ev.Seq, h.Seq)
	}
	h.Seq, h.Hash = ev.Seq, ev.Hash
	h.before = before{values: h.before.values[:0]}
	h.witness(ev)
	switch fact := ev.Fact.(type) {
	case HomeCreated:
		h.Profile = Profile{Revision: ev.Seq, TimeZone: fact.TimeZone, Since: ev.RecordedAt}
		h.changes.Profile = true
	case HomeRenamed:
		h.Profile.Revision = ev.Seq
		h.changes.Profile = true
	case MemberJoined, MemberChanged, MemberRemoved, MemberLeft, MemberErased:
		h.applyMember(ev)
	case RoomAdded, RoomRenamed, RoomRemoved:
		h.applyRoom(ev)
	case GatewayEnrolled, GatewayConnected, GatewayDisconnected, GatewayRevoked, GatewayRefused,
		GatewayKeyCertified, GatewaySuspended, GatewayGapRecorded, HistoryRegressed,
		GatewayConfigured, GatewayConfigurationApplied, GatewayConfigurationRolledBack:
		h.applyGateway(ev)
	case DeviceRegistered, DevicePlaced, DeviceRenamed, DeviceRemoved, DeviceReplaced:
		h.applyDevice(ev)
	case DeviceReported, DeviceSignalled, DeviceAvailabilityChanged:
		h.applyTwin(ev)
	case CommandRequested, CommandSent, CommandDelivered, CommandEnded:
		return h.applyCommand(ev)
	case HomeLocated, HomeModeChanged, ModeAdded, ModeRenamed, ModeRemoved, MemberPresenceChanged, PolicyEdited,
		TariffSet, TariffRemoved, ReadingRejected, EnergyCorrected, CorrectionWithdrawn, HomeRetentionSet:
		h.applySetting(ev)
	case RuleEdited, RuleRenamed, RuleEnabled, RuleDisabled, RuleRemoved, RulePlaced, RuleGranted:
		h.applyRule(ev)
	case RuleFired, RuleWaited, RuleWaitEnded, RuleFailed, RuleCut:
		h.applyRun(ev)
	case GatewayRulesOffered, GatewayRulesTaken:
		h.applyPlacement(ev)
	case SceneEdited, SceneRenamed, SceneRemoved, SceneActivated:
		h.applyScene(ev)
	case TestEdited, TestRemoved, WebhookEdited, WebhookRenamed, WebhookStarted, WebhookStopped, WebhookRemoved:
		h.applyKept(ev)
	case GatewayClockStepped, GatewayEntryRefused, GatewayClaimExhausted, CommandAnsweredLate,
		GatewayPairingOpened, GatewayPairingClosed, GatewayCommissioningBegun, GatewayClientEnded, NoticeRaised,
		MemberInvited, MemberUninvited, WebhookCalled, NotificationSent, NotificationFailed,
		HistoryViewed, HomePutBack, HomeRangeSealed, IncidentMarked, IncidentShared, IncidentUnshared, IncidentRemoved:
		// Kept for people; no state follows from them.
	default:
		return fmt.Errorf("home %s: no fold for %T", h.ID, ev.Fact)
	}
	return nil
}

// witness moves the cursor of the gateway that sent the event.
func (h *Home) witness(ev *RecordedEvent) {
	if ev.Edge.Gateway.IsZero() || ev.Flags.Has(Snapshot) {
		return
	}
	if g, ok := h.Gateways[ev.Edge.Gateway]; ok {
		g.Epoch, g.Cursor = ev.Edge.Epoch, ev.Edge.Seq
		mark(&h.changes.Gateways, g.ID)
	}
}

func (h *Home) applyRoom(ev *RecordedEvent) {
	id := RoomID(ev.Entity)
	mark(&h.changes.Rooms, id)
	if _, removed := ev.Fact.(RoomRemoved); removed {
		delete(h.Rooms, id)
		for _, d := range h.Devices {
			if d.Room == id {
				d.Room, d.Revision = RoomID{}, ev.Seq
				mark(&h.changes.Devices, d.ID)
			}
		}
		return
	}
	h.Rooms[id] = &Room{ID: id, Revision: ev.Seq}
}

// FoundHome returns the first two events of a home: that it is there, and that
// its founder owns it.
func FoundHome(id HomeID, founder PersonID, timeZone string) (created, joined Event) {
	actor := PersonActor(founder)
	created = Event{Entity: id.Entity(), Actor: actor, Fact: HomeCreated{TimeZone: timeZone}}
	joined = Event{
		Entity: founder.Entity(), Actor: actor, Causation: 1, Correlation: 1,
		Fact: MemberJoined{Person: founder, Role: Owner},
	}
	return created, joined
}
