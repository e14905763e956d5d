package zigbee2mqtt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"logis/domain/thing"
	"logis/edge/radio"
)

// listedGroup is one element of bridge/groups.
type listedGroup struct {
	ID      int           `json:"id"`
	Name    string        `json:"friendly_name"`
	Members []groupMember `json:"members"`
}

type groupMember struct {
	Address  string `json:"ieee_address"`
	Endpoint byte   `json:"endpoint"`
}

// group is several lamps or switches that obey one message on the air. What it
// says of itself is made of what they said; Zigbee2MQTT's own state of it is a
// hope and not listened to.
type group struct {
	mu sync.Mutex // taken after a unit's
	makeup
	values map[place]thing.Value
	near   map[string]reach // by address of the member
	told   map[string]thing.Value
	reach  reach
	acting bool // an order runs: what members say meanwhile is told with its end
}

// makeup is what a group is made of; lists change it, also while an order runs.
type makeup struct {
	device
	name    string // in topics
	members []member
}

func (g *group) madeOf() makeup {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.makeup
}

// member is a device of a group.
type member struct {
	unit   *unit
	device *device
}

// groupPrefix begins the address of a group.
const groupPrefix = "group-"

// takeGroups takes in bridge/groups, or looks at the last one anew because the
// devices have changed.
func (s *session) takeGroups(ctx context.Context, text []byte) error {
	var listed []json.RawMessage
	if err := json.Unmarshal(text, &listed); err != nil || len(listed) > maxGroups {
		s.stats.Malformed.Add(1)
		return nil
	}
	s.groupList = text
	if !isClosed(s.listed) { // nobody is there yet to be a member
		return nil
	}
	groups, left := map[string]*group{}, uint64(0)
	for _, element := range listed {
		g, err := s.mapGroup(element)
		switch {
		case errors.Is(err, errApart):
			left++
		case err != nil:
			s.stats.Malformed.Add(1)
		default:
			groups[g.Address] = g
		}
	}
	s.stats.GroupsLeft.Store(left)
	return s.replaceGroups(ctx, groups)
}

// errApart is why a group is nothing a home could use.
var errApart = errors.New("it has no members that can be switched together")

// mapGroup makes a device of a group. The error is errApart if it has no members, or
// one that cannot be switched.
func (s *session) mapGroup(element []byte) (*group, error) {
	var l listedGroup
	if err := json.Unmarshal(element, &l); err != nil {
		return nil, fmt.Errorf("element of bridge/groups: %w", err)
	}
	if l.ID <= 0 || !fitsTopic(l.Name) {
		return nil, fmt.Errorf("group %d: its name cannot be part of a topic", l.ID)
	}
	g := &group{
		makeup: makeup{name: l.Name},
		values: map[place]thing.Value{}, near: map[string]reach{}, told: map[string]thing.Value{},
	}
	for _, m := range l.Members {
		u := s.unitOf(m.Address)
		if u == nil {
			return nil, errApart
		}
		d := u.switchedAt(m.Endpoint)
		if d == nil {
			return nil, errApart
		}
		g.members = append(g.members, member{u, d})
	}
	if len(g.members) == 0 {
		return nil, errApart
	}
	return g, g.describe(s.radio.catalog, l.ID)
}

// describe says what a group is: what all its members are.
func (g *group) describe(catalog *thing.Catalog, id int) error {
	p := part{bindings: map[string]binding{}}
	p.bind(p.onOff(expose{Property: "state", On: json.RawMessage(`"ON"`), Off: json.RawMessage(`"OFF"`), Access: settable}))
	kind, capabilities := "switch", []string(nil)
	if g.all(func(d *device) bool { return strings.HasSuffix(d.Kind, "light") }) {
		kind = "light"
		if g.all(sets("currentLevel")) {
			kind = "dimmable-light"
			p.bind(p.level(expose{Property: "brightness"}))
		}
		if g.all(sets("colorTemperatureMireds")) {
			capabilities = append(capabilities, "color-temperature")
			p.bind(p.mireds(expose{Property: "color_temp"}))
		}
	}
	model, err := catalog.Describe(kind, capabilities)
	if err != nil {
		return fmt.Errorf("group %d: %w", id, err)
	}
	g.device = device{
		Device: radio.Device{
			Address: groupPrefix + strconv.Itoa(id), Kind: kind, Capabilities: capabilities, Name: g.name,
			Attributes: map[string]string{"group": strconv.Itoa(id), "members": strconv.Itoa(len(g.members))},
		},
		model: model, bindings: p.bindings,
	}
	return nil
}

func (g *group) all(holds func(*device) bool) bool {
	return !slices.ContainsFunc(g.members, func(m member) bool { return !holds(m.device) })
}

// sets reports whether a device takes orders for a property.
func sets(property string) func(*device) bool {
	return func(d *device) bool {
		b, ok := d.bindings[property]
		return ok && b.encode != nil
	}
}

