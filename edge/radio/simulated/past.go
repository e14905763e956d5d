package simulated

import (
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

const day = 24 * time.Hour

// MaxPast bounds the past that is made up: what a cloud hears later than a month
// counts nowhere.
const MaxPast = 28 * day

// pastStep lies between two looks at the made-up home; a sensor tells every second
// one.
const pastStep = 15 * time.Minute

// Past makes up what the devices told before now: people who get up, leave, come
// home and go to bed, and the weather. The same seed gives the same past at the same
// time. Each device goes on from where its past ends.
func (h *Home) Past() ([]radio.Device, iter.Seq[radio.Memory]) {
	var devices []radio.Device
	for _, d := range h.all() {
		devices = append(devices, d.Device)
	}
	return devices, func(yield func(radio.Memory) bool) {
		now := h.options.Now().Truncate(time.Second)
		p := &past{rng: rand.New(rand.NewPCG(h.options.Seed, 0)), told: map[*device]map[string]thing.Value{}} //nolint:gosec // a simulation repeats itself on purpose
		for at := now.Add(-h.options.Past); at.Before(now); at = at.Add(pastStep) {
			p.live(at)
			for i, d := range h.all() {
				values := p.news(d)
				if len(values) == 0 {
					continue
				}
				h.mu.Lock()
				maps.Copy(d.values, values)
				h.mu.Unlock()
				// Nobody tells at the same moment as another.
				if !yield(radio.Memory{At: at.Add(time.Duration(i) * time.Second), Address: d.Address, Values: values}) {
					return
				}
			}
		}
	}
}

// past is a household as it was at one time.
type past struct {
	rng  *rand.Rand
	told map[*device]map[string]thing.Value // last

	step    int
	hour    float64 // of the day
	away    bool
	asleep  bool
	dark    bool
	cloud   float64 // 0 to 1, of the day
	outside float64 // °C
	inside  float64
	moist   float64 // of the bathroom
	brewing bool
	watts   float64 // of the whole house
	kwh     float64 // of it, since the beginning
	coffee  float64 // kWh of the coffee machine
}

// live moves the household on by one step.
func (p *past) live(at time.Time) {
	p.step++
	p.hour = float64(at.Hour()) + float64(at.Minute())/60
	free := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
	if p.step == 1 || p.hour < pastStep.Hours() {
		p.cloud = p.rng.Float64()
	}
	if p.step == 1 {
		p.inside, p.moist = 20, 45
	}
	late := p.rng.Float64() / 2 // nobody is on time
	p.asleep = p.hour < 6.5+late || p.hour > 22.5+late || free && p.hour < 8+late
	p.away = !free && p.hour > 8+late && p.hour < 17+late || free && p.hour > 14 && p.hour < 16+late
	p.dark = p.sun() < 0.1
	p.outside += (8 - 3*p.cloud + 6*p.sun() - p.outside) * 0.1
	p.outside += 0.1 * p.rng.NormFloat64()
	wanted := 21.0
	if p.away || p.asleep {
		wanted = 18
	}
	p.inside += (wanted-p.inside)*0.15 + 0.05*p.rng.NormFloat64()
	p.moist += (45 - p.moist) * 0.2
	if p.washes() {
		p.moist += 15
	}
	p.brewing = p.up() && p.hour < 9 && p.rng.IntN(3) == 0
	p.watts = p.load()
	p.kwh += p.watts * pastStep.Hours() / 1000
	p.coffee += p.brew() * pastStep.Hours() / 1000
}

// up reports whether somebody is at home and awake.
func (p *past) up() bool { return !p.away && !p.asleep }

func (p *past) washes() bool {
	return p.up() && (p.hour < 8 || p.hour > 22) && p.rng.IntN(2) == 0
}

func (p *past) brew() float64 {
	if p.brewing {
		return 900
	}
	return 0
}

// load is what the house uses: what is always on, people, heat, and the coffee.
func (p *past) load() float64 {
	watts := 140 + 25*p.rng.Float64()
	if p.up() {
		watts += 180 + 120*p.rng.Float64()
	}
	if p.up() && p.hour > 18 && p.hour < 20 {
		watts += 1400 * p.rng.Float64() // somebody cooks
	}
	if p.inside < 20 && !p.away {
		watts += 350
	}
	return watts + p.brew()
}

// sun is how high the sun stands: 0 at night, 1 at noon.
func (p *past) sun() float64 {
	if p.hour < 7 || p.hour > 18 {
		return 0
	}
	x := (p.hour - 12.5) / 5.5
	return 1 - x*x
}

// news returns what a device tells at this step: what it measures every second
// step, and what changed at once.
func (p *past) news(d *device) map[string]thing.Value {
	told := p.told[d]
	if told == nil {
		told = map[string]thing.Value{}
		p.told[d] = told
	}
	news := map[string]thing.Value{}
	for _, name := range slices.Sorted(maps.Keys(d.model.Properties)) {
		value, measured := p.value(d, name)
		if value == "" || value == told[name] || measured && p.step%2 != 0 {
			continue
		}
		news[name], told[name] = value, value
	}
	return news
}

// value returns a property of a device as it was, "" for what nobody looks back at,
// and whether it is measured.
func (p *past) value(d *device, name string) (value thing.Value, measured bool) {
	switch name {
	case "temperature":
		if d.Room == "Garden" {
			return thing.Number(round(p.outside, 10)), true
		}
		return thing.Number(round(p.inside-0.5, 10)), true
	case "localTemperature":
		return thing.Number(round(p.inside, 10)), true
	case "relativeHumidity":
		if d.Room == "Bathroom" {
			return thing.Number(round(min(p.moist, 95), 1)), true
		}
		return thing.Number(round(45+5*p.cloud, 1)), true
	case "pressure":
		return thing.Number(round(1020-15*p.cloud, 1)), true
	case "illuminance":
		return thing.Number(round(9000*p.sun()*(1-0.8*p.cloud), 1)), true
	case "activePower":
		return thing.Number(round(p.power(d), 1)), d.Kind == "meter"
	case "cumulativeEnergyImported":
		return thing.Number(round(p.energy(d), 1000)), true
	}
	return p.state(d, name), false
}

// power is of the meter, or of the coffee machine.
func (p *past) power(d *device) float64 {
	if d.Kind == "meter" {
		return p.watts
	}
	return p.brew()
}

func (p *past) energy(d *device) float64 {
	if d.Kind == "meter" {
		return p.kwh
	}
	return p.coffee
}

// state is what people moved, or what moved with them.
func (p *past) state(d *device, name string) thing.Value {
	switch name {
	case "onOff":
		switch d.Kind {
		case "light", "dimmable-light":
			return thing.Bool(p.up() && p.dark)
		case "plug":
			return thing.Bool(p.brewing)
		}
		return thing.Bool(false)
	case "occupancy":
		return thing.Bool(p.up() && p.rng.IntN(3) == 0)
	case "lockState":
		if p.up() && !p.dark {
			return thing.Text("unlocked")
		}
		return thing.Text("locked")
	case "currentPositionLiftPercentage":
		if p.asleep {
			return thing.Number(100)
		}
		return thing.Number(0)
	case "sleepStage":
		if p.asleep {
			return thing.Text("deep")
		}
		return thing.Text("away")
	}
	return ""
}
