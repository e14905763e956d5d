package wire

import (
	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
	"logis/domain/thing"
)

// Frame is one message. Its FrameType is the "type" member.
type Frame interface {
	FrameType() string
}

// Frames of the cloud.
type (
	// Challenge is the first frame on a socket.
	Challenge struct {
		Nonce    []byte `json:"nonce"` // 32 random bytes to sign
		TimeMS   int64  `json:"time_ms"`
		Versions []int  `json:"versions"`
	}
	// Enrolled answers Enrol: the gateway may say hello as this one.
	Enrolled struct {
		Gateway domain.GatewayID `json:"gateway"`
		Home    domain.HomeID    `json:"home"`
	}
	// Welcome answers Hello. The session begins.
	Welcome struct {
		Version int   `json:"version"`
		Session int64 `json:"session"`
		Epoch   int   `json:"epoch"`
		Cursor  int64 `json:"cursor"` // last entry recorded in this epoch
		TimeMS  int64 `json:"time_ms"`
		Head    Head  `json:"head"`
		// Certificate is that of the gateway's key, from version 2.
		Certificate Certificate `json:"certificate,omitzero"`
	}
	// Ack says that every entry up to Cursor is recorded for good.
	Ack struct {
		Cursor int64 `json:"cursor"`
		Head   Head  `json:"head"`
	}
	// Command asks the edge to act.
	Command struct {
		ID             domain.CommandID       `json:"id"`
		Device         domain.DeviceID        `json:"device"`
		Class          thing.Class            `json:"class"`
		Set            map[string]thing.Value `json:"set,omitempty"`
		Action         string                 `json:"action,omitempty"`
		Input          thing.Value            `json:"input,omitzero"`
		NotAfterMS     int64                  `json:"not_after_ms,omitzero"` // server time; 0 = no deadline
		DesiredVersion domain.Seq             `json:"desired_version"`
		Session        int64                  `json:"session"`
		TransitionMS   int64                  `json:"transition_ms,omitzero"` // over which the device goes to Set; 0 = at once; from version 3
	}
	// Go answers Ready: the command may be carried out now, or why not.
	Go struct {
		Command domain.CommandID `json:"command"`
		Nonce   []byte           `json:"nonce"`            // as in the ready
		Denied  string           `json:"denied,omitempty"` // why not; empty: go
	}
	// Bundle is a part of the rules a gateway is to run: see Split and Join.
	Bundle struct {
		Version   domain.Seq `json:"version"`
		Part      int        `json:"part"` // from 0 …
		Parts     int        `json:"parts"`
		Body      []byte     `json:"body"`
		Key       []byte     `json:"key,omitempty"` // of the server that signed; with the last part …
		Signature []byte     `json:"signature,omitempty"`
	}
	// Pong answers Ping.
	Pong struct {
		BootMS int64 `json:"boot_ms"` // as in the ping
		TimeMS int64 `json:"time_ms"`
	}
)

// Frames of the edge.
type (
	// Enrol redeems a claim. Neither the claim's secret nor the private key travel.
	Enrol struct {
		Version   int    `json:"version"`
		Claim     []byte `json:"claim"` // its public id
		PublicKey []byte `json:"public_key"`
		Proof     []byte `json:"proof"` // see EnrolProof
		Signature []byte `json:"signature"`
	}
	// Hello opens a session.
	Hello struct {
		Version   int              `json:"version"`
		Gateway   domain.GatewayID `json:"gateway"`
		Outbox    string           `json:"outbox"`             // id of the outbox database
		Acked     int64            `json:"acked"`              // last entry the cloud acked
		Head      Head             `json:"head"`               // the newest it was told of
		Agent     string           `json:"agent"`              // version of the edge agent
		Instance  string           `json:"instance,omitempty"` // names the running agent, at random; from version 2
		Signature []byte           `json:"signature"`
	}
	// Snapshot tells the present state of devices, as of entry AsOf.
	Snapshot struct {
		AsOf    int64       `json:"as_of"`
		Devices PresentList `json:"devices"`
	}
	// Entries are consecutive entries of the outbox.
	Entries struct {
		First    int64     `json:"first"`
		Historic bool      `json:"historic,omitzero"` // written before this session began
		Entries  EntryList `json:"entries"`
	}
	// Ready says that everything is checked for a command that opens something, and
	// asks for the last word. Who answers proves that the command is still wanted
	// now and that this process, not one before a crash, has it.
	Ready struct {
		Command domain.CommandID `json:"command"`
		Nonce   []byte           `json:"nonce"` // NonceBytes random ones, never used again
	}
	// Ping keeps the session alive and asks for the time.
	Ping struct {
		BootMS int64 `json:"boot_ms"` // monotonic time since boot
	}
)

// Error tells the other end what was wrong without ending the socket.
type Error struct {
	Code    domain.Code `json:"code"`
	Message string      `json:"message"`
	Entry   int64       `json:"entry,omitzero"` // the entry at fault
}

