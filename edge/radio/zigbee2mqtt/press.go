package zigbee2mqtt

import (
	"slices"
	"strconv"
	"strings"

	"logis/domain/thing"
)

// press is what an action of a remote control means in the terms of the switch
// capability. The zero press is one that means nothing of its own: the first
// half of a press that is told in two.
type press struct {
	event    string
	position int // which button: from 1, 0 for the only one, or lastHeld
	count    int // how often it was pressed; 0 where that has no meaning
}

// lastHeld stands for the button that was held last.
const lastHeld = -1

// Events of the switch capability.
const (
	pressed  = "multiPressComplete"
	held     = "longPress"
	released = "longRelease"
)

// gesture is what was done to a button.
type gesture struct {
	words string
	event string
	count int
}

// gestures are the words of all remote controls Zigbee2MQTT knows, longest first
// where one ends another.
func gestures() []gesture {
	return []gesture{
		{"long_press_release", released, 0}, {"long_release", released, 0}, {"hold_release", released, 0},
		{"press_release", pressed, 1}, {"short_release", pressed, 1}, {"initial_press", "", 0},
		{"double_press", pressed, 2}, {"double_click", pressed, 2}, {"triple_press", pressed, 3}, {"triple_click", pressed, 3},
		{"short_press", pressed, 1}, {"long_press", held, 0}, {"long_click", held, 0}, {"single_click", pressed, 1},
		{"single", pressed, 1}, {"double", pressed, 2}, {"triple", pressed, 3}, {"quadruple", pressed, 4}, {"quintuple", pressed, 5},
		{"click", pressed, 1}, {"press", pressed, 1}, {"hold", held, 0}, {"long", held, 0}, {"release", released, 0},
	}
}

// bareButtons are actions that name a button and mean a press of it.
func bareButtons() []string {
	return []string{"on", "off", "toggle", "up", "down", "left", "right", "open", "close", "stop", "play_pause"}
}

// parsePresses gives every action of a remote control its meaning. Buttons with
// a number keep it; the others are numbered as they first appear, and the button
// of a control that names none is number 0. Actions that
// are no press (a lock's log, a cube that is turned) are left out.
func parsePresses(actions []string) map[string]press {
	buttons := newNumbering(actions)
	presses := map[string]press{}
	for _, action := range actions {
		if p, ok := dimming(action, actions, buttons); ok {
			presses[action] = p
			continue
		}
		button, g, ok := splitAction(action)
		if !ok {
			continue
		}
		if g.words == "press" && slices.Contains(actions, action+"_release") {
			presses[action] = press{} // the release completes it
			continue
		}
		if position, ok := buttons.position(button); ok {
			presses[action] = press{g.event, position, g.count}
			if g.event == "" {
				presses[action] = press{}
			}
		}
	}
	return presses
}

// dimming gives the actions of remotes that speak the level cluster their
// meaning: holding a button dims until it is let go.
func dimming(action string, all []string, buttons *numbering) (press, bool) {
	button := func(plain, dim string) int {
		if !slices.Contains(all, plain) {
			plain = dim
		}
		position, _ := buttons.position(plain)
		return position
	}
	switch action {
	case "brightness_move_up":
		return press{held, button("on", "brightness_up"), 0}, true
	case "brightness_move_down":
		return press{held, button("off", "brightness_down"), 0}, true
	case "brightness_stop":
		return press{released, lastHeld, 0}, true
	case "brightness_step_up":
		return press{pressed, button("brightness_up", "brightness_up"), 1}, true
	case "brightness_step_down":
		return press{pressed, button("brightness_down", "brightness_down"), 1}, true
	}
	return press{}, false
}

// splitAction finds the button and what was done to it: "left_double",
// "double_left", "button_3_hold", "hold", "on".
func splitAction(action string) (button string, g gesture, ok bool) {
	if strings.Contains(action, "*") {
		return "", g, false
	}
	if slices.Contains(bareButtons(), action) {
		return action, gesture{"", pressed, 1}, true
	}
	for _, g := range gestures() {
		switch {
		case action == g.words:
			return "", g, true
		case strings.HasSuffix(action, "_"+g.words):
			return strings.TrimPrefix(strings.TrimSuffix(action, "_"+g.words), "button_"), g, true
		case strings.HasPrefix(action, g.words+"_"):
			return strings.TrimPrefix(strings.TrimPrefix(action, g.words+"_"), "button_"), g, true
		}
	}
	return "", g, false
}

// numbering gives buttons their positions.
type numbering struct {
	byName map[string]int
	taken  map[int]bool
}

// maxPosition is the highest position the model of a button allows.
const maxPosition = 255

// newNumbering reserves the numbers that buttons have of their own.
func newNumbering(actions []string) *numbering {
	n := &numbering{byName: map[string]int{}, taken: map[int]bool{}}
	for _, action := range actions {
		button, _, ok := splitAction(action)
		if number, err := strconv.Atoi(button); ok && err == nil && number >= 0 && number <= maxPosition {
			n.byName[button], n.taken[number] = number, true
		}
	}
	return n
}

func (n *numbering) position(button string) (int, bool) {
	if button == "" { // the only one
		return 0, true
	}
	if position, ok := n.byName[button]; ok {
		return position, true
	}
	for position := 1; position <= maxPosition; position++ {
		if !n.taken[position] {
			n.byName[button], n.taken[position] = position, true
			return position, true
		}
	}
	return 0, false
}

// data is what the signal of the press carries.
func (p press) data() thing.Value {
	fields := map[string]int{"position": p.position}
	if p.count > 0 {
		fields["count"] = p.count
	}
	v, err := thing.Of(fields)
	if err != nil {
		return ""
	}
	return v
}
