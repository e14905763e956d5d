package domain

import (
	"time"

	"logis/domain/thing"
)

// MaxTransition bounds how long a lamp may take to the values wanted: a slow dawn.
// Who asked is told nothing final for as long, and what takes longer is a rule.
const MaxTransition = 10 * time.Minute

// Fades reports whether a device of the model may go to the values gradually. Whether
// the hardware can is known to its radio alone: what cannot goes there at once.
func Fades(model *thing.Model, set map[string]thing.Value) bool {
	_, dims := model.Properties["currentLevel"]
	for name := range set {
		switch facetOf(name) {
		case brightness:
			if dims {
				return true
			}
		case color:
			return true
		case neither:
		}
	}
	return false
}

// Overtakes reports whether an order for newer values of a device leaves an older
// fade of it no way to its end: both want the same, or of two that are about how
// bright the lamp is, or about its colour, only one can have its way. A lamp that is
// turned off goes nowhere.
func Overtakes(newer, older map[string]thing.Value) bool {
	if newer["onOff"] == thing.Bool(false) {
		return true
	}
	wanted := map[facet]bool{}
	for name := range newer {
		if _, same := older[name]; same {
			return true
		}
		wanted[facetOf(name)] = true
	}
	for name := range older {
		if f := facetOf(name); f != neither && wanted[f] {
			return true
		}
	}
	return false
}

// facet is what of a lamp a property is about.
type facet int

const (
	neither facet = iota
	brightness
	color
)

func facetOf(property string) facet {
	switch property {
	case "onOff", "currentLevel":
		return brightness
	case "currentHue", "currentSaturation", "colorTemperatureMireds":
		return color
	}
	return neither
}

// CheckTransition returns what is wrong with a transition of its own, without a
// device: of a scene, whose devices fade as they can.
func CheckTransition(transition time.Duration) []Fault {
	if transition < 0 || transition > MaxTransition {
		return []Fault{{"transition_ms", "must be from 0 to " + MaxTransition.String()}}
	}
	return nil
}

// checkFade returns what is wrong with the transition of a request.
func checkFade(model *thing.Model, r CommandRequest) []Fault {
	faults := CheckTransition(r.Transition)
	if len(faults) == 0 && r.Transition > 0 && !Fades(model, r.Set) {
		faults = []Fault{{"transition_ms", "must be left out: what is asked happens at once here"}}
	}
	return faults
}
