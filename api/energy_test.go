package api

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rollup"
	"logis/domain/thing"
	"logis/eventstore"
)

// today returns the midnight with which the day began in the home.
func (h *house) today() time.Time {
	paris := rollup.NewCalendar("Europe/Paris").Zone()
	now := time.Now().In(paris)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, paris)
}

// counted records what meters said at times.
func (h *house) counted(device domain.DeviceID, at time.Time, kwh float64) {
	h.b.t.Helper()
	h.record(domain.Event{
		Entity: device.Entity(), Actor: domain.GatewayActor, OccurredAt: at,
		Fact: domain.DeviceReported{Values: map[string]thing.Value{rollup.Energy: thing.Number(kwh)}},
	})
}

func (h *house) energy(query string) (e Energy) {
	h.b.t.Helper()
	h.owner.ask("GET", h.path+"/energy?"+query, "").want(200).into(&e)
	return e
}

func date(t time.Time) string { return t.Format(time.DateOnly) }

func TestEnergyIsToldByDayDeviceAndRoomBesideTheDaysBefore(t *testing.T) {
	t.Parallel()
	h := setup(t).person("Ada").house("Home")
	fridge, heater := h.device("plug", "Fridge"), h.device("plug", "Heater")
	var room Room
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Kitchen"}`).want(201).into(&room)
	h.owner.ask("PATCH", h.deviceAt(fridge), `{"room":"`+room.ID.String()+`"}`, h.owner.ask("GET", h.deviceAt(fridge), "").match()).want(200)
	yesterday := h.today().AddDate(0, 0, -1)
	before := yesterday.AddDate(0, 0, -2)
	h.counted(fridge, before.Add(3*time.Hour), 100)
	h.counted(fridge, before.Add(9*time.Hour), 100.5) // the stretch before
	h.counted(fridge, yesterday.Add(-13*time.Hour), 101.5)
	h.counted(fridge, yesterday.Add(10*time.Hour), 102)
	h.counted(fridge, yesterday.Add(12*time.Hour), 0.25) // it began anew
	h.counted(heater, yesterday.Add(time.Hour), 7)
	h.counted(heater, yesterday.Add(2*time.Hour), 10)
	h.owner.ask("POST", h.path+"/tariffs", `{"from":"2026-01-01","currency":"EUR","price":0.3,"low":{"from":22,"to":6,"price":0.2}}`).want(201)

	stretch := "from=" + date(yesterday.AddDate(0, 0, -1)) + "&to=" + date(yesterday)
	e := h.energy(stretch)
	if e.Total.KWh != 4.75 || e.Before.KWh != 0.5 || len(e.Periods) != 2 || e.Seq != e.Head {
		t.Errorf("%+v, %d periods, as of %d of %d", e.Total, len(e.Periods), e.Seq, e.Head)
	}
	if e.Periods[0].KWh != 1 || e.Periods[1].KWh != 3.75 || e.Periods[1].BeforeKWh != 0.5 {
		t.Errorf("the days are %+v", e.Periods)
	}
	if want := rounded(3*0.2 + 1.75*0.3); e.Total.Cost == nil || *e.Total.Cost != want || e.Currency == nil || *e.Currency != "EUR" {
		t.Errorf("it costs %v, want %v", e.Total.Cost, want)
	}
	if e.Devices[0].Device != heater || e.Devices[0].KWh != 3 || e.Devices[1].KWh != 1.75 || *e.Rooms[1].Room != room.ID {
		t.Errorf("the devices are %+v, the rooms %+v", e.Devices, e.Rooms)
	}
	if only := h.energy(stretch + "&room=" + room.ID.String()); only.Total.KWh != 1.75 || len(only.Devices) != 1 {
		t.Errorf("in the room: %+v", only)
	}
	whole := h.device("meter", "Meter")
	h.counted(whole, yesterday.Add(time.Hour), 7000)
	h.counted(whole, yesterday.Add(23*time.Hour), 7006)
	if e := h.energy(stretch); e.Total.KWh != 1+6 || e.Periods[0].KWh != 1 || !e.Devices[0].Whole || len(e.Rooms) != 2 {
		t.Errorf("with a meter of the whole home: %+v, %+v", e.Total, e.Devices)
	}
	if only := h.energy(stretch + "&device=" + heater.String() + "&by=month"); only.Total.KWh != 3 {
		t.Errorf("of the heater: %+v", only)
	}
}

func TestACorrectionCountsUntilItIsWithdrawn(t *testing.T) {
	t.Parallel()
	h := setup(t).person("Ada").house("Home")
	plug := h.device("plug", "Fridge")
	day := h.today().AddDate(0, 0, -1)
	h.counted(plug, day.Add(time.Hour), 10)
	h.counted(plug, day.Add(2*time.Hour), 60) // never
	wrong := h.head()
	h.counted(plug, day.Add(3*time.Hour), 10.5)
	stretch := "from=" + date(day) + "&to=" + date(day)
	told := h.energy(stretch).Total.KWh
	var c Correction
	h.owner.ask("POST", h.path+"/corrections", fmt.Sprintf(`{"device":%q,"reason":"A spike","reading":%d,"property":%q}`, plug, wrong, rollup.Energy)).
		want(201).into(&c)
	if got := h.energy(stretch).Total.KWh; got != 0.5 || c.Reason != "A spike" || c.By.Name == nil {
		t.Errorf("%v kWh after the correction %+v", got, c)
	}
	var days Correction
	h.owner.ask("POST", h.path+"/corrections", fmt.Sprintf(`{"device":%q,"reason":"It was off","from":%q,"to":%q,"kwh":3}`, plug, date(day), date(day))).
		want(201).into(&days)
	if e := h.energy(stretch); e.Total.KWh != 3 || !e.Periods[0].Corrected || !e.Devices[0].Corrected {
		t.Errorf("%+v", e)
	}
	var all list[Correction]
	h.owner.ask("GET", h.path+"/corrections", "").want(200).into(&all)
	if len(all.Items) != 2 || all.Items[1].Reason != "It was off" {
		t.Errorf("the corrections are %+v", all.Items)
	}
	for _, c := range all.Items {
		h.owner.ask("DELETE", h.path+"/corrections/"+c.ID.String(), "").want(204)
	}
	if got := h.energy(stretch).Total.KWh; got != told {
		t.Errorf("%v kWh when all is withdrawn, want %v", got, told)
	}
}

