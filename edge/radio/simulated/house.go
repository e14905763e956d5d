package simulated

import "fmt"

// plan is what a device of the simulated home is and where it stands.
type plan struct {
	kind, name, room string
	capabilities     []string
}

// house returns the pleasant home: every kind of thing.Standard at least once.
func house() []plan {
	battery := []string{"battery", "link-quality"}
	return []plan{
		{"light", "Lamp", "Living room", nil},
		{"dimmable-light", "Ceiling light", "Kitchen", nil},
		{"color-light", "Mood light", "Living room", nil},
		{"motion-sensor", "Motion", "Hall", battery},
		{"lock", "Front door lock", "Hall", []string{"battery"}},
		{"contact-sensor", "Front door", "Hall", append([]string{"tamper"}, battery...)},
		{"thermostat", "Thermostat", "Living room", nil},
		{"curtain", "Curtain", "Bedroom", nil},
		{"switch", "Fan switch", "Bathroom", nil},
		{"dimmer", "Dimmer", "Dining room", nil},
		{"plug", "Coffee machine", "Kitchen", []string{"mains"}},
		{"button", "Button", "Bedroom", battery},
		{"climate-sensor", "Climate", "Bedroom", append([]string{"pressure"}, battery...)},
		{"temperature-sensor", "Outside", "Garden", battery},
		{"humidity-sensor", "Humidity", "Bathroom", battery},
		{"light-sensor", "Daylight", "Garden", battery},
		{"leak-sensor", "Leak", "Bathroom", battery},
		{"smoke-alarm", "Smoke alarm", "Hall", []string{"battery", "battery-low"}},
		{"gas-alarm", "Gas alarm", "Kitchen", nil},
		{"valve", "Water main", "Cellar", nil},
		{"meter", "Electricity meter", "Cellar", nil},
		{"air-conditioner", "Air conditioner", "Bedroom", nil},
		{"sleep-sensor", "Bed", "Bedroom", nil},
		{"camera-hub", "Camera", "Garden", nil},
	}
}

// plans returns n devices: the house, then its devices again in more rooms. With
// n = 0 it returns the house.
func plans(n int) []plan {
	home := house()
	if n == 0 {
		return home
	}
	all := make([]plan, n)
	for i := range all {
		all[i] = home[i%len(home)]
		if round := i / len(home); round > 0 {
			all[i].name = fmt.Sprintf("%s %d", all[i].name, round+1)
			all[i].room = fmt.Sprintf("%s %d", all[i].room, round/4+2)
		}
	}
	return all
}
