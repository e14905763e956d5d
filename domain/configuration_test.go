package domain_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"logis/domain"
)

func TestAConfigurationNamesEveryWrongField(t *testing.T) {
	t.Parallel()
	tooMany := make([]string, 17)
	for i := range tooMany {
		tooMany[i] = strings.Repeat("r", i+1)
	}
	for name, c := range map[string]struct {
		given domain.Configuration
		wrong []string
	}{
		"nothing":       {domain.Configuration{}, nil},
		"everything":    {domain.Configuration{LogLevel: domain.LogError, OutboxMiB: domain.MaxOutboxMiB, RadiosOff: tooMany[:16]}, nil},
		"the least":     {domain.Configuration{OutboxMiB: domain.MinOutboxMiB}, nil},
		"a level":       {domain.Configuration{LogLevel: "loud"}, []string{"log_level"}},
		"too little":    {domain.Configuration{OutboxMiB: -1}, []string{"outbox_mib"}},
		"too much":      {domain.Configuration{OutboxMiB: domain.MaxOutboxMiB + 1}, []string{"outbox_mib"}},
		"too many":      {domain.Configuration{RadiosOff: tooMany}, []string{"radios_off"}},
		"a name twice":  {domain.Configuration{RadiosOff: []string{"a", "a"}}, []string{"radios_off.1"}},
		"no name":       {domain.Configuration{RadiosOff: []string{""}}, []string{"radios_off.0"}},
		"a long name":   {domain.Configuration{RadiosOff: []string{strings.Repeat("r", 41)}}, []string{"radios_off.0"}},
		"several":       {domain.Configuration{LogLevel: "x", OutboxMiB: -5}, []string{"log_level", "outbox_mib"}},
		"a long enough": {domain.Configuration{RadiosOff: []string{strings.Repeat("r", 40)}}, nil},
	} {
		var fields []string
		if err := c.given.Check(); err != nil {
			var refused *domain.Error
			if !errors.As(err, &refused) {
				t.Fatalf("%s: %v", name, err)
			}
			for _, f := range refused.Faults {
				fields = append(fields, f.Field)
			}
		}
		if !slices.Equal(fields, c.wrong) {
			t.Errorf("%s: %v are refused, want %v", name, fields, c.wrong)
		}
	}
}

// configure records a wish and returns its version.
func (h *house) configure(wanted domain.Configuration) domain.Seq {
	h.Helper()
	ev, err := h.Configure(gateway, wanted, domain.PersonActor(founder))
	if err != nil {
		h.Fatalf("%v", err)
	}
	return h.record(ev).Seq
}

// settle records what the gateway told.
func (h *house) settle(version domain.Seq, state domain.ConfigurationState, reason string) {
	h.Helper()
	ev, err := h.Settle(gateway, version, state, reason)
	if err != nil {
		h.Fatalf("%v", err)
	}
	h.record(ev)
}

func TestAConfigurationIsAskedThenAppliedOrRolledBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := h.Gateways[gateway]
	if c := g.Configuration; c.Version != 0 || !c.Settled() {
		t.Errorf("a new gateway has %+v", c)
	}
	first := h.configure(domain.Configuration{LogLevel: domain.LogDebug})
	if c := g.Configuration; c.Settled() || c.Version != first || c.Wanted.LogLevel != domain.LogDebug {
		t.Errorf("%+v", c)
	}
	h.settle(first, domain.ConfigurationApplied, "")
	if c := g.Configuration; c.State != domain.ConfigurationApplied || c.Applied != first || c.Reason != "" {
		t.Errorf("%+v", c)
	}
	second := h.configure(domain.Configuration{OutboxMiB: 1})
	h.settle(first, domain.ConfigurationApplied, "") // told again: it says nothing of the second
	if c := g.Configuration; c.State != domain.ConfigurationAsked || c.Applied != first || c.Version != second {
		t.Errorf("%+v", c)
	}
	h.settle(second, domain.ConfigurationRolledBack, "it is full")
	if c := g.Configuration; c.State != domain.ConfigurationRolledBack || c.Applied != first || c.Reason != "it is full" || c.Wanted.OutboxMiB != 1 {
		t.Errorf("%+v", c)
	}
	if !g.Configuration.Settled() {
		t.Error("what was rolled back is still open")
	}
}

func TestWhatWasNeverAskedIsNotSettled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	version := h.configure(domain.Configuration{})
	for name, c := range map[string]struct {
		gateway domain.GatewayID
		version domain.Seq
		state   domain.ConfigurationState
	}{
		"another gateway": {other, version, domain.ConfigurationApplied},
		"version 0":       {gateway, 0, domain.ConfigurationApplied},
		"a later version": {gateway, version + 1, domain.ConfigurationApplied},
		"another state":   {gateway, version, domain.ConfigurationAsked},
	} {
		if _, err := h.Settle(c.gateway, c.version, c.state, ""); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Configure(other, domain.Configuration{}, domain.SystemActor); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("an unknown gateway: %v", err)
	}
	ev, _, err := h.Revoke(gateway, domain.SystemActor)
	if err != nil {
		t.Fatal(err)
	}
	h.record(ev)
	if _, err := h.Configure(gateway, domain.Configuration{}, domain.SystemActor); domain.CodeOf(err) != domain.Forbidden {
		t.Errorf("a revoked gateway: %v", err)
	}
}
