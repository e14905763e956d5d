// Package call is what the cloud may ask a gateway beside commands, and what the
// gateway answers.
//
// The set of methods is closed, and none of them moves a device: what a lock or a
// lamp does is asked by commands alone, with their classes, deadlines and
// intents. A call is live: it reaches a gateway that is connected now, or nobody.
package call

import (
	"slices"

	"logis/domain"
)

// Method names what is asked.
type Method string

// The methods, with what each is given and answers.
const (
	Health      Method = "health"       // nothing → HealthReport
	Logs        Method = "logs"         // LogsQuery → LogPage
	Pairing     Method = "pairing"      // nothing → PairingState
	OpenPairing Method = "pairing.open" // PairingWindow → PairingState
	Commission  Method = "commission"   // CommissionOrder → PairingState
	Clients     Method = "clients"      // nothing → ClientList
	EndClient   Method = "clients.end"  // ClientEnd → nothing
)

// Methods returns all of them. A new one must not act on a device.
func Methods() []Method {
	return []Method{Health, Logs, Pairing, OpenPairing, Commission, Clients, EndClient}
}

// Known reports whether a method is one of ours.
func (m Method) Known() bool { return slices.Contains(Methods(), m) }

// Address is where a gateway can be reached now.
type Address struct {
	Gateway domain.GatewayID
	Session int64  // of the gateway
	Replica string // the server that holds it
}

// Nothing is what needs no words.
type Nothing struct{}

// Level is how bad a finding is.
type Level string

// The levels of findings.
const (
	Fine    Level = "fine"
	Warning Level = "warning" // it works, and a person should know
	Wrong   Level = "wrong"   // something does not work
)

// Finding is what one check found.
type Finding struct {
	Check string `json:"check"` // what was looked at: agent, disk, radio zigbee, …
	Level Level  `json:"level"`
	Says  string `json:"says"`         // a sentence for people
	Do    string `json:"do,omitempty"` // what helps, "" when nothing needs doing
}

// HealthReport is how a gateway finds itself.
type HealthReport struct {
	Version  string    `json:"version"`  // of the agent
	UptimeS  int64     `json:"uptime_s"` // seconds since it began
	Findings []Finding `json:"findings"`
}

// LogsQuery says which lines of the agent's log are wanted.
type LogsQuery struct {
	Lines   int             `json:"lines"`             // at most, the newest
	Level   domain.LogLevel `json:"level,omitempty"`   // and worse; "": all
	SinceMS int64           `json:"since_ms,omitzero"` // Unix milliseconds by the gateway's clock; 0: all
}

// MaxLines bounds the lines of one answer: more than a person reads at once.
const MaxLines = 500

// LogLine is one line of the agent's log.
type LogLine struct {
	AtMS  int64           `json:"at_ms"` // by the gateway's own clock
	Level domain.LogLevel `json:"level,omitempty"`
	Text  string          `json:"text"`
}

// LogPage is lines of the log, the oldest first.
type LogPage struct {
	Lines []LogLine `json:"lines"`
	Cut   bool      `json:"cut"` // older lines that were wanted did not fit
}

// MaxWindow is how long a radio can stay open to new devices at a time, in
// seconds: what a Zigbee coordinator takes.
const MaxWindow = 254

// PairingWindow opens a radio to new devices.
type PairingWindow struct {
	Radio   string `json:"radio"`
	Seconds int    `json:"seconds"` // 0 closes it
}

// CommissionOrder lets one device in by the code printed on it.
type CommissionOrder struct {
	Radio string `json:"radio"`
	Code  string `json:"code"`
}

// MaxCode bounds a pairing code, in bytes: the longest QR code of Matter.
const MaxCode = 512

// Joining is how far letting in a device by its code came.
type Joining string

// The stages of joining; "" means that nobody asked.
const (
	JoiningRuns   Joining = "running"
	JoiningDone   Joining = "joined"
	JoiningFailed Joining = "failed"
)

// RadioPairing is how one radio stands with new devices.
type RadioPairing struct {
	Radio    string  `json:"radio"`
	Opens    bool    `json:"opens"`              // it can be opened for a time
	Codes    bool    `json:"codes"`              // it takes codes
	LeftMS   int64   `json:"left_ms,omitzero"`   // for so long it is open; 0: it is closed
	Joining  Joining `json:"joining,omitempty"`  // the newest code
	Problem  string  `json:"problem,omitempty"`  // why that failed
	Disabled bool    `json:"disabled,omitempty"` // it is switched off
}

// PairingState is how the radios stand with new devices.
type PairingState struct {
	Radios []RadioPairing `json:"radios"`
}

// Client is somebody who was paired with the gateway itself.
type Client struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Opens bool   `json:"opens"`           // may give commands that open something
	Since string `json:"since,omitempty"` // RFC 3339; "" if nobody knew the time
}

// ClientList is the paired clients, by name.
type ClientList struct {
	Clients []Client `json:"clients"`
}

// ClientEnd ends a pairing.
type ClientEnd struct {
	ID string `json:"id"`
}
