package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"logis/access"
	"logis/domain"
	"logis/projections"
)

// Energy is what a home, a room or a device used.
type Energy struct {
	From     string           `json:"from" doc:"The first day, in the home's time zone." example:"2026-05-01"`
	To       string           `json:"to" doc:"The last day." example:"2026-05-31"`
	By       string           `json:"by" enum:"day,month" doc:"How long each period is." example:"day"`
	TimeZone string           `json:"time_zone" doc:"The zone of the days." example:"Europe/Paris"`
	Currency *string          `json:"currency" doc:"Of the costs; null: there is no tariff." example:"EUR"`
	Seq      domain.Seq       `json:"seq" doc:"Everything up to this event is counted." example:"1042"`
	Head     domain.Seq       `json:"head" doc:"The newest event of the home." example:"1042"`
	Total    EnergyUse        `json:"total" doc:"All of it: on days on which a meter measured the whole home that alone, otherwise all devices together."`
	Before   EnergyUse        `json:"before" doc:"As many days right before."`
	Periods  []EnergyPeriod   `json:"periods" nullable:"false" doc:"Every day or month, in order."`
	Devices  []EnergyOfDevice `json:"devices" nullable:"false" doc:"What used it, the most first. One that was replaced goes on as the first that did it."`
	Rooms    []EnergyOfRoom   `json:"rooms" nullable:"false" doc:"Where, by where the devices are now; the most first. Meters of the whole home are in none."`
}

// EnergyUse is how much, and what it costs.
type EnergyUse struct {
	KWh  float64  `json:"kwh" doc:"Kilowatt hours." example:"4.2"`
	Cost *float64 `json:"cost" doc:"What it costs; null: there is no price for all of it." example:"1.34"`
}

// EnergyPeriod is what was used in a day or a month.
type EnergyPeriod struct {
	EnergyUse
	Start     string  `json:"start" doc:"Its first day." example:"2026-05-03"`
	BeforeKWh float64 `json:"before_kwh" doc:"What was used in the same place of the stretch before." example:"3.9"`
	Corrected bool    `json:"corrected" doc:"Whether somebody said what a part of it was." example:"false"`
}

// EnergyOfDevice is what one thing used.
type EnergyOfDevice struct {
	EnergyUse
	Device    domain.DeviceID `json:"device" format:"uuid" doc:"The first device that did it." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Now       domain.DeviceID `json:"now" format:"uuid" doc:"The device that does it now." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Name      string          `json:"name" doc:"What people call that." example:"Fridge"`
	Room      *domain.RoomID  `json:"room" format:"uuid" nullable:"true" doc:"Where that is; null: in no room." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Corrected bool            `json:"corrected" doc:"Whether somebody said what a part of it was." example:"false"`
	Whole     bool            `json:"whole" doc:"Whether it is a meter of the whole home: what the others used is part of it." example:"false"`
}

// EnergyOfRoom is what was used in one room.
type EnergyOfRoom struct {
	EnergyUse
	Room *domain.RoomID `json:"room" format:"uuid" nullable:"true" doc:"The room; null: in no room." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
}

type (
	energyInput struct {
		InHome
		From   string          `query:"from" required:"true" maxLength:"10" doc:"The first day, in the home's time zone." example:"2026-05-01"`
		To     string          `query:"to" required:"true" maxLength:"10" doc:"The last day; a year after the first at most." example:"2026-05-31"`
		By     string          `query:"by" enum:"day,month" default:"day" doc:"How long each period is." example:"day"`
		Device domain.DeviceID `query:"device" format:"uuid" doc:"Only what this does." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
		Room   domain.RoomID   `query:"room" format:"uuid" doc:"Only in this room." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	}
	energyOutput struct {
		Body Energy
	}
)

