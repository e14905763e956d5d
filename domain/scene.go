package domain

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"logis/domain/thing"
)

// ActivateScene decides on a scene: the event that says so, and what is then to be
// asked of each device. Depth is that of the rule that does it, 0 for a person. It
// refuses with NotFound. What can fade is asked to do so over the scene's time.
func (h *Home) ActivateScene(id SceneID, actor Actor, depth int) (Event, []CommandRequest, error) {
	s, ok := h.Scenes[id]
	if !ok {
		return Event{}, nil, Errorf(NotFound, "there is no such scene")
	}
	fact := SceneActivated{Version: s.Version, Before: h.Capture(s.Settings), Depth: depth}
	return Event{Entity: id.Entity(), Actor: actor, Fact: fact}, h.requests(s.Settings, time.Duration(s.TransitionMS)*time.Millisecond, actor, depth), nil
}

// UndoScene decides on taking back the last activation of a scene: the values from
// before it are wanted again, and at once: who takes back wants it to stop. It refuses with NotFound, and with Conflict when
// there is nothing to take back.
func (h *Home) UndoScene(id SceneID, actor Actor) (Event, []CommandRequest, error) {
	s, ok := h.Scenes[id]
	switch {
	case !ok:
		return Event{}, nil, Errorf(NotFound, "there is no such scene")
	case len(s.Activated.Before) == 0:
		return Event{}, nil, Errorf(Conflict, "the scene was not activated, or nothing was known before it")
	}
	fact := SceneActivated{Version: s.Version, Undoes: s.Activated.Seq}
	return Event{Entity: id.Entity(), Actor: actor, Fact: fact}, h.requests(s.Activated.Before, 0, actor, 0), nil
}

// Capture returns what the devices of settings report now for the same properties,
// as far as they ever did.
func (h *Home) Capture(settings []SceneSetting) []SceneSetting {
	var now []SceneSetting
	for _, s := range settings {
		set := map[string]thing.Value{}
		for name := range s.Set {
			if v := h.reported(s.Device, name); v != "" {
				set[name] = v
			}
		}
		if len(set) > 0 {
			now = append(now, SceneSetting{Device: s.Device, Set: set})
		}
	}
	return now
}

// requests turns settings into commands: one for each device and class. Only what can
// fade takes the transition.
func (h *Home) requests(settings []SceneSetting, transition time.Duration, actor Actor, depth int) []CommandRequest {
	var all []CommandRequest
	for _, s := range settings {
		byClass := map[thing.Class]map[string]thing.Value{}
		for name, value := range s.Set {
			class := h.classOf(s.Device, name)
			if byClass[class] == nil {
				byClass[class] = map[string]thing.Value{}
			}
			byClass[class][name] = value
		}
		for _, class := range slices.SortedFunc(maps.Keys(byClass), cmp.Compare[thing.Class]) {
			r := CommandRequest{Device: s.Device, Set: byClass[class], Actor: actor, Depth: depth}
			if h.fades(s.Device, r.Set) {
				r.Transition = transition
			}
			all = append(all, r)
		}
	}
	return all
}

// fades is Fades for a device, false when there is no such one.
func (h *Home) fades(id DeviceID, set map[string]thing.Value) bool {
	d, ok := h.Devices[id]
	if !ok {
		return false
	}
	model, err := h.Model(d)
	return err == nil && Fades(model, set)
}

// classOf returns the class of a command that sets a property, zero when there is
// no such device or property.
func (h *Home) classOf(id DeviceID, name string) thing.Class {
	d, ok := h.Devices[id]
	if !ok {
		return 0
	}
	model, err := h.Model(d)
	if err != nil {
		return 0
	}
	return model.Properties[name].Class
}

// CheckSetting returns what is wrong with values for a device: each must be one that
// can be set, and none may open anything.
func (h *Home) CheckSetting(d *Device, set map[string]thing.Value) []Fault {
	model, err := h.Model(d)
	if err != nil {
		return []Fault{{"device", "has no model here"}}
	}
	var faults []Fault
	for _, name := range slices.Sorted(maps.Keys(set)) {
		class, _, wrong := Weigh(model, CommandRequest{Set: map[string]thing.Value{name: set[name]}})
		faults = append(faults, wrong...)
		if len(wrong) == 0 && class == thing.Opening {
			faults = append(faults, Fault{"set." + name, "opens something, which no scene may"})
		}
	}
	return faults
}

// Settable returns the properties of a device that a scene may set, without values.
func (h *Home) Settable(d *Device) SceneSetting {
	s := SceneSetting{Device: d.ID, Set: map[string]thing.Value{}}
	model, err := h.Model(d)
	if err != nil {
		return s
	}
	for name, p := range model.Properties {
		if !p.ReadOnly && p.Class != thing.Opening {
			s.Set[name] = ""
		}
	}
	return s
}
