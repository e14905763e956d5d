package api

import (
	"fmt"
	"time"

	"logis/domain/thing"
)

// late asks what the cloud knew at a time at which a device could not tell.
func (n *tour) late() {
	lamp := n.device("light", "Porch lamp")
	n.turn(lamp, true)
	lit := n.newest().RecordedAt.Time
	n.turnedBefore(lamp, false, lit)
	n.own("get-late?at="+stamp(lit.Add(time.Microsecond)), "")
}

// wayBack undoes a change, and puts the home back as it was.
func (n *tour) wayBack() {
	n.own("get-home", "")
	n.own("rename-home", `{"name":"Villa"}`)
	n.places["seq"] = seqText(n.head())
	n.own("plan-undo", "")
	n.own("undo-event", "")
	delete(n.places, "seq")

	lamp := n.device("dimmable-light", "Bedside lamp")
	n.report(lamp, map[string]thing.Value{"onOff": thing.Bool(true), "currentLevel": thing.Number(40)})
	then := n.head()
	n.report(lamp, map[string]thing.Value{"onOff": thing.Bool(true), "currentLevel": thing.Number(90)})
	n.own(fmt.Sprintf("plan-put-back?seq=%d", then), "")
	n.own("put-back", fmt.Sprintf(`{"seq":%d}`, then))
}

// incidents marks a part of the past and shows it to somebody outside.
func (n *tour) incidents() {
	door := n.device("lock", "Front door")
	after := n.head()
	n.report(door, map[string]thing.Value{"lockState": `"unlocked"`})
	n.report(door, map[string]thing.Value{"lockState": `"locked"`})
	n.made("incident", "mark-incident", fmt.Sprintf(`{"name":"The door at night","note":"Nobody was at home.","after":%d,"to":%d,"devices":[%q]}`,
		after, n.head(), door))
	var shared IncidentLink
	n.own("share-incident", `{"hours":24}`).into(&shared)
	n.ask(nil, "open-incident", `{"link":"`+shared.Link+`"}`)
	n.own("list-incidents", "")
	n.own("unshare-incident", "")
	n.own("remove-incident", "")
}

// files asks for what is kept and taken along, and how much it is.
func (n *tour) files() {
	n.own("list-audit?kind=command&limit=2", "")
	n.own("export-audit?format=csv&kind=command", "")
	n.own("export-history", "")
	n.own("check-history", "")
	n.own("set-retention", `{"keep_months":24}`)
	n.own("get-storage", "")
}
