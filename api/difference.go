package api

import (
	"context"

	"logis/domain"
	"logis/eventstore"
	"logis/history"
)

// Difference is what is not the same in a home at two times.
type Difference struct {
	From     domain.Seq             `json:"from" doc:"The newest event at the first time." example:"1000"`
	To       domain.Seq             `json:"to" doc:"The newest event at the second time." example:"1042"`
	Home     orNull[HomeDifference] `json:"home" doc:"The home itself; null: it is the same."`
	Rooms    []RoomDifference       `json:"rooms" nullable:"false" doc:"Rooms that are not the same."`
	Gateways []GatewayDifference    `json:"gateways" nullable:"false" doc:"Gateways that are not the same."`
	Devices  []DeviceDifference     `json:"devices" nullable:"false" doc:"Devices that came, went or are elsewhere or named otherwise."`
	Values   []ValueDifference      `json:"values" nullable:"false" doc:"Values that are not the same, of devices that are there at both times."`
}

// The changes of one part: as it was and as it is; null: it was not there.
type (
	// HomeDifference is a home that is not the same.
	HomeDifference struct {
		Was Home `json:"was" doc:"At the first time."`
		Is  Home `json:"is" doc:"At the second time."`
	}
	// RoomDifference is a room that is not the same.
	RoomDifference struct {
		Was orNull[Room] `json:"was" doc:"At the first time; null: it was not there."`
		Is  orNull[Room] `json:"is" doc:"At the second time; null: it is gone."`
	}
	// GatewayDifference is a gateway that is not the same.
	GatewayDifference struct {
		Was orNull[Gateway] `json:"was" doc:"At the first time; null: it was not there."`
		Is  orNull[Gateway] `json:"is" doc:"At the second time; null: it is gone."`
	}
	// DeviceDifference is a device that is not the same.
	DeviceDifference struct {
		Was orNull[Device] `json:"was" doc:"At the first time; null: it was not there."`
		Is  orNull[Device] `json:"is" doc:"At the second time; null: it is gone."`
	}
	// ValueDifference is a value that is not the same.
	ValueDifference struct {
		Device   domain.DeviceID  `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
		Property string           `json:"property" doc:"Which of its values." example:"onOff"`
		Was      orNull[Property] `json:"was" doc:"At the first time; null: there was none."`
		Is       orNull[Property] `json:"is" doc:"At the second time; null: there is none."`
	}
)

// clock is by which times the past is told.
type clock string

const trueClock clock = "true"

type (
	differenceInput struct {
		InHome
		From  Instant `query:"from" required:"true" doc:"The first time." example:"2026-05-03T14:00:00Z"`
		To    Instant `query:"to" required:"true" doc:"The second time, after the first." example:"2026-05-03T15:00:00Z"`
		Clock clock   `query:"clock" enum:"known,true" doc:"What the cloud knew at those times (if not given), or what was true at them." example:"true"`
	}
	differenceOutput struct {
		Body Difference
	}
)

func (s *Server) getDifference(ctx context.Context, in *differenceInput) (*differenceOutput, error) {
	if !in.To.After(in.From.Time) {
		return nil, domain.InvalidInput(domain.Fault{Field: "to", Message: "must be after from"})
	}
	was, err := s.instant(ctx, in, "from", in.From)
	if err != nil {
		return nil, err
	}
	is, err := s.instant(ctx, in, "to", in.To)
	if err != nil {
		return nil, err
	}
	return &differenceOutput{differenceOf(was, is, principal(ctx).Person)}, nil
}

// instant returns a view of the home at one of the two times.
func (s *Server) instant(ctx context.Context, in *differenceInput, field string, at Instant) (view, error) {
	if in.Clock != trueClock {
		seq, err := s.seqAt(ctx, in.Home, field, at)
		if err != nil {
			return view{}, err
		}
		return s.past(ctx, in.Home, field, Instant{}, seq)
	}
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), in.Home)
	if err != nil {
		return view{}, err
	}
	return s.past(ctx, in.Home, field, at, head.Seq)
}

func differenceOf(was, is view, person domain.PersonID) Difference {
	d := history.Compare(was.home, is.home)
	out := Difference{From: was.home.Seq, To: is.home.Seq}
	if d.Home {
		out.Home = some(HomeDifference{was.profile(person), is.profile(person)})
	}
	for _, id := range inOrder(d.Rooms) {
		out.Rooms = append(out.Rooms, RoomDifference{part(was.home.Rooms, id, was.room), part(is.home.Rooms, id, is.room)})
	}
	for _, id := range inOrder(d.Gateways) {
		out.Gateways = append(out.Gateways, GatewayDifference{part(was.home.Gateways, id, was.gateway), part(is.home.Gateways, id, is.gateway)})
	}
	for _, id := range inOrder(d.Devices) {
		out.Devices = append(out.Devices, DeviceDifference{was.deviceOrNull(id), is.deviceOrNull(id)})
	}
	out.Values = valuesOf(d, was, is)
	return out
}

// valuesOf returns the values that differ, of devices that are there both times: others
// came or went as a whole.
func valuesOf(d history.Difference, was, is view) (values []ValueDifference) {
	for _, id := range inOrder(d.Properties) {
		a, b := was.deviceOrNull(id), is.deviceOrNull(id)
		if a.value == nil || b.value == nil {
			continue
		}
		for _, name := range d.Properties[id] {
			values = append(values, ValueDifference{id, name, was.value(id, name), is.value(id, name)})
		}
	}
	return values
}

func (v view) deviceOrNull(id domain.DeviceID) orNull[Device] {
	if d, err := v.find(id); err == nil {
		return some(v.device(d))
	}
	return orNull[Device]{}
}

func (v view) value(id domain.DeviceID, name string) orNull[Property] {
	if t, ok := v.home.Twins[id]; ok {
		return part(t.Properties, name, propertyOf)
	}
	return orNull[Property]{}
}

// part shows one of the things, null when it is not there.
func part[K comparable, V, T any](things map[K]*V, id K, shape func(*V) T) orNull[T] {
	if thing, ok := things[id]; ok {
		return some(shape(thing))
	}
	return orNull[T]{}
}
