package zigbee2mqtt

import (
	"slices"
	"strconv"

	"logis/domain/thing"
	words "logis/edge/radio/press"
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
		button, g, ok := words.Split(action)
		if !ok {
			continue
		}
		if g.Words == "press" && slices.Contains(actions, action+"_release") {
			presses[action] = press{} // the release completes it
			continue
		}
		if position, ok := buttons.position(button); ok {
			presses[action] = press{g.Event, position, g.Count}
			if g.Event == "" {
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
		return press{words.Held, button("on", "brightness_up"), 0}, true
	case "brightness_move_down":
		return press{words.Held, button("off", "brightness_down"), 0}, true
	case "brightness_stop":
		return press{words.Released, lastHeld, 0}, true
	case "brightness_step_up":
		return press{words.Pressed, button("brightness_up", "brightness_up"), 1}, true
	case "brightness_step_down":
		return press{words.Pressed, button("brightness_down", "brightness_down"), 1}, true
	}
	return press{}, false
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
		button, _, ok := words.Split(action)
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
