package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Settings are what can be set of a gateway's agent.
type Settings struct {
	LogLevel  string   `json:"log_level" enum:",debug,info,warn,error" doc:"How much the agent writes into its log; empty: as its own settings say." example:"info"`
	OutboxMiB int      `json:"outbox_mib" minimum:"0" maximum:"4096" doc:"How much may wait for the cloud, in MiB; 0: as its own settings say." example:"64"`
	RadiosOff []string `json:"radios_off" nullable:"false" maxItems:"16" doc:"Names of radios that do not run." example:"[\"zigbee\"]"`
}

// Configuration is what a gateway should work with, and how far that came.
type Configuration struct {
	Version domain.Seq      `json:"version" doc:"Of what is wanted: the event that asked for it; 0: nothing was ever wanted." example:"1001"`
	Wanted  Settings        `json:"wanted" doc:"What is wanted."`
	Applied domain.Seq      `json:"applied" doc:"The version it works with; 0: its own settings." example:"1001"`
	State   string          `json:"state" enum:",asked,applied,rolled_back" doc:"What the wanted version came to." example:"applied"`
	Reason  string          `json:"reason" doc:"Why it was rolled back." example:""`
	Since   orNull[Instant] `json:"since" doc:"Since when; null as long as nothing was ever wanted."`
}

type configureInput struct {
	InGateway
	Based
	Body Settings
}

func (s *Server) addConfiguration() {
	const path = "/homes/{home}/gateways/{gateway}/configuration"
	add(s, operation{
		id: "get-configuration", method: http.MethodGet, path: path, tag: "Gateways", action: access.ReadHome,
		summary: "A gateway's configuration", description: "Returns what the gateway's agent should work with, and how far that came. Its ETag is the version.",
	}, s.getConfiguration)
	add(s, operation{
		id: "configure-gateway", method: http.MethodPut, path: path, tag: "Gateways", action: access.ManageGateways,
		summary: "Configure a gateway",
		description: "Sets what the gateway's agent should work with. It is told at once, or when it connects; it tries the settings for half a minute " +
			"and goes back to the last good ones when it is not well with them. State says which.",
	}, s.configureGateway)
}

func settingsOf(c domain.Configuration) Settings {
	return Settings{LogLevel: string(c.LogLevel), OutboxMiB: c.OutboxMiB, RadiosOff: append([]string{}, c.RadiosOff...)}
}

func (in Settings) configuration() domain.Configuration {
	c := domain.Configuration{LogLevel: domain.LogLevel(in.LogLevel), OutboxMiB: in.OutboxMiB}
	if len(in.RadiosOff) > 0 {
		c.RadiosOff = slices.Sorted(slices.Values(in.RadiosOff))
	}
	return c
}

func configurationOf(c domain.Configured) Configuration {
	out := Configuration{Version: c.Version, Wanted: settingsOf(c.Wanted), Applied: c.Applied, State: string(c.State), Reason: c.Reason}
	if !c.Since.IsZero() {
		out.Since = some(Instant{c.Since})
	}
	return out
}

func (s *Server) getConfiguration(ctx context.Context, in *InGateway) (*tagged[Configuration], error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	g, ok := v.home.Gateways[in.Gateway]
	if !ok {
		return nil, domain.Errorf(domain.NotFound, "there is no such gateway")
	}
	return tag(g.Configuration.Version, configurationOf(g.Configuration)), nil
}

func (s *Server) configureGateway(ctx context.Context, in *configureInput) (out *tagged[Configuration], err error) {
	err = s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		wanted := in.Body.configuration()
		ev, err := v.home.Configure(in.Gateway, wanted, principal(ctx).Actor())
		if err != nil {
			return err
		}
		c := &v.home.Gateways[in.Gateway].Configuration
		if err := in.check(c.Version); err != nil {
			return err
		}
		// What was rolled back is worth another try; the rest is as wanted already.
		if c.Version == 0 || c.State == domain.ConfigurationRolledBack || !reflect.DeepEqual(c.Wanted, wanted) {
			if _, err := tx.Record(ctx, in.Home, ev); err != nil {
				return err
			}
		}
		out = tag(c.Version, configurationOf(*c))
		return nil
	})
	return out, err
}