// Head is a place in the home's log and its hash: the gateway witnesses it.
type Head struct {
	Seq  domain.Seq `json:"seq"`
	Hash []byte     `json:"hash,omitempty"`
}

// Present is one device's state in a snapshot.
type Present struct {
	Device    domain.DeviceID        `json:"device"`
	Available bool                   `json:"available"`
	Values    map[string]thing.Value `json:"values,omitempty"`
	AtMS      int64                  `json:"at_ms"` // when the newest value was told
}

// Kind tells entries apart.
type Kind string

// The kinds of entries, with the members each uses.
const (
	KindDevice    Kind = "device"    // Device, Address, Model, Capabilities, Attributes, Name, Room
	KindRemoved   Kind = "removed"   // Device
	KindReport    Kind = "report"    // Device, Values, Cause
	KindSignal    Kind = "signal"    // Device, Event, Data
	KindReach     Kind = "reach"     // Device, Available
	KindDelivered Kind = "delivered" // Command
	KindResult    Kind = "result"    // Command, Device, Outcome, Reason, Observed
	KindAct       Kind = "act"       // as a command; Client: given at the gateway itself, or Rule, After and Depth: by a rule there
	KindClock     Kind = "clock"     // ByMS: the server's time jumped so far against the gateway's boot clock
	KindRule      Kind = "rule"      // Rule, After, Fact, Body, Scene: what a rule did at the gateway
	KindPlaced    Kind = "placed"    // Bundle, Rules, Anew, Reason: from here on these rules run at the gateway, and no others
	KindGap       Kind = "gap"       // To, Reason: entries from its own number to To are lost
	// KindConfigured uses To, Event, Reason: the configuration of version To was
	// applied or rolled_back. Its members are those of version 1, so that a server of
	// that version refuses this entry and not the frame.
	KindConfigured Kind = "configured"
)

// Entry is one thing the edge has to tell.
type Entry struct {
	Kind         Kind                   `json:"kind"`
	AtMS         int64                  `json:"at_ms,omitzero"`    // when it happened, server time; 0 = not known
	Inferred     bool                   `json:"inferred,omitzero"` // Cause was concluded, not proven
	Device       domain.DeviceID        `json:"device,omitzero"`
	Values       map[string]thing.Value `json:"values,omitempty"`
	Cause        domain.CommandID       `json:"cause,omitzero"`
	Event        string                 `json:"event,omitempty"`
	Data         thing.Value            `json:"data,omitzero"`
	Available    bool                   `json:"available,omitzero"`
	Command      domain.CommandID       `json:"command,omitzero"`
	Action       string                 `json:"action,omitempty"`
	Input        thing.Value            `json:"input,omitzero"`
	Client       string                 `json:"client,omitempty"` // id of the paired client that gave the command; never a name
	Outcome      domain.Outcome         `json:"outcome,omitempty"`
	Reason       string                 `json:"reason,omitempty"`
	Observed     map[string]thing.Value `json:"observed,omitempty"`
	Address      string                 `json:"address,omitempty"`
	Model        string                 `json:"model,omitempty"` // kind of device
	Capabilities []string               `json:"capabilities,omitempty"`
	Attributes   map[string]string      `json:"attributes,omitempty"`
	Name         string                 `json:"name,omitempty"` // what the radio's software calls it
	Room         string                 `json:"room,omitempty"` // where that says it is
	To           int64                  `json:"to,omitzero"`
	ByMS         int64                  `json:"by_ms,omitzero"` // later if positive
	Rule         domain.RuleID          `json:"rule,omitzero"`
	After        int64                  `json:"after,omitzero"` // number of the entry it follows from
	Depth        int                    `json:"depth,omitzero"`
	Fact         string                 `json:"fact,omitempty"` // an event's type …
	Body         jsontext.Value         `json:"body,omitzero"`  // … and what it says; seqs in it are numbers of entries
	Scene        domain.SceneID         `json:"scene,omitzero"`
	Bundle       domain.Seq             `json:"bundle,omitzero"`
	Rules        []domain.PlacedRule    `json:"rules,omitempty"`
	Anew         bool                   `json:"anew,omitzero"`          // what the rules waited for is lost
	TransitionMS int64                  `json:"transition_ms,omitzero"` // of what was given at the gateway; from version 3
}

func (Challenge) FrameType() string { return "challenge" }
func (Enrolled) FrameType() string  { return "enrolled" }
func (Welcome) FrameType() string   { return "welcome" }
func (Ack) FrameType() string       { return "ack" }
func (Command) FrameType() string   { return "command" }
func (Go) FrameType() string        { return "go" }
func (Bundle) FrameType() string    { return "bundle" }
func (Pong) FrameType() string      { return "pong" }
func (Enrol) FrameType() string     { return "enrol" }
func (Hello) FrameType() string     { return "hello" }
func (Snapshot) FrameType() string  { return "snapshot" }
func (Ready) FrameType() string     { return "ready" }
func (Entries) FrameType() string   { return "entries" }
func (Ping) FrameType() string      { return "ping" }
func (Error) FrameType() string     { return "error" }
