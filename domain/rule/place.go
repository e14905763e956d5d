package rule

import (
	"logis/domain"
)

// Place returns the gateway a rule may run on: the one that all its devices belong
// to, when it asks for nothing that a gateway cannot have or do. Zero: it runs in
// the cloud. What the home is set to and who is there, a gateway knows as it last
// heard it.
func Place(home *domain.Home, doc *domain.RuleDocument) domain.GatewayID {
	p := placing{home: home}
	for _, t := range doc.Triggers {
		p.trigger(t)
	}
	if doc.Condition != nil {
		p.condition(*doc.Condition)
	}
	for _, a := range doc.Actions {
		p.action(a)
	}
	if p.cloud {
		return domain.GatewayID{}
	}
	return p.gateway
}

// placing looks for the one gateway of a rule.
type placing struct {
	home    *domain.Home
	gateway domain.GatewayID // of the devices so far
	cloud   bool             // there is no one gateway
}

func (p *placing) device(id domain.DeviceID) {
	d, ok := p.home.Devices[id]
	switch {
	case !ok || d.Removed || d.Gateway.IsZero(), !p.gateway.IsZero() && p.gateway != d.Gateway:
		p.cloud = true
	default:
		p.gateway = d.Gateway
	}
}

// trigger takes what a gateway hears itself: its devices, and the time.
func (p *placing) trigger(t domain.Trigger) {
	switch {
	case t.Property != nil:
		p.device(t.Property.Device)
	case t.Signal != nil:
		p.device(t.Signal.Device)
	case t.Device != nil:
		p.device(t.Device.Device)
	case timed(t):
	default:
		p.cloud = true
	}
}

func (p *placing) condition(c domain.Condition) {
	for _, part := range c.All {
		p.condition(part)
	}
	for _, part := range c.Any {
		p.condition(part)
	}
	switch {
	case c.Not != nil:
		p.condition(*c.Not)
	case c.Property != nil:
		p.device(c.Property.Device)
	case c.Expression != "":
		p.expression(c.Expression)
	}
}

func (p *placing) expression(text string) {
	x, err := compile(text)
	if err != nil {
		p.cloud = true
		return
	}
	for _, id := range x.devices {
		p.device(id)
	}
}

func (p *placing) action(a domain.Action) {
	switch {
	case a.Command != nil:
		p.device(a.Command.Device)
	case a.Scene != nil:
		s, ok := p.home.Scenes[a.Scene.Scene]
		p.cloud = p.cloud || !ok
		if ok {
			for _, setting := range s.Settings {
				p.device(setting.Device)
			}
		}
	case a.Delay != nil, a.Notify != nil:
	default:
		p.cloud = true
	}
}

// For returns the rules that a gateway is to run, in the order of their ids. One
// that still runs on another gateway, or may be about to, is given up there first.
func For(home *domain.Home, gateway domain.GatewayID) []domain.PlacedRule {
	var all []domain.PlacedRule
	for _, r := range home.SortedRules() {
		elsewhere := !r.Gateway.IsZero() && r.Gateway != gateway ||
			!r.Offered.Gateway.IsZero() && r.Offered.Gateway != gateway
		if r.Active() && !elsewhere && Place(home, &r.Document) == gateway {
			all = append(all, domain.PlacedRule{Rule: r.ID, Version: r.Version})
		}
	}
	return all
}
