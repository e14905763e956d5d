package mqttdiscovery

import (
	"errors"

	"logis/domain/thing"
)

var (
	errUnfit = errors.New("no model has this")
	errDoor  = errors.New("opening a door is no order of this model")
	errCode  = errors.New("a code cannot be given")
)

// lock maps a door lock. One that wants a code takes no orders.
func (p *part) lock(e *entity) {
	f := e.fields
	state := &binding{property: "lockState", sources: p.source(e, "state_topic", "value_template", word(map[string]thing.Value{
		f.payload("state_locked", "LOCKED"): `"locked"`, f.payload("state_unlocked", "UNLOCKED"): `"unlocked"`,
		f.payload("state_jammed", "JAMMED"): `"notFullyLocked"`,
	}))}
	c, ok := p.command(e, "command_topic", "command_template")
	if !ok && len(state.sources) == 0 {
		return
	}
	p.kind = "lock"
	p.bind(state)
	if f.text("code_format") != "" {
		p.refuse(e, "code_format", errCode)
		return
	}
	if !ok {
		return
	}
	for name, payload := range map[string]string{
		"lockDoor": f.payload("payload_lock", "LOCK"), "unlockDoor": f.payload("payload_unlock", "UNLOCK"),
	} {
		if payload != "" {
			want := map[string]thing.Value{"lockDoor": `"locked"`, "unlockDoor": `"unlocked"`}[name]
			p.actions[name] = action{
				func(b *batch) error { return c.send(b, payload, nil) },
				map[string]thing.Value{"lockState": want},
			}
		}
	}
}
