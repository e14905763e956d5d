// Package press reads the words with which software names what was done to a
// button, in the terms of the switch capability.
package press

import (
	"slices"
	"strings"
)

// Events of the switch capability.
const (
	Pressed  = "multiPressComplete"
	Held     = "longPress"
	Released = "longRelease"
)

// Gesture is what was done to a button.
type Gesture struct {
	Words string
	Event string // an event of the switch capability; "" for the first half of a press
	Count int    // how often it was pressed; 0 where that has no meaning
}

// gestures are the words of all remote controls Zigbee2MQTT knows, longest first
// where one ends another.
func gestures() []Gesture {
	return []Gesture{
		{"long_press_release", Released, 0}, {"long_release", Released, 0}, {"hold_release", Released, 0},
		{"press_release", Pressed, 1}, {"short_release", Pressed, 1}, {"initial_press", "", 0},
		{"double_press", Pressed, 2}, {"double_click", Pressed, 2}, {"triple_press", Pressed, 3}, {"triple_click", Pressed, 3},
		{"short_press", Pressed, 1}, {"long_press", Held, 0}, {"long_click", Held, 0}, {"single_click", Pressed, 1},
		{"single", Pressed, 1}, {"double", Pressed, 2}, {"triple", Pressed, 3}, {"quadruple", Pressed, 4}, {"quintuple", Pressed, 5},
		{"click", Pressed, 1}, {"press", Pressed, 1}, {"hold", Held, 0}, {"long", Held, 0}, {"release", Released, 0},
	}
}

// bareButtons are actions that name a button and mean a press of it.
func bareButtons() []string {
	return []string{"on", "off", "toggle", "up", "down", "left", "right", "open", "close", "stop", "play_pause"}
}

// Split finds the button and what was done to it: "left_double",
// "double_left", "button_3_hold", "hold", "on".
func Split(action string) (button string, g Gesture, ok bool) {
	if strings.Contains(action, "*") {
		return "", g, false
	}
	if slices.Contains(bareButtons(), action) {
		return action, Gesture{"", Pressed, 1}, true
	}
	for _, g := range gestures() {
		switch {
		case action == g.Words:
			return "", g, true
		case strings.HasSuffix(action, "_"+g.Words):
			return strings.TrimPrefix(strings.TrimSuffix(action, "_"+g.Words), "button_"), g, true
		case strings.HasPrefix(action, g.Words+"_"):
			return strings.TrimPrefix(strings.TrimPrefix(action, g.Words+"_"), "button_"), g, true
		}
	}
	return "", g, false
}
