package zigbee2mqtt

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"logis/domain/thing"
	"logis/edge/radio"
)

func TestAGroupIsWhatItsMembersInReachSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ members, want string }{
		{"", "map[] 0"},
		{"- -", "map[] 0"},
		{"off", `map[onOff:false] 1`},
		{"off/10 off/20", `map[currentLevel:15 onOff:false] 1`},
		{"on/10 off/90", `map[currentLevel:10 onOff:true] 1`},
		{"on/10 on/20 off/90", `map[currentLevel:15 onOff:true] 1`},
		{"off/10 away-on/90", `map[currentLevel:10 onOff:false] 1`},
		{"on away-on/90", `map[onOff:true] 1`},
		{"away-on/90 away-on", `map[] 2`},
	} {
		g := &group{values: map[place]thing.Value{}, near: map[string]reach{}}
		g.bindings = map[string]binding{"onOff": {}, "currentLevel": {}}
		for i, said := range strings.Fields(c.members) {
			address := strconv.Itoa(i)
			g.members = append(g.members, member{device: &device{Device: radio.Device{Address: address}}})
			if said == "-" {
				continue
			}
			g.near[address] = reachable
			said, away := strings.CutPrefix(said, "away-")
			if away {
				g.near[address] = unreachable
			}
			state, level, told := strings.Cut(said, "/")
			g.values[place{address, "onOff"}] = thing.Bool(state == "on")
			if told {
				g.values[place{address, "currentLevel"}] = thing.Value(level)
			}
		}
		values, there := g.present()
		if got := fmt.Sprint(values, there); got != c.want {
			t.Errorf("%q is %s, want %s", c.members, got, c.want)
		}
	}
}
