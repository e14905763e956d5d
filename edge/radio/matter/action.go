package matter

import "logis/domain/thing"

// action is something a device can be told to do.
type action struct {
	step  step
	wants map[string]thing.Value // values that prove it was done …
	proof *binding               // … or what proves it and is no property: true then
}

// actions returns what an endpoint can be told to do.
func actions(e uint16, a attributes) map[string]action {
	all := map[string]action{}
	at := func(cluster, attribute uint32) path { return path{e, cluster, attribute} }
	has := func(p path) bool {
		_, ok := a[p]
		return ok
	}
	if clock := at(clusterIdentify, 0); has(clock) {
		all["identify"] = action{
			step:  step{command: "Identify", path: clock, payload: map[string]any{"identifyTime": int(identifyFor.Seconds())}},
			proof: proof(clock, func(left uint64) bool { return left > 0 }),
		}
	}
	if state := at(clusterDoorLock, 0); has(state) {
		all["lockDoor"] = action{step{command: "LockDoor", path: state, timed: true}, map[string]thing.Value{"lockState": `"locked"`}, nil}
		all["unlockDoor"] = action{step{command: "UnlockDoor", path: state, timed: true}, map[string]thing.Value{"lockState": `"unlocked"`}, nil}
	}
	if state := at(clusterValve, 4); has(state) {
		all["closeValve"] = action{step{command: "Close", path: state}, map[string]thing.Value{"valveState": `"closed"`}, nil}
		all["openValve"] = action{step{command: "Open", path: state}, map[string]thing.Value{"valveState": `"open"`}, nil}
	}
	if motion := at(clusterCovering, 10); has(motion) {
		all["upOrOpen"] = action{step{command: "UpOrOpen", path: motion}, map[string]thing.Value{lift: "0"}, nil}
		all["downOrClose"] = action{step{command: "DownOrClose", path: motion}, map[string]thing.Value{lift: "100"}, nil}
		const moving = 3 // the first two bits of the status: up, down
		all["stopMotion"] = action{
			step:  step{command: "StopMotion", path: motion},
			proof: proof(motion, func(status uint64) bool { return status&moving == 0 }),
		}
	}
	return all
}

// proof returns a binding that is true while the attribute satisfies the condition.
func proof(at path, holds func(uint64) bool) *binding {
	return &binding{paths: []path{at}, decode: func(a attributes) (thing.Value, bool) {
		n, ok := whole(a[at])
		return thing.Bool(holds(n)), ok
	}}
}
