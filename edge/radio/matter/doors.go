package matter

import (
	"errors"
	"fmt"
	"math"

	"logis/domain/thing"
)

// lift is the property of a window covering.
const lift = "currentPositionLiftPercentage"

// bindLock binds the state of a lock. Unlatched is unlocked and more.
func bindLock(e uint16, a attributes) []binding {
	at := path{e, clusterDoorLock, 0}
	if _, ok := a[at]; !ok {
		return nil
	}
	b := bindWord("lockState", at, map[uint64]string{0: "notFullyLocked", 1: "locked", 2: "unlocked", 3: "unlocked"})
	b.moves = true
	return []binding{b}
}

var errNeedsPIN = errors.New("this lock wants a PIN with every order, which Logis does not keep")

// needsPIN reports whether a lock refuses orders without a PIN.
func needsPIN(e uint16, a attributes) bool {
	wants, _ := flag(a[path{e, clusterDoorLock, 51}])
	return wants
}

// bindCovering binds the position of a window covering, finer where it tells it
// finer. 0 is open, as in the model.
func bindCovering(e uint16, a attributes) []binding {
	const coarse, fine = 8, 14
	at, unit := path{e, clusterCovering, fine}, 100.0
	if _, ok := a[at]; !ok {
		at, unit = path{e, clusterCovering, coarse}, 1
	}
	if _, ok := a[at]; !ok {
		return nil
	}
	b := bindNumber(lift, at, 1/unit, 0)
	b.moves, b.tolerance = true, 1
	b.encode = func(v thing.Value, _ attributes) (step, error) {
		f, ok := v.Float()
		if !ok {
			return step{}, fmt.Errorf("%s is not a number", v)
		}
		hundredths := math.Round(f) * 100
		return step{command: "GoToLiftPercentage", path: at, payload: map[string]any{"liftPercent100thsValue": hundredths}}, nil
	}
	return []binding{b}
}
