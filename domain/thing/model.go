package thing

import (
	"maps"
	"slices"
)

// Model is what one kind of device, or one device, can be and do. A Model is
// immutable; its maps must not be changed.
type Model struct {
	ID         string // kind and version: "dimmable-light@1.0.0"
	Kind       string // "dimmable-light"
	Version    string // semantic version of the document
	Title      string // for people: "Dimmable light"
	DeviceType int    // Matter device type id; 0 = none
	Properties map[string]Property
	Actions    map[string]Action
	Events     map[string]Event
	Document   []byte // the Thing Model, every tm:ref resolved, as JSON
}

// Property is one value a device has.
type Property struct {
	Schema
	Term     string // Matter name: "matter:LevelControl.currentLevel"
	ReadOnly bool   // only the device moves it
	Class    Class  // class of a command that sets it
}

// Action is something a device can be told to do.
type Action struct {
	Title string
	Term  string // Matter name: "matter:DoorLock.unlockDoor"
	Class Class
	Input *Schema // nil: takes no input
	// Desires are the property values the action works towards, for classes
	// that converge: lockDoor desires lockState "locked".
	Desires map[string]Value
}

// Event is something a device tells that is not a lasting value, such as the
// press of a button.
type Event struct {
	Title string
	Term  string
	Data  *Schema // nil: carries no data
}

// PropertyNames returns the names in order.
func (m *Model) PropertyNames() []string { return sortedKeys(m.Properties) }

// ActionNames returns the names in order.
func (m *Model) ActionNames() []string { return sortedKeys(m.Actions) }

// EventNames returns the names in order.
func (m *Model) EventNames() []string { return sortedKeys(m.Events) }

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