// switchedAt returns the device of an endpoint if it is one a group can switch:
// none of what must not happen late or by chance.
func (u *unit) switchedAt(endpoint byte) *device {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		b, ok := d.bindings["onOff"]
		here := b.probe.endpoint == endpoint || !b.probe.exists() && len(u.devices) == 1
		kinds := []string{"light", "dimmable-light", "color-light", "switch", "plug", "dimmer"}
		if ok && b.encode != nil && here && slices.Contains(kinds, d.Kind) {
			return d
		}
	}
	return nil
}

// replaceGroups tells which groups there are now. One that was there remains the
// same, whatever it is made of now: an order for it may be under way.
func (s *session) replaceGroups(ctx context.Context, now map[string]*group) error {
	s.mu.Lock()
	before, units := s.groups, slices.Collect(maps.Values(s.units))
	s.mu.Unlock()
	for _, u := range units {
		u.followedBy(nil)
	}
	for _, address := range s.radio.goneGroups(now) {
		if err := s.remove(ctx, address); err != nil {
			return err
		}
	}
	for _, address := range slices.Sorted(maps.Keys(now)) {
		g, is := now[address], now[address].makeup
		var known []*device
		if was := before[address]; was != nil {
			known = []*device{&was.device}
			g, now[address] = was, was
		}
		if err := s.introduce(ctx, known, []*device{&is.device}); err != nil {
			return err
		}
		g.mu.Lock()
		g.makeup = is
		g.mu.Unlock()
		for _, m := range is.members {
			m.unit.followedBy(g)
		}
		if err := g.tell(ctx, s.sink, radio.Report{}); err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.groups = now
	s.mu.Unlock()
	return nil
}

// followedBy has a group hear what the unit says from now on, and know what it said;
// nil: none does any more.
func (u *unit) followedBy(g *group) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if g == nil {
		u.followers = nil
		return
	}
	u.followers = append(u.followers, g)
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.Copy(g.values, u.told)
	for _, d := range u.devices {
		g.near[d.Address] = u.reach
	}
}

// heard takes in what a member said of itself.
func (g *group) heard(ctx context.Context, sink radio.Sink, r radio.Report) error {
	g.mu.Lock()
	for property, v := range r.Values {
		g.values[place{r.Address, property}] = v
	}
	g.mu.Unlock()
	return g.tell(ctx, sink, radio.Report{})
}

// reached takes in whether a member can be reached.
func (g *group) reached(ctx context.Context, sink radio.Sink, address string, is reach) error {
	g.mu.Lock()
	g.near[address] = is
	g.mu.Unlock()
	return g.tell(ctx, sink, radio.Report{})
}

// tell tells what has changed of a group, and the end of an order whose wishes and
// cause are in the report. While an order runs nothing else is told.
func (g *group) tell(ctx context.Context, sink radio.Sink, end radio.Report) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.acting {
		return nil
	}
	now, there := g.present()
	values := map[string]thing.Value{}
	for property, v := range now {
		if _, wanted := end.Values[property]; wanted || g.told[property] != v {
			values[property] = v
		}
	}
	end.Address, end.Values = g.Address, values
	if len(values) > 0 {
		if err := sink.Report(ctx, end); err != nil {
			return err
		}
		maps.Copy(g.told, values)
	}
	if there == g.reach {
		return nil
	}
	g.reach = there
	return sink.Reach(ctx, g.Address, there == reachable)
}

// present returns the state of a group: on while one of its members in reach is,
// as bright and warm as those that are on are on average. It is called under mu.
func (g *group) present() (values map[string]thing.Value, there reach) {
	sums, counts := map[string]float64{}, map[string]float64{}
	on, heard := false, false
	for _, m := range g.members {
		switch g.near[m.device.Address] {
		case reachable:
			there = reachable
		case unreachable:
			if there == reachUnknown {
				there = unreachable
			}
			continue
		case reachUnknown:
		}
		burns := g.values[place{m.device.Address, "onOff"}]
		on, heard = on || burns == "true", heard || burns != ""
	}
	values = map[string]thing.Value{}
	if !heard {
		return values, there
	}
	values["onOff"] = thing.Bool(on)
	for _, m := range g.members {
		if g.near[m.device.Address] == unreachable || on && g.values[place{m.device.Address, "onOff"}] != "true" {
			continue
		}
		for _, property := range []string{"currentLevel", "colorTemperatureMireds"} {
			if f, ok := g.values[place{m.device.Address, property}].Float(); ok {
				sums[property] += f
				counts[property]++
			}
		}
	}
	for property, n := range counts {
		if g.has(property) {
			values[property] = thing.Number(math.Round(sums[property] / n))
		}
	}
	return values, there
}

func (g *group) has(property string) bool {
	_, ok := g.bindings[property]
	return ok
}

// goneGroups returns the known addresses of groups that are no more.
func (r *Radio) goneGroups(now map[string]*group) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var gone []string
	for address := range r.known {
		if strings.HasPrefix(address, groupPrefix) && now[address] == nil {
			gone = append(gone, address)
		}
	}
	slices.Sort(gone)
	return gone
}
