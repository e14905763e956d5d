package mqttdiscovery

import (
	"encoding/json"
	"errors"
	"fmt"

	"logis/domain/thing"
)

// batch is the messages an order becomes.
type batch struct {
	sends []send
	told  map[string]thing.Value // what the device told last
	lamp  *lampOrder
}

type send struct{ topic, payload string }

func (b *batch) add(topic, payload string) { b.sends = append(b.sends, send{topic, payload}) }

// lampOrder is what an order wants of a light; a light takes it in one piece.
type lampOrder struct {
	on                           *bool
	level, mireds, hue, saturate *float64
	compose                      func(lampOrder, *batch) error
}

// finish completes an order for a light. A colour needs both of its halves: the
// other one as it is, or a full colour; white has no hue to keep.
func (b *batch) finish() error {
	if b.lamp == nil {
		return nil
	}
	o := *b.lamp
	if o.hue != nil || o.saturate != nil {
		half := func(v *float64, property string, usual float64) *float64 {
			if v != nil {
				return v
			}
			if f, ok := b.told[property].Float(); ok && f > 0 {
				usual = f
			}
			return &usual
		}
		o.hue, o.saturate = half(o.hue, "currentHue", 0), half(o.saturate, "currentSaturation", fullPercent)
	}
	if o.on != nil && !*o.on && (o.level != nil || o.mireds != nil || o.hue != nil) {
		return errors.New("a lamp takes nothing while it is turned off")
	}
	return o.compose(o, b)
}

// fullPercent is all of something.
const fullPercent = 100

// numberOf returns the number a value must be.
func numberOf(v thing.Value) (float64, error) {
	f, ok := v.Float()
	if !ok {
		return 0, fmt.Errorf("%s is not a number", v)
	}
	return f, nil
}

// command is how an entity is told something: a topic, and a template that may
// wrap the payload.
type command struct {
	topic    string
	template *template
}

// command reads a command of an entity; ok is false when there is none that can
// be sent.
func (p *part) command(e *entity, topicKey, templateKey string) (c command, ok bool) {
	c.topic = e.fields.target(topicKey)
	var err error
	if c.template, err = e.fields.template(templateKey); err != nil {
		p.refuse(e, templateKey, err)
		return c, false
	}
	return c, c.topic != ""
}

// send adds the command with its payload; more are further variables of the
// template.
func (c command) send(b *batch, payload string, more scope) error {
	if c.template != nil {
		s := scope{"value": payload}
		if n, ok := parseNumber(payload); ok {
			s["value"] = n
		}
		for key, v := range more {
			s[key] = v
		}
		var err error
		if payload, err = c.template.render(s); err != nil {
			return fmt.Errorf("its command template: %w", err)
		}
	}
	b.add(c.topic, payload)
	return nil
}

// sendJSON adds an object.
func (c command) sendJSON(b *batch, object map[string]any) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	b.add(c.topic, string(text))
	return nil
}

// choice returns an encoder of values that stand for payloads.
func (c command) choice(words map[thing.Value]string) func(thing.Value, *batch) error {
	return func(v thing.Value, b *batch) error {
		payload, ok := words[v]
		if !ok || payload == "" {
			return fmt.Errorf("this device takes no %s", v)
		}
		return c.send(b, payload, nil)
	}
}
