package api

import (
	"bytes"
	"context"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"logis/access"
	"logis/domain"
	"logis/domain/rollup"
	"logis/domain/thing"
	"logis/projections"
)

// Statistics are what one property of a device was like over a stretch of time.
type Statistics struct {
	Device   domain.DeviceID   `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Property string            `json:"property" doc:"The property." example:"temperature"`
	Size     string            `json:"size" enum:"five_minutes,hour,day" doc:"How long each point is; days are those of the home." example:"hour"`
	From     Instant           `json:"from" doc:"Where the first point begins."`
	To       Instant           `json:"to" doc:"Where the last point ends."`
	Seq      domain.Seq        `json:"seq" doc:"Everything up to this event is counted." example:"1042"`
	Head     domain.Seq        `json:"head" doc:"The newest event of the home. After a long time without a reader the two may differ for some seconds." example:"1042"`
	Points   []StatPoint       `json:"points" nullable:"false" doc:"Every point of the stretch, in order."`
	Total    StatPoint         `json:"total" doc:"The whole stretch as one."`
	Before   orNull[StatPoint] `json:"before" doc:"The stretch of the same length right before, as one; null: not asked for."`
	Hardware []StatHardware    `json:"hardware" nullable:"false" doc:"The devices that told it, one after the other: more than one where a device was replaced."`
}

// StatPoint is what a property was like in one stretch. A value holds until the next
// one is told, or until now.
type StatPoint struct {
	Start  Instant      `json:"start" doc:"Where it begins."`
	Count  int64        `json:"count" doc:"How many values were told; 0: what held before went on." example:"12"`
	Last   thing.Value  `json:"last" doc:"The value at its end; null: nothing was known."`
	Min    *float64     `json:"min" doc:"The least; null: no number." example:"19.5"`
	Max    *float64     `json:"max" doc:"The most; null: no number." example:"21.5"`
	Mean   *float64     `json:"mean" doc:"The mean by time: each value counts for as long as it held; null: no number." example:"20.4"`
	KWh    *float64     `json:"kwh" doc:"What a meter counted; null: not a meter's count." example:"0.42"`
	States []StateSpent `json:"states" nullable:"false" doc:"How long each state held, the longest first; none for numbers."`
}

// StateSpent is how long a state held.
type StateSpent struct {
	Value   thing.Value `json:"value" doc:"The state."`
	Seconds float64     `json:"seconds" doc:"For how long." example:"1800"`
}

// StatHardware is a device in the time in which it told a chart.
type StatHardware struct {
	Device domain.DeviceID `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	From   *Instant        `json:"from" nullable:"true" doc:"Since when; null: from the beginning."`
	To     *Instant        `json:"to" nullable:"true" doc:"Until when; null: still."`
}

// Sizes of points by their names.
//
//nolint:gochecknoglobals // never changed
var statSizes = map[string]rollup.Size{"five_minutes": rollup.Fine, "hour": rollup.Hour, "day": rollup.Day}

// followPages bounds what a reader waits for while a home is summed up: ten thousand
// events, half a second.
const followPages = 5

type (
	statisticsInput struct {
		InDevice
		Property string  `query:"property" required:"true" minLength:"1" maxLength:"64" doc:"The property." example:"temperature"`
		Size     string  `query:"size" enum:"five_minutes,hour,day" default:"hour" doc:"How long each point is. Five minutes are kept for two months." example:"hour"`
		From     Instant `query:"from" required:"true" doc:"The first point is the one this lies in." example:"2026-05-03T00:00:00Z"`
		To       Instant `query:"to" doc:"The points end here; now if not given. There are at most 1500." example:"2026-05-04T00:00:00Z"`
		Of       string  `query:"of" enum:"role,hardware" default:"role" doc:"role: what the device does, told by whatever did it before it was replaced; hardware: this very device." example:"role"`
		Compare  bool    `query:"compare" doc:"Whether the stretch right before is wanted, too." example:"true"`
	}
	statisticsOutput struct {
		Body Statistics
	}
)