func (s *Server) addEnergy() {
	add(s, operation{
		id: "get-energy", method: http.MethodGet, path: "/homes/{home}/energy", tag: "Energy", action: access.ReadHistory,
		summary: "What was used, and what it costs",
		description: "Sums up what meters counted, by day or month, by device and room, beside as many days before. " +
			"What a meter counted between two readings belongs to the later one; one that begins anew or is replaced does no harm.",
	}, s.getEnergy)
	s.addTariffs()
	s.addCorrections()
}

func (s *Server) getEnergy(ctx context.Context, in *energyInput) (*energyOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	a, err := newAccount(v, in)
	if err != nil {
		return nil, err
	}
	if v.permit != nil && a.first.Before(v.permit.Horizon()) {
		return nil, hiddenPast()
	}
	seq, err := s.options.Rollups.Follow(ctx, in.Home, followPages)
	if err != nil {
		return nil, err
	}
	uses, err := s.options.Rollups.Energy(ctx, projections.Account{Home: v.home, From: a.date(-a.days), To: in.To})
	if err != nil {
		return nil, err
	}
	a.out.Seq, a.out.Head = seq, max(seq, v.home.Seq)
	for _, u := range uses {
		if a.whole(u.Role) {
			a.metered[u.Day] = true
		}
	}
	for _, u := range uses {
		a.add(&u)
	}
	return &energyOutput{a.close()}, nil
}

// maxEnergyDays bounds the days of one answer: a leap year.
const maxEnergyDays = 366

// account sums up uses in the shapes of the contract.
type account struct {
	view
	in      *energyInput
	first   time.Time // the first day, as a date
	days    int
	out     Energy
	total   sum
	before  sum
	periods []periodSum
	devices map[domain.DeviceID]*sum
	rooms   map[domain.RoomID]*sum
	metered map[string]bool // days on which the whole home was measured
}

// sum is an EnergyUse that grows.
type sum struct {
	kwh, cost float64
	unpriced  bool
	corrected bool
}

type periodSum struct {
	start string
	sum
	before float64
}

func newAccount(v view, in *energyInput) (*account, error) {
	first, err := time.Parse(time.DateOnly, in.From)
	if err != nil {
		return nil, domain.InvalidInput(domain.Fault{Field: "from", Message: "must be a day like 2026-05-01"})
	}
	last, err := time.Parse(time.DateOnly, in.To)
	days := int(last.Sub(first).Hours()/24) + 1
	if err != nil || days < 1 || days > maxEnergyDays {
		return nil, domain.InvalidInput(domain.Fault{Field: "to", Message: "must be a day, not before from, and at most 366 days with it"})
	}
	a := &account{
		view: v, in: in, first: first, days: days, devices: map[domain.DeviceID]*sum{}, rooms: map[domain.RoomID]*sum{}, metered: map[string]bool{},
		out: Energy{From: in.From, To: in.To, By: in.By, TimeZone: v.home.Profile.TimeZone},
	}
	if t, ok := v.home.Profile.Tariffs.On(in.To); ok {
		a.out.Currency = &t.Currency
	}
	for day := range days {
		if start := a.period(a.date(day)); len(a.periods) == 0 || a.periods[len(a.periods)-1].start != start {
			a.periods = append(a.periods, periodSum{start: start})
		}
	}
	return a, nil
}

// date returns the day so many days after the first.
func (a *account) date(days int) string { return a.first.AddDate(0, 0, days).Format(time.DateOnly) }

// period returns the first day of the period a day lies in. That of a month which is
// begun is the first day of the account.
func (a *account) period(day string) string {
	if a.in.By == "month" {
		return max(day[:len("2026-05")]+"-01", a.in.From)
	}
	return day
}

// wanted reports whether a role is asked for, and where it is now.
func (a *account) wanted(role domain.DeviceID) (now *domain.Device, ok bool) {
	cast := a.home.Cast(role)
	now, ok = a.home.Devices[cast[len(cast)-1].Device]
	if !ok || (!a.in.Device.IsZero() && a.home.RoleOf(a.in.Device) != role) || (!a.in.Room.IsZero() && now.Room != a.in.Room) {
		return nil, false
	}
	return now, true
}