func TestAReplacedPlugKeepsTheChartOfWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	h := setup(t).person("Ada").house("Home")
	first, second := h.device("plug", "Fridge"), h.device("plug", "Spare")
	day := h.today().AddDate(0, 0, -1)
	h.counted(first, day.Add(time.Hour), 10)
	h.counted(first, day.Add(2*time.Hour), 11)
	var now Device
	h.owner.ask("POST", h.deviceAt(first)+"/replacement", `{"by":"`+second.String()+`"}`).want(201).into(&now)
	if now.ID != second || now.Name != "Fridge" {
		t.Errorf("the device is %+v", now)
	}
	h.report(second, map[string]thing.Value{rollup.Energy: "500"})
	h.report(second, map[string]thing.Value{rollup.Energy: "500.25"})
	e := h.energy("from=" + date(day) + "&to=" + date(h.today()))
	if len(e.Devices) != 1 || e.Devices[0].KWh != 1.25 || e.Devices[0].Device != first || e.Devices[0].Now != second {
		t.Errorf("the devices are %+v", e.Devices)
	}
	statistics := func(query string) (s Statistics) {
		h.owner.ask("GET", h.deviceAt(second)+"/statistics?property="+rollup.Energy+"&size=hour&from="+url.QueryEscape(day.UTC().Format(time.RFC3339))+query, "").
			want(200).into(&s)
		return s
	}
	if s := statistics(""); len(s.Hardware) != 2 || *s.Total.KWh != 1.25 {
		t.Errorf("the role: %v kWh of %+v", *s.Total.KWh, s.Hardware)
	}
	if s := statistics("&of=hardware"); len(s.Hardware) != 1 || *s.Total.KWh != 0.25 {
		t.Errorf("the hardware: %v kWh of %+v", *s.Total.KWh, s.Hardware)
	}
	h.owner.ask("POST", h.deviceAt(first)+"/replacement", `{"by":"`+second.String()+`"}`).refused(422, domain.Invalid)
}

func TestStatisticsTellNumbersStatesAndTheStretchBefore(t *testing.T) {
	t.Parallel()
	h := setup(t).person("Ada").house("Home")
	lamp := h.device("dimmable-light", "Lamp")
	start := h.today().AddDate(0, 0, -1)
	say := func(at time.Time, property string, value thing.Value) {
		h.record(domain.Event{Entity: lamp.Entity(), OccurredAt: at, Fact: domain.DeviceReported{Values: map[string]thing.Value{property: value}}})
	}
	say(start.Add(-30*time.Minute), "currentLevel", "10")
	say(start.Add(30*time.Minute), "currentLevel", "50")
	say(start.Add(15*time.Minute), "onOff", "true")
	say(start.Add(45*time.Minute), "onOff", "false")
	ask := func(query string) string {
		return h.deviceAt(lamp) + "/statistics?from=" + url.QueryEscape(start.UTC().Format(time.RFC3339)) +
			"&to=" + url.QueryEscape(start.Add(time.Hour).UTC().Format(time.RFC3339)) + query
	}
	var s Statistics
	h.owner.ask("GET", ask("&property=currentLevel&compare=true"), "").want(200).into(&s)
	if len(s.Points) != 1 || *s.Points[0].Mean != 30 || *s.Points[0].Min != 10 || s.Points[0].Count != 1 || s.Points[0].KWh != nil {
		t.Errorf("%+v", s.Points)
	}
	if before := s.Before.value; before == nil || *before.Mean != 10 {
		t.Errorf("before: %+v", before)
	}
	h.owner.ask("GET", ask("&property=onOff&size=five_minutes"), "").want(200).into(&s)
	if len(s.Points) != 12 || len(s.Total.States) != 2 || s.Total.States[0].Seconds != 1800 || s.Points[0].Last != "null" || s.Total.Mean != nil {
		t.Errorf("%+v", s.Total)
	}
	h.owner.ask("GET", h.deviceAt(lamp)+"/statistics?property=onOff&size=five_minutes&from=2016-01-01T00:00:00Z", "").refused(422, domain.Invalid)
	h.owner.ask("GET", h.path+"/devices/"+eventstore.NewID[domain.DeviceKind](start).String()+"/statistics?property=onOff&from=2026-01-01T00:00:00Z", "").
		refused(404, domain.NotFound)
	for _, query := range []string{"from=2026-05-04&to=2026-05-03", "from=x&to=2026-05-03", "from=2024-05-04&to=2026-05-03", "from=2026-05-04&to=9"} {
		h.owner.ask("GET", h.path+"/energy?"+query, "").refused(422, domain.Invalid)
	}
}
