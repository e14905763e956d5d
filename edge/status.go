package edge

import (
	"context"
	"maps"
	"time"

	"logis/domain"
	"logis/edge/configuration"
	"logis/edge/link"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/rules"
)

// Status is how an agent stands, as it tells those who ask on its own machine.
type Status struct {
	Version string           `json:"version"`
	Gateway domain.GatewayID `json:"gateway,omitzero"` // zero until it is enrolled
	Home    domain.HomeID    `json:"home,omitzero"`    // zero until it is enrolled
	Server  string           `json:"server"`
	Key     string           `json:"key_fingerprint"`   // SHA-256 of the public key, as the app shows it
	Letters string           `json:"letters"`           // of the key, as the app shows them when it asks to confirm it
	KeyEnds time.Time        `json:"key_ends,omitzero"` // zero: not known
	Problem string           `json:"problem,omitempty"` // why the agent stands still, "" while it works
	Link    link.Status      `json:"link"`              // to the cloud
	Open    int              `json:"open_commands"`     // under way or waiting
	Outbox  OutboxStatus     `json:"outbox"`            // what waits for the cloud
	Rules   rules.Status     `json:"rules"`             // that run here
	Radios  []RadioStatus    `json:"radios"`            // in the order they were given
	Clock   ClockStatus      `json:"clock"`             // the server's time

	Configuration configuration.Status `json:"configuration"` // from the cloud
}

// OutboxStatus is what waits for the cloud. Entries is -1 when that cannot be
// known now.
type OutboxStatus struct {
	Entries  int64 `json:"entries"`
	Bytes    int64 `json:"bytes"`
	MaxBytes int64 `json:"max_bytes"` // beyond it the least important are dropped
	MaxRows  int64 `json:"max_entries"`
}

// RadioStatus is how one radio stands.
type RadioStatus struct {
	Name     string            `json:"name"`
	Off      bool              `json:"off,omitempty"`          // it is switched off from the cloud
	Problem  string            `json:"problem,omitempty"`      // why it does not run, "" if it does
	Last     string            `json:"last_problem,omitempty"` // why it ended the last time
	Restarts int               `json:"restarts"`               // since the agent began
	Counts   map[string]uint64 `json:"counts,omitempty"`       // what it was sent and could not use, by name; no zeros
	Breaches map[string]uint64 `json:"breaches,omitempty"`     // what it did that a radio must not, by name; see package fence
}

// ClockStatus is what the agent knows of the server's time.
type ClockStatus struct {
	Known   bool  `json:"known"`    // false until the server was heard
	AtMS    int64 `json:"at_ms"`    // best estimate, Unix milliseconds
	ErrorMS int64 `json:"error_ms"` // the truth lies within at_ms ± error_ms
	AgeMS   int64 `json:"age_ms"`   // since the server was last heard
}

// Status returns how the agent stands. It waits for a disk that is slow.
func (a *Agent) Status(ctx context.Context) Status {
	a.mu.Lock()
	s := Status{
		Version: a.options.Version, Gateway: a.identity.Gateway, Home: a.identity.Home, Server: a.options.Server,
		Key: a.identity.Fingerprint(), Letters: a.identity.Letters(), KeyEnds: a.identity.KeyEnds(), Problem: a.still,
	}
	box, cloud, commands, keeper, engine := a.outbox, a.link, a.commands, a.keeper, a.rules
	a.mu.Unlock()
	if cloud != nil {
		s.Link = cloud.Status()
	}
	if commands != nil {
		s.Open = commands.Open()
	}
	if keeper != nil {
		s.Configuration = keeper.Status()
	}
	if engine != nil {
		s.Rules = engine.Status()
	}
	s.Outbox = OutboxStatus{Entries: -1, MaxBytes: a.quota(domain.Configuration{}), MaxRows: outbox.DefaultMaxRows}
	if box != nil {
		if d, err := box.Depth(ctx); err == nil {
			s.Outbox.Entries, s.Outbox.Bytes, s.Outbox.MaxBytes = d.Rows, d.Bytes, d.MaxBytes
		}
	}
	s.Radios = a.radios.status()
	if now, known := a.time.Now(); known {
		s.Clock = ClockStatus{
			Known: true, AtMS: now.At.UnixMilli(), ErrorMS: now.Err.Milliseconds(), AgeMS: now.Age.Milliseconds(),
		}
	}
	return s
}

// status returns how each radio stands.
func (s *supervisor) status() []RadioStatus {
	all := make([]RadioStatus, 0, len(s.radios))
	for _, r := range s.radios {
		now := s.standOf(r.Name())
		status := RadioStatus{
			Name: r.Name(), Off: now.off, Problem: now.problem, Last: now.last, Restarts: now.restarts, Breaches: r.Breaches(),
		}
		if counter, ok := r.Inner().(radio.Counter); ok {
			status.Counts = counter.Counts()
			maps.DeleteFunc(status.Counts, func(_ string, n uint64) bool { return n == 0 })
		}
		all = append(all, status)
	}
	return all
}

// standStill notes why nothing works until the next attempt.
func (a *Agent) standStill(why error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.still = "it ended without being asked"
	if why != nil {
		a.still = why.Error()
	}
}
