package rule

import (
	"fmt"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

func (c *checking) trigger(field string, t domain.Trigger) {
	if !c.one(field, t.Property != nil, t.Signal != nil, t.Time != nil, t.Cron != nil, t.Sun != nil,
		t.Presence != nil, t.Gateway != nil, t.Device != nil, t.Mode != nil, t.Rule != nil) {
		return
	}
	switch {
	case t.Property != nil:
		c.propertyTrigger(field+".property", t.Property)
	case t.Signal != nil:
		c.signalTrigger(field+".signal", t.Signal)
	case t.Presence != nil:
		c.person(field+".presence.person", t.Presence.Person)
		c.oneOf(field+".presence.change", t.Presence.Change, "arrives", "leaves", "first_arrives", "last_leaves")
	case t.Gateway != nil:
		if g, ok := c.home.Gateways[t.Gateway.Gateway]; !ok || g.Revoked {
			c.fault(field+".gateway.gateway", "is not a gateway of this home")
		}
		c.oneOf(field+".gateway.change", t.Gateway.Change, "lost", "back")
	case t.Device != nil:
		c.model(field+".device.device", t.Device.Device)
		c.oneOf(field+".device.change", t.Device.Change, "lost", "back")
	case t.Mode != nil:
		if t.Mode.To != "" {
			c.mode(field+".mode.to", t.Mode.To)
		}
	case t.Rule != nil:
		if _, ok := c.home.Rules[t.Rule.Rule]; !ok {
			c.fault(field+".rule.rule", "is not a rule of this home")
		}
	default:
		c.timeTrigger(field, t)
	}
}

func (c *checking) propertyTrigger(field string, t *domain.PropertyTrigger) {
	p, ok := c.property(field, t.Device, t.Property)
	if !ok {
		return
	}
	c.value(field+".from", p.Schema, t.From)
	c.value(field+".to", p.Schema, t.To)
	c.thresholds(field, p, t.Above, t.Below)
	c.held(field+".for_ms", t.ForMS)
	threshold := t.Above != nil || t.Below != nil
	switch {
	case t.To != "" && threshold:
		c.fault(field+".to", "must not stand beside above or below")
	case t.ForMS > 0 && t.To == "" && !threshold:
		c.fault(field+".for_ms", "must stand beside to, above or below: there is nothing to be held")
	}
	c.hysteresis(field, t.Hysteresis, threshold)
}

func (c *checking) hysteresis(field string, by float64, threshold bool) {
	if by < 0 || by > 0 && !threshold {
		c.fault(field+".hysteresis", "must be a positive number beside above or below")
	}
}

func (c *checking) signalTrigger(field string, t *domain.SignalTrigger) {
	model, ok := c.model(field+".device", t.Device)
	if !ok {
		return
	}
	event, ok := model.Events[t.Event]
	switch {
	case !ok:
		c.fault(field+".event", "is not one this device tells; it tells "+fmt.Sprint(model.EventNames()))
	case t.Data != "" && event.Data == nil:
		c.fault(field+".data", "must be left out: this event carries none")
	case t.Data != "":
		c.value(field+".data", *event.Data, t.Data)
	}
}

func (c *checking) timeTrigger(field string, t domain.Trigger) {
	before := len(c.faults)
	switch {
	case t.Time != nil:
		c.clock(field+".time.at", t.Time.At)
		c.days(field+".time.days", t.Time.Days)
	case t.Cron != nil:
		field += ".cron.line"
		if _, err := parseCron(t.Cron.Line); err != nil {
			c.fault(field, err.Error())
		}
	case t.Sun != nil:
		field += ".sun"
		c.oneOf(field+".event", t.Sun.Event, "sunrise", "sunset")
		c.sunOffset(field+".offset_minutes", t.Sun.OffsetMinutes)
		c.place(field)
	}
	if len(c.faults) > before {
		return
	}
	if _, ok := Next(c.home, t, c.home.Profile.Since); !ok {
		c.fault(field, "never happens")
	}
}

func (c *checking) sunOffset(field string, minutes int) {
	if minutes < -maxSunOffset || minutes > maxSunOffset {
		c.fault(field, fmt.Sprintf("must be from -%d to %d", maxSunOffset, maxSunOffset))
	}
}

func (c *checking) condition(field string, n domain.Condition, depth int) {
	c.parts++
	if depth > MaxNesting {
		c.fault(field, fmt.Sprintf("must not be nested deeper than %d", MaxNesting))
		return
	}
	if c.parts > MaxConditions || !c.one(field, n.All != nil, n.Any != nil, n.Not != nil, n.Property != nil,
		n.Time != nil, n.Sun != nil, n.Mode != nil, n.Presence != nil, n.Expression != "") {
		return
	}
	for i, part := range n.All {
		c.condition(fmt.Sprintf("%s.all[%d]", field, i), part, depth+1)
	}
	for i, part := range n.Any {
		c.condition(fmt.Sprintf("%s.any[%d]", field, i), part, depth+1)
	}
	if n.All != nil && len(n.All) == 0 || n.Any != nil && len(n.Any) == 0 {
		c.fault(field, "must have parts")
	}
	if n.Not != nil {
		c.condition(field+".not", *n.Not, depth+1)
	}
	c.test(field, n)
}

func (c *checking) test(field string, n domain.Condition) {
	switch {
	case n.Property != nil:
		c.propertyTest(field+".property", n.Property)
	case n.Time != nil:
		c.timeTest(field+".time", n.Time)
	case n.Sun != nil:
		c.oneOf(field+".sun.is", n.Sun.Is, "up", "down")
		c.sunOffset(field+".sun.offset_minutes", n.Sun.OffsetMinutes)
		c.place(field + ".sun")
	case n.Mode != nil:
		if len(n.Mode.Is) == 0 || len(n.Mode.Is) > domain.MaxModes {
			c.fault(field+".mode.is", "must name a mode")
		}
		for i, m := range n.Mode.Is {
			c.mode(fmt.Sprintf("%s.mode.is[%d]", field, i), m)
		}
	case n.Presence != nil:
		c.oneOf(field+".presence.is", n.Presence.Is, "present", "away")
		c.person(field+".presence.person", n.Presence.Person)
	case n.Expression != "":
		x, err := compile(n.Expression)
		if err != nil {
			c.fault(field+".expression", err.Error())
			return
		}
		for _, id := range x.devices {
			c.model(field+".expression", id)
		}
	}
}

func (c *checking) propertyTest(field string, t *domain.PropertyTest) {
	p, ok := c.property(field, t.Device, t.Property)
	if !ok {
		return
	}
	c.value(field+".is", p.Schema, t.Is)
	c.value(field+".is_not", p.Schema, t.IsNot)
	c.thresholds(field, p, t.Above, t.Below)
	c.held(field+".for_ms", t.ForMS)
	if t.Is == "" && t.IsNot == "" && t.Above == nil && t.Below == nil {
		c.fault(field, "must compare with something: is, is_not, above or below")
	}
	c.hysteresis(field, t.Hysteresis, t.Above != nil || t.Below != nil)
}

func (c *checking) timeTest(field string, t *domain.TimeTest) {
	if t.After != "" {
		c.clock(field+".after", t.After)
	}
	if t.Before != "" {
		c.clock(field+".before", t.Before)
	}
	if t.After == "" && t.Before == "" && len(t.Days) == 0 {
		c.fault(field, "must have after, before or days")
	}
	if t.After != "" && t.After == t.Before {
		c.fault(field+".before", "must differ from after")
	}
	c.days(field+".days", t.Days)
}

func (c *checking) action(field string, a domain.Action) {
	if !c.one(field, a.Command != nil, a.Scene != nil, a.Delay != nil, a.Notify != nil, a.Mode != nil, a.Webhook != nil) {
		return
	}
	switch {
	case a.Command != nil:
		c.command(field+".command", a.Command)
	case a.Scene != nil:
		s, ok := c.home.Scenes[a.Scene.Scene]
		if !ok {
			c.fault(field+".scene.scene", "is not a scene of this home")
			return
		}
		for _, setting := range s.Settings {
			c.openings(field+".scene.scene", setting.Device, domain.CommandRequest{Device: setting.Device, Set: setting.Set})
		}
	case a.Delay != nil:
		if a.Delay.MS <= 0 || a.Delay.MS > MaxDelay.Milliseconds() {
			c.fault(field+".delay.ms", "must be from 1 ms to "+MaxDelay.String())
		}
	case a.Notify != nil:
		c.person(field+".notify.person", a.Notify.Person)
	case a.Mode != nil:
		c.mode(field+".mode.to", a.Mode.To)
	case a.Webhook != nil:
		if _, ok := c.home.Webhooks[a.Webhook.Webhook]; !ok || a.Webhook.URL != "" {
			c.fault(field+".webhook.webhook", "is not a webhook of this home")
		}
	}
}

func (c *checking) command(field string, a *domain.CommandAction) {
	model, ok := c.model(field+".device", a.Device)
	if !ok {
		return
	}
	request := domain.CommandRequest{
		Device: a.Device, Set: a.Set, Action: a.Action, Input: a.Input,
		Transition: time.Duration(a.TransitionMS) * time.Millisecond,
	}
	class, _, faults := domain.Weigh(model, request)
	for _, f := range faults {
		c.fault(field+"."+f.Field, f.Message)
	}
	if most := class.Timing().Max; a.TTLMS < 0 || most > 0 && time.Duration(a.TTLMS)*time.Millisecond > most || most == 0 && a.TTLMS > 0 {
		c.fault(field+".ttl_ms", "is not one a command of class "+class.String()+" can have")
	}
	if len(faults) == 0 {
		c.grant(field+".device", a.Device, class)
	}
}

// openings names the devices a scene would open.
func (c *checking) openings(field string, device domain.DeviceID, request domain.CommandRequest) {
	model, ok := c.model(field, device)
	if !ok {
		return
	}
	for name := range request.Set {
		if p, ok := model.Properties[name]; ok {
			c.grant(field, device, p.Class)
		}
	}
}

// grant names a device that the rule opens without an owner's leave. The leave of
// an earlier version does not count: an edit must be confirmed anew.
func (c *checking) grant(field string, device domain.DeviceID, class thing.Class) {
	if class == thing.Opening && !slices.Contains(c.proposal.Grants, device) {
		c.fault(field, "is opened by this rule, which needs an owner's leave for this very version")
	}
}
