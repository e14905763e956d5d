package mqttdiscovery

import (
	"fmt"
	"math"

	"logis/domain/thing"
)

const (
	lift = "currentPositionLiftPercentage"
	// motion is no property of a model: it confirms that a cover has stopped.
	motion = "motion"
)

// cover maps curtains and blinds. Doors are left out: opening one is an order of
// class A, and no kind of Logis says so yet.
func (p *part) cover(e *entity) {
	if mentions(e.texts(), "garage", "gate", "door") {
		p.refuse(e, "device_class", errDoor)
		return
	}
	f := e.fields
	open, closed := f.number("position_open", fullPercent), f.number("position_closed", 0)
	if open == closed {
		p.refuse(e, "position_open", errUnfit)
		return
	}
	state := map[string]thing.Value{f.payload("state_open", "open"): "0", f.payload("state_closed", "closed"): "100"}
	position := &binding{property: lift, matches: within(2), hoped: true} // covers stop a little early or late
	position.sources = p.source(e, "position_topic", "position_template", numeric(0, func(at float64) float64 {
		return fullPercent * (open - at) / (open - closed)
	}))
	if len(position.sources) == 0 {
		position.sources = p.source(e, "state_topic", "value_template", word(state))
	}
	c, commands := p.command(e, "command_topic", "command_template")
	set, sets := p.command(e, "set_position_topic", "set_position_template")
	switch {
	case sets:
		position.encode = func(v thing.Value, b *batch) error {
			percent, err := numberOf(v)
			if err != nil {
				return err
			}
			at := math.Round(open - percent*(open-closed)/fullPercent)
			return set.send(b, decimal(at), scope{"position": number{at, true}})
		}
	case commands:
		ends := map[thing.Value]string{"0": f.payload("payload_open", "OPEN"), "100": f.payload("payload_close", "CLOSE")}
		position.encode = func(v thing.Value, b *batch) error {
			if ends[v] == "" {
				return fmt.Errorf("this device takes only 0 and 100")
			}
			return c.send(b, ends[v], nil)
		}
	}
	if !p.bind(position) {
		return
	}
	p.kind = "curtain"
	if commands {
		p.coverActions(e, c)
	}
}

func (p *part) coverActions(e *entity, c command) {
	f := e.fields
	for name, payload := range map[string]string{
		"upOrOpen": f.payload("payload_open", "OPEN"), "downOrClose": f.payload("payload_close", "CLOSE"), "stopMotion": f.payload("payload_stop", "STOP"),
	} {
		if payload == "" {
			continue
		}
		want := map[string]map[string]thing.Value{"upOrOpen": {lift: "0"}, "downOrClose": {lift: "100"}, "stopMotion": {motion: "false"}}[name]
		p.actions[name] = action{func(b *batch) error { return c.send(b, payload, nil) }, want}
	}
	// A cover that says whether it moves has stopped when it says so; any other when
	// it tells where it is after it was told to stop.
	moving := &binding{property: motion, hidden: true}
	words := map[string]thing.Value{
		f.payload("state_opening", "opening"): "true", f.payload("state_closing", "closing"): "true",
		f.payload("state_open", "open"): "false", f.payload("state_closed", "closed"): "false", f.payload("state_stopped", "stopped"): "false",
	}
	for _, key := range []string{"state_opening", "state_closing", "state_open", "state_closed", "state_stopped", "state_topic"} {
		if f.has(key) && (key != "state_topic" || f.topic("position_topic") == "") && len(moving.sources) == 0 {
			moving.sources = p.source(e, "state_topic", "value_template", word(words))
		}
	}
	if len(moving.sources) == 0 {
		moving.sources = p.source(e, "position_topic", "position_template", func(said string) (thing.Value, bool) {
			_, ok := parseNumber(said)
			return "false", ok
		})
	}
	p.bind(moving)
}