func (s *Server) addStatistics() {
	add(s, operation{
		id: "get-statistics", narrow: true, method: http.MethodGet, path: "/homes/{home}/devices/{device}/statistics", tag: "History", action: access.ReadHistory,
		summary:     "What a value was like",
		description: "Sums up a property of a device over a stretch of time, in five minutes, hours or days: by when things happened, however late they were told.",
	}, s.getStatistics)
}

func (s *Server) getStatistics(ctx context.Context, in *statisticsInput) (*statisticsOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	d, ok := v.home.Devices[in.Device]
	if !ok || !v.sees(d) {
		return nil, domain.Errorf(domain.NotFound, "there is no such device")
	}
	c, err := s.chart(ctx, v, in)
	if err != nil {
		return nil, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	seq, err := s.options.Rollups.Follow(ctx, in.Home, followPages)
	if err != nil {
		return nil, err
	}
	out := Statistics{
		Device: in.Device, Property: in.Property, Size: in.Size, Seq: seq, Head: max(seq, v.home.Seq),
		Hardware: all(c.Cast, func(p domain.Played) StatHardware { return StatHardware{p.Device, instant(p.From), instant(p.To)} }),
	}
	calendar := rollup.NewCalendar(v.home.Profile.TimeZone)
	points, err := s.options.Rollups.Points(ctx, c, calendar, now.Time)
	if err != nil {
		return nil, err
	}
	meter := rollup.Meters(in.Property)
	shape := func(p rollup.Point) StatPoint { return statPoint(&p, meter) }
	out.Points, out.Total = all(points, shape), shape(rollup.Sum(points))
	out.From, out.To = Instant{points[0].Start}, Instant{points[len(points)-1].End}
	if in.Compare {
		c.From, c.To = out.From.Add(-out.To.Sub(out.From.Time)), out.From.Time
		if points, err = s.options.Rollups.Points(ctx, c, calendar, now.Time); err == nil {
			out.Before = some(shape(rollup.Sum(points)))
		}
	}
	return &statisticsOutput{out}, err
}

// chart says what is asked for, as far as the caller may see it.
func (s *Server) chart(ctx context.Context, v view, in *statisticsInput) (projections.Chart, error) {
	to := in.To
	if to.IsZero() {
		var err error
		if to, err = s.now(ctx); err != nil {
			return projections.Chart{}, err
		}
	}
	first := in.From.Time
	if in.Compare {
		first = first.Add(-to.Sub(first))
	}
	if v.permit != nil && first.Before(v.permit.Horizon()) {
		return projections.Chart{}, hiddenPast()
	}
	cast := []domain.Played{{Device: in.Device}}
	if in.Of == "role" && v.everywhere() {
		cast = v.home.Cast(v.home.RoleOf(in.Device))
	}
	return projections.Chart{
		Home: in.Home, Cast: cast, Property: in.Property, Size: statSizes[in.Size], From: in.From.Time, To: to.Time,
	}, nil
}

func statPoint(p *rollup.Point, meter bool) StatPoint {
	out := StatPoint{Start: Instant{p.Start}, Count: p.Count, Last: p.Last, States: spent(p.States)}
	if !p.Known() {
		return out
	}
	if p.Number() {
		least, most, mean := rounded(p.Min), rounded(p.Max), rounded(p.Mean)
		out.Min, out.Max, out.Mean = &least, &most, &mean
	}
	if meter {
		kwh := rounded(p.Rise)
		out.KWh = &kwh
	}
	return out
}

// spent orders states by how long they held.
func spent(states map[thing.Value]time.Duration) []StateSpent {
	values := slices.SortedFunc(maps.Keys(states), func(a, b thing.Value) int {
		if d := states[b] - states[a]; d != 0 {
			return int(d / max(d, -d))
		}
		return bytes.Compare([]byte(a), []byte(b))
	})
	return all(values, func(value thing.Value) StateSpent { return StateSpent{value, rounded(states[value].Seconds())} })
}

// rounded cuts what is below a millionth, which no device measures.
func rounded(f float64) float64 { return math.Round(f*1e6) / 1e6 }
