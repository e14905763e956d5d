package zwavejs_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"logis/edge/radio/radiotest"
	"logis/edge/radio/zwavejs"
	"logis/edge/radio/zwavejs/zwavelab"
)

// at returns the address of a node of the lab.
func at(node int) string { return fmt.Sprintf("7e570001-%d", node) }

// nodeOf is its inverse.
func nodeOf(address string) int {
	hardware, _, _ := strings.Cut(address, "/")
	_, text, _ := strings.Cut(hardware, "-")
	node, _ := strconv.Atoi(text)
	return node
}

func needsLab(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the real Z-Wave JS")
	}
}

func TestTheRadioKeepsTheContract(t *testing.T) {
	t.Parallel()
	needsLab(t)
	lab := zwavelab.Start(t,
		zwavelab.Node{ID: 2, Kind: "dimmer"}, zwavelab.Node{ID: 3, Kind: "colorLamp"}, zwavelab.Node{ID: 4, Kind: "plug"},
		zwavelab.Node{ID: 5, Kind: "lock"}, zwavelab.Node{ID: 6, Kind: "thermostat"}, zwavelab.Node{ID: 7, Kind: "curtain"},
		zwavelab.Node{ID: 8, Kind: "valve"}, zwavelab.Node{ID: 9, Kind: "twoGang"}, zwavelab.Node{ID: 10, Kind: "climate"},
		zwavelab.Node{ID: 11, Kind: "button"}, zwavelab.Node{ID: 12, Kind: "contact"}, zwavelab.Node{ID: 13, Kind: "smoke"},
		zwavelab.Node{ID: 14, Kind: "motion"}, zwavelab.Node{ID: 15, Kind: "leak"},
	)
	radiotest.Run(t, func(t *testing.T) radiotest.Rig {
		t.Helper()
		r, err := zwavejs.New(zwavejs.Options{URL: lab.URL})
		if err != nil {
			t.Fatal(err)
		}
		return radiotest.Rig{
			Radio: r,
			Devices: map[string]string{
				"dimmable-light": at(2), "color-light": at(3), "plug": at(4), "lock": at(5), "thermostat": at(6), "curtain": at(7),
				"valve": at(8), "switch": at(9) + "/1", "climate-sensor": at(10), "button": at(11), "contact-sensor": at(12), "smoke-alarm": at(13),
				"motion-sensor": at(14), "leak-sensor": at(15),
			},
			Break:    func(address string) { lab.Reach(nodeOf(address), false) },
			Repair:   func(address string) { lab.Reach(nodeOf(address), true) },
			Patience: 20 * time.Second,
		}
	})
}