// meterKind is the kind of device that measures a whole home.
const meterKind = "meter"

// whole reports whether a role is to measure the whole home, where that is asked for:
// what plugs count is part of it then.
func (a *account) whole(role domain.DeviceID) bool {
	now, ok := a.wanted(role)
	return ok && now.Kind == meterKind && a.in.Device.IsZero() && a.in.Room.IsZero()
}

// counts reports whether a use is part of the totals, and not of another use.
func (a *account) counts(u *projections.Use) bool {
	if a.metered[u.Day] {
		return a.whole(u.Role)
	}
	return true
}

func (a *account) add(u *projections.Use) {
	now, ok := a.wanted(u.Role)
	if !ok || (now.Kind == meterKind && !a.in.Room.IsZero()) {
		return
	}
	if a.out.Currency != nil && u.Currency != *a.out.Currency {
		u.Priced = false
	}
	day, err := time.Parse(time.DateOnly, u.Day)
	if err != nil {
		return
	}
	if day.Before(a.first) {
		if !a.counts(u) {
			return
		}
		a.before.add(u)
		same := a.period(a.date(int(day.Sub(a.first).Hours()/24) + a.days))
		if i := a.find(same); i >= 0 {
			a.periods[i].before += u.KWh
		}
		return
	}
	of(a.devices, u.Role).add(u)
	if now.Kind != meterKind {
		of(a.rooms, now.Room).add(u)
	}
	if i := a.find(a.period(u.Day)); i >= 0 && a.counts(u) {
		a.total.add(u)
		a.periods[i].add(u)
	}
}

func (a *account) find(start string) int {
	return slices.IndexFunc(a.periods, func(p periodSum) bool { return p.start == start })
}

// of returns the sum of a key, made if it is new.
func of[K comparable](sums map[K]*sum, key K) *sum {
	if sums[key] == nil {
		sums[key] = &sum{}
	}
	return sums[key]
}

func (s *sum) add(u *projections.Use) {
	s.kwh, s.cost = s.kwh+u.KWh, s.cost+u.Cost
	s.unpriced, s.corrected = s.unpriced || !u.Priced, s.corrected || u.Corrected
}

// use shows a sum; without any tariff it has no cost.
func (a *account) use(s sum) EnergyUse {
	use := EnergyUse{KWh: rounded(s.kwh)}
	if cost := rounded(s.cost); !s.unpriced && a.out.Currency != nil {
		use.Cost = &cost
	}
	return use
}

func (a *account) close() Energy {
	out := a.out
	out.Total, out.Before = a.use(a.total), a.use(a.before)
	out.Periods = all(a.periods, func(p periodSum) EnergyPeriod {
		return EnergyPeriod{EnergyUse: a.use(p.sum), Start: p.start, BeforeKWh: rounded(p.before), Corrected: p.corrected}
	})
	out.Devices, out.Rooms = []EnergyOfDevice{}, []EnergyOfRoom{}
	for _, role := range inOrder(a.devices) {
		now, _ := a.wanted(role)
		e := EnergyOfDevice{
			EnergyUse: a.use(*a.devices[role]), Device: role, Now: now.ID, Name: a.named(now.ID.Entity(), "Device"),
			Corrected: a.devices[role].corrected, Whole: a.whole(role),
		}
		if !now.Room.IsZero() {
			e.Room = &now.Room
		}
		out.Devices = append(out.Devices, e)
	}
	for _, room := range inOrder(a.rooms) {
		e := EnergyOfRoom{EnergyUse: a.use(*a.rooms[room])}
		if !room.IsZero() {
			e.Room = &room
		}
		out.Rooms = append(out.Rooms, e)
	}
	slices.SortStableFunc(out.Devices, func(x, y EnergyOfDevice) int { return cmp.Compare(y.KWh, x.KWh) })
	slices.SortStableFunc(out.Rooms, func(x, y EnergyOfRoom) int { return cmp.Compare(y.KWh, x.KWh) })
	return out
}
