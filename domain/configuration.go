package domain

import (
	"fmt"
	"slices"
	"time"
)

// LogLevel is how much an agent writes into its log.
type LogLevel string

// The levels, the most talkative first.
const (
	LogDebug LogLevel = "debug"
	LogInfo  LogLevel = "info"
	LogWarn  LogLevel = "warn"
	LogError LogLevel = "error"
)

// LogLevels returns them in order.
func LogLevels() []LogLevel { return []LogLevel{LogDebug, LogInfo, LogWarn, LogError} }

// Configuration is what the cloud may set of a gateway's agent. What is zero stays
// as the gateway's own settings say. Addresses and passwords of radios are not
// part of it: they stay on the gateway, and never in a log that is forever.
type Configuration struct {
	LogLevel  LogLevel `json:"log_level,omitempty"`
	OutboxMiB int      `json:"outbox_mib,omitzero"`  // what waits for the cloud may take, in MiB
	RadiosOff []string `json:"radios_off,omitempty"` // names of radios that do not run
}

// Bounds of a configuration.
const (
	MinOutboxMiB = 1       // some hours of a small home
	MaxOutboxMiB = 4 << 10 // MiB of unsent reports: months, and a card has no more to give
	maxRadiosOff = 16      // radios of one gateway that can be switched off
	maxRadioName = 40      // bytes of a radio's name
)

// Check refuses with Invalid what no agent could honour, and names the fields.
func (c Configuration) Check() error {
	var faults []Fault
	if c.LogLevel != "" && !slices.Contains(LogLevels(), c.LogLevel) {
		faults = append(faults, Fault{"log_level", "must be debug, info, warn or error"})
	}
	if c.OutboxMiB != 0 && (c.OutboxMiB < MinOutboxMiB || c.OutboxMiB > MaxOutboxMiB) {
		faults = append(faults, Fault{"outbox_mib", fmt.Sprintf("must be from %d to %d", MinOutboxMiB, MaxOutboxMiB)})
	}
	if len(c.RadiosOff) > maxRadiosOff {
		faults = append(faults, Fault{"radios_off", fmt.Sprintf("must name at most %d radios", maxRadiosOff)})
	}
	for i, name := range c.RadiosOff {
		if name == "" || len(name) > maxRadioName || slices.Contains(c.RadiosOff[:i], name) {
			faults = append(faults, Fault{fmt.Sprintf("radios_off.%d", i), fmt.Sprintf("must be a name of 1 to %d bytes that is not there twice", maxRadioName)})
		}
	}
	if len(faults) > 0 {
		return InvalidInput(faults...)
	}
	return nil
}

// ConfigurationState is how far a wanted configuration came.
type ConfigurationState string

// The states; "" means that nothing was ever wanted.
const (
	ConfigurationAsked      ConfigurationState = "asked"       // the gateway has not answered yet
	ConfigurationApplied    ConfigurationState = "applied"     // it works with it and is well
	ConfigurationRolledBack ConfigurationState = "rolled_back" // it went back to the last good one
)

// Configured is the configuration of a gateway: what is wanted, and what it works
// with.
type Configured struct {
	Version Seq                `json:"version"` // of what is wanted: the event that asked for it
	Wanted  Configuration      `json:"wanted"`
	Applied Seq                `json:"applied,omitempty"` // version it works with; 0: its own settings
	State   ConfigurationState `json:"state"`
	Reason  string             `json:"reason,omitempty"` // why it was rolled back
	Since   time.Time          `json:"since"`            // of State
}

// Configure decides on a wish for another configuration. It refuses with NotFound
// and Invalid, and with Forbidden a gateway that was revoked.
func (h *Home) Configure(gateway GatewayID, wanted Configuration, actor Actor) (Event, error) {
	g, ok := h.Gateways[gateway]
	switch {
	case !ok:
		return Event{}, Errorf(NotFound, "there is no such gateway")
	case g.Revoked:
		return Event{}, ErrRevoked()
	}
	return Event{Entity: gateway.Entity(), Actor: actor, Fact: GatewayConfigured{Configuration: wanted}}, wanted.Check()
}

// Settle decides on what a gateway tells of a configuration. An answer about an
// older one is a fact like any other. It refuses with Invalid what was never
// asked.
func (h *Home) Settle(gateway GatewayID, version Seq, state ConfigurationState, reason string) (Event, error) {
	ev := Event{Entity: gateway.Entity(), Actor: GatewayActor, Causation: version}
	g, ok := h.Gateways[gateway]
	if !ok || version < 1 || version > g.Configuration.Version {
		return Event{}, InvalidInput(Fault{"to", "must be the version of a configuration"})
	}
	switch state {
	case ConfigurationApplied:
		ev.Fact = GatewayConfigurationApplied{Version: version}
	case ConfigurationRolledBack:
		ev.Fact = GatewayConfigurationRolledBack{Version: version, Reason: reason}
	default:
		return Event{}, InvalidInput(Fault{"event", "must be applied or rolled_back"})
	}
	return ev, nil
}

// Settled reports whether the gateway has told what the wanted configuration came
// to.
func (c *Configured) Settled() bool { return c.State != ConfigurationAsked }

// configure folds the events about a gateway's configuration.
func (g *Gateway) configure(ev *RecordedEvent) {
	c := &g.Configuration
	switch fact := ev.Fact.(type) {
	case GatewayConfigured:
		c.Version, c.Wanted = ev.Seq, fact.Configuration
		c.State, c.Reason, c.Since = ConfigurationAsked, "", ev.RecordedAt
	case GatewayConfigurationApplied:
		c.Applied = max(c.Applied, fact.Version)
		if fact.Version == c.Version {
			c.State, c.Reason, c.Since = ConfigurationApplied, "", ev.RecordedAt
		}
	case GatewayConfigurationRolledBack:
		if fact.Version == c.Version {
			c.State, c.Reason, c.Since = ConfigurationRolledBack, fact.Reason, ev.RecordedAt
		}
	}
}
