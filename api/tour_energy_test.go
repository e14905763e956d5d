package api

import (
	"fmt"
	"time"

	"logis/domain"
	"logis/domain/rollup"
	"logis/domain/thing"
)

// energy asks what a fridge used, puts right what was wrong about it, and replaces
// its plug.
func (n *tour) energy() {
	n.temperatures()
	fridge, spare := n.device("plug", "Fridge"), n.device("plug", "Spare plug")
	n.places["from"] = "2025-01-01"
	n.own("set-tariff", `{"from":"2025-01-01","currency":"EUR","price":0.32,"low":{"from":22,"to":6,"price":0.21}}`)
	n.own("list-tariffs", "")
	day := n.today().AddDate(0, 0, -1)
	for i, kwh := range []float64{211.2, 211.7, 212.3, 212.6, 213.1} {
		n.counted(fridge, day.Add(time.Duration(i*11-30)*time.Hour), kwh)
	}
	n.own("get-energy?from="+date(day)+"&to="+date(day), "")
	n.counted(fridge, day.Add(20*time.Hour), 913.1)
	n.made("correction", "add-correction", fmt.Sprintf(`{"device":%q,"reason":"A spike of the meter","reading":%d,"property":%q}`,
		fridge, n.head(), rollup.Energy))
	n.own("list-corrections", "")
	n.own("withdraw-correction", "")
	n.own("remove-tariff", "")
	delete(n.places, "from")
	n.places["device"] = fridge.String()
	n.own("replace-device", `{"by":"`+spare.String()+`"}`)
	delete(n.places, "device")
}

// temperatures asks what two hours of yesterday were like.
func (n *tour) temperatures() {
	sensor := n.device("temperature-sensor", "Thermometer")
	noon := n.today().AddDate(0, 0, -1).Add(12 * time.Hour)
	for i, celsius := range []float64{19.4, 20.1, 20.8, 21.5} {
		at := noon.Add(time.Duration(i)*45*time.Minute - 30*time.Minute)
		n.record(domain.Event{Entity: sensor.Entity(), Actor: domain.GatewayActor, OccurredAt: at, Fact: domain.DeviceReported{
			Values: map[string]thing.Value{"temperature": thing.Number(celsius)},
		}})
	}
	n.places["device"] = sensor.String()
	n.own("get-statistics?property=temperature&size=hour&compare=true&from="+stamp(noon)+"&to="+stamp(noon.Add(2*time.Hour)), "")
	delete(n.places, "device")
}
