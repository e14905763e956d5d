package edge

import (
	"context"
	"maps"

	"logis/domain"
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
	Problem string           `json:"problem,omitempty"` // why the agent stands still, "" while it works
	Link    link.Status      `json:"link"`              // to the cloud
	Open    int              `json:"open_commands"`     // under way or waiting
	Outbox  OutboxStatus     `json:"outbox"`            // what waits for the cloud
	Rules   rules.Status     `json:"rules"`             // that run here
	Radios  []RadioStatus    `json:"radios"`            // in the order they were given
	Clock   ClockStatus      `json:"clock"`             // the server's time
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
	Problem  string            `json:"problem,omitempty"`      // why it does not run, "" if it does
	Last     string            `json:"last_problem,omitempty"` // why it ended the last time
	Restarts int               `json:"restarts"`               // since the agent began
	Counts   map[string]uint64 `json:"counts,omitempty"`       // what it was sent and could not use, by name; no zeros
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
		Key: a.identity.Fingerprint(), Problem: a.still,
	}
	box, cloud, commands, engine := a.outbox, a.link, a.commands, a.rules
	a.mu.Unlock()
	if cloud != nil {
		s.Link = cloud.Status()
	}
	if commands != nil {
		s.Open = commands.Open()
	}
	if engine != nil {
		s.Rules = engine.Status()
	}
	s.Outbox = OutboxStatus{Entries: -1, MaxBytes: a.options.MaxOutboxBytes, MaxRows: outbox.DefaultMaxRows}
	if s.Outbox.MaxBytes == 0 {
		s.Outbox.MaxBytes = outbox.DefaultMaxBytes
	}
	if box != nil {
		if rows, bytes, err := box.Depth(ctx); err == nil {
			s.Outbox.Entries, s.Outbox.Bytes = rows, bytes
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
		s.mu.Lock()
		now := s.stand[r.Name()]
		s.mu.Unlock()
		status := RadioStatus{Name: r.Name(), Problem: now.problem, Last: now.last, Restarts: now.restarts}
		if counter, ok := r.(radio.Counter); ok {
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
