package mqttdiscovery

import (
	"hash/fnv"
	"strconv"
	"strings"

	"logis/domain/thing"
	words "logis/edge/radio/press"
)

// trigger is a message that means something was done to a button.
type trigger struct {
	topic    string
	template *template
	meaning  map[string]gesture // by what the message says; "" for whatever it says
}

// gesture is what was done to which button. One without event means nothing of
// its own: the first half of a press.
type gesture struct {
	event    string
	position int // from 1, 0 for the only one, or lastHeld
	count    int // how often it was pressed; 0 where that has no meaning
}

// lastHeld stands for the button that was held last.
const lastHeld = -1

// pressable maps an entity that tells of presses: a device trigger or an event.
// others are those of the device.
func (p *part) pressable(e *entity, others []*entity) bool {
	topic := e.fields.topic("topic")
	if e.component == "event" {
		topic = e.fields.topic("state_topic")
	}
	t, err := e.fields.template("value_template")
	if err != nil {
		p.refuse(e, "value_template", err)
		return false
	}
	meaning := map[string]gesture{}
	switch {
	case topic == "":
	case e.component == "device_automation" && e.fields.text("automation_type") == "trigger":
		if g, ok := triggerGesture(e, others); ok {
			meaning[e.fields.payload("payload", "")] = g
		}
	case e.component == "event":
		button := ""
		if several(others, "event") {
			button = e.object
		}
		for _, kind := range e.fields.texts("event_types") {
			if _, g, ok := split(kind); ok {
				meaning[kind] = gesture{g.Event, position(button), g.Count}
			}
		}
	}
	if len(meaning) == 0 {
		return false
	}
	p.presses = append(p.presses, trigger{topic, t, meaning})
	p.entities = append(p.entities, e)
	return true
}

func several(entities []*entity, component string) bool {
	n := 0
	for _, e := range entities {
		if e.component == component {
			n++
		}
	}
	return n > 1
}

// split reads a word for what was done to a button.
func split(word string) (button string, g words.Gesture, ok bool) {
	switch word {
	case "pressed", "ring":
		word = "press"
	case "long_pressed":
		word = "long_press"
	}
	return words.Split(word)
}

// triggerGesture reads the type and subtype of a device trigger.
func triggerGesture(e *entity, others []*entity) (gesture, bool) {
	kind, button := e.fields.text("type"), e.fields.text("subtype")
	if what, ok := strings.CutPrefix(kind, "button_"); ok {
		_, g, ok := words.Split(what)
		if kind == "button_short_press" && isAnnounced(others, "button_short_release", button) {
			g.Event = "" // the release completes it
		}
		return gesture{g.Event, position(button), g.Count}, ok
	}
	action := e.fields.payload("payload", button)
	if g, ok := dimming(action); ok {
		return g, true
	}
	button, g, ok := words.Split(action)
	if g.Words == "press" && isAnnounced(others, kind, action+"_release") {
		g.Event = ""
	}
	return gesture{g.Event, position(button), g.Count}, ok
}

func isAnnounced(entities []*entity, kind, subtype string) bool {
	for _, e := range entities {
		if e.fields.text("type") == kind && e.fields.text("subtype") == subtype {
			return true
		}
	}
	return false
}

// dimming reads the actions of remotes that speak Zigbee's level cluster: holding
// a button dims until it is let go.
func dimming(action string) (gesture, bool) {
	g, ok := map[string]gesture{
		"brightness_move_up": {words.Held, position("on"), 0}, "brightness_move_down": {words.Held, position("off"), 0},
		"brightness_stop":    {words.Released, lastHeld, 0},
		"brightness_step_up": {words.Pressed, position("up"), 1}, "brightness_step_down": {words.Pressed, position("down"), 1},
	}[action]
	return g, ok
}

// Positions of buttons that have a name in place of a number. A device may
// announce a button only when it is first pressed, so a position must follow
// from the name alone.
const (
	firstNamed = 32 // of names that are not well known
	manyNamed  = 200
)

// position returns which button a name means.
func position(button string) int {
	button = strings.TrimPrefix(button, "button_")
	if n, err := strconv.Atoi(button); err == nil && n >= 0 && n <= 255 {
		return n
	}
	known, ok := map[string]int{
		"": 0, "on": 1, "turn_on": 1, "off": 2, "turn_off": 2, "up": 3, "brightness_up": 3, "down": 4, "brightness_down": 4,
		"left": 5, "arrow_left": 5, "right": 6, "arrow_right": 6, "toggle": 7, "open": 8, "close": 9, "stop": 10, "play_pause": 11,
	}[button]
	if ok {
		return known
	}
	if tail := strings.LastIndexAny(button, "_ "); tail >= 0 { // switch_2
		if n, err := strconv.Atoi(button[tail+1:]); err == nil && n >= 0 && n <= 255 {
			return n
		}
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(button))
	return firstNamed + int(hash.Sum32()%manyNamed)
}

// data is what the signal of the gesture carries.
func (g gesture) data() thing.Value {
	fields := map[string]int{"position": g.position}
	if g.count > 0 {
		fields["count"] = g.count
	}
	v, err := thing.Of(fields)
	if err != nil {
		return ""
	}
	return v
}

// hear returns what a message means.
func (t *trigger) hear(r *reading) (g gesture, ok bool) {
	if !matches(t.topic, r.topic) {
		return g, false
	}
	said, ok := r.text(t.template)
	if !ok {
		return g, false
	}
	if g, ok := t.meaning[""]; ok {
		return g, true
	}
	g, ok = t.meaning[said]
	if !ok {
		if v, isJSON := decodeJSON([]byte(said)); isJSON {
			if m, isObject := v.(map[string]any); isObject {
				g, ok = t.meaning[wordOf(m["event_type"])]
			}
		}
	}
	return g, ok
}
