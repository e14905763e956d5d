package api

import (
	"fmt"
	"slices"
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

// A home of a lamp, a lock and a thermostat, which were changed since.
func TestTheHomeIsPutBackButForWhatLocksOrHeats(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, kid := b.person("Ada").house("Home"), b.person("Kim")
	h.admit(kid, domain.Child, domain.Scope{})
	lamp, other, lock, heater := h.device("dimmable-light", "Lamp"), h.device("light", "Other"), h.device("lock", "Door"), h.device("thermostat", "Heater")
	h.report(lamp, map[string]thing.Value{"onOff": thing.Bool(false), "currentLevel": thing.Number(40)})
	h.turn(other, true)
	h.report(lock, map[string]thing.Value{"lockState": `"unlocked"`})
	h.report(heater, map[string]thing.Value{"occupiedHeatingSetpoint": thing.Number(25)})
	then := h.head()
	late := h.device("light", "New")
	h.report(lamp, map[string]thing.Value{"onOff": thing.Bool(true), "currentLevel": thing.Number(90)})
	h.report(lock, map[string]thing.Value{"lockState": `"locked"`})
	h.report(heater, map[string]thing.Value{"occupiedHeatingSetpoint": thing.Number(18)})
	h.turn(late, true)

	var plan PutBackPlan
	h.owner.ask("GET", fmt.Sprintf("%s/put-back?seq=%d", h.path, then), "").want(200).into(&plan)
	if len(plan.Changes) != 1 || plan.Changes[0].Device != lamp || len(plan.Changes[0].Set) != 1 || plan.Changes[0].Set["onOff"] != thing.Bool(false) {
		t.Errorf("changes %+v", plan.Changes)
	}
	want := []PutBackLeft{{lock, domain.LeaveGuarded}, {heater, domain.LeaveGuarded}}
	if !slices.Equal(plan.Left, want) {
		t.Errorf("left %+v", plan.Left)
	}
	before := h.head()
	if before != plan.Head {
		t.Error("looking at a plan changed the home")
	}
	body := fmt.Sprintf(`{"seq":%d}`, then)
	var done PutBack
	h.owner.ask("POST", h.path+"/put-back", body).want(202).into(&done)
	if len(done.Commands) != 1 || done.Commands[0].Device != lamp || done.Commands[0].Correlation != done.Seq || done.Seq != before+1 || h.head() != before+2 {
		t.Errorf("%+v, head %d", done, h.head())
	}
	h.turn(lamp, false)
	h.owner.ask("POST", h.path+"/put-back", body).refused(409, domain.Conflict)
	h.owner.ask("POST", h.path+"/put-back", `{"seq":99999}`).refused(422, domain.Invalid)
	kid.ask("POST", h.path+"/put-back", body).refused(403, domain.Forbidden)
}
