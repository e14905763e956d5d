package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Correction is what somebody put right about what a device measured: a reading that
// was wrong, or what it used in whole days.
type Correction struct {
	ID       domain.CorrectionID `json:"id" format:"uuid" doc:"The correction." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0b"`
	Revision domain.Seq          `json:"revision" doc:"The event that made it." example:"1042"`
	Device   domain.DeviceID     `json:"device" format:"uuid" doc:"The device that measured." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Reason   string              `json:"reason" doc:"Why." example:"The meter was off for a day"`
	By       Actor               `json:"by" doc:"Who did it."`
	At       Instant             `json:"at" doc:"When."`
	Reading  *domain.Seq         `json:"reading" doc:"The event with the wrong reading; null: it is about days." example:"1010"`
	Property *string             `json:"property" doc:"What that told wrongly; null: it is about days." example:"cumulativeEnergyImported"`
	From     *string             `json:"from" doc:"The first of the days; null: it is about a reading." example:"2026-05-03"`
	To       *string             `json:"to" doc:"The last of the days; null: it is about a reading." example:"2026-05-03"`
	KWh      *float64            `json:"kwh" doc:"What was used in them; null: it is about a reading." example:"3.5"`
}

// CorrectionRequest puts something right: reading and property, or from, to and kwh.
type CorrectionRequest struct {
	Device   domain.DeviceID `json:"device" format:"uuid" doc:"The device that measured." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Reason   Name            `json:"reason" doc:"Why."`
	Reading  domain.Seq      `json:"reading,omitzero" minimum:"1" doc:"The event with the wrong reading." example:"1010"`
	Property string          `json:"property,omitzero" maxLength:"64" doc:"What that told wrongly." example:"cumulativeEnergyImported"`
	From     string          `json:"from,omitzero" maxLength:"10" doc:"The first of the days that were counted wrongly." example:"2026-05-03"`
	To       string          `json:"to,omitzero" maxLength:"10" doc:"The last of them." example:"2026-05-03"`
	KWh      *float64        `json:"kwh,omitzero" minimum:"0" maximum:"1000000" doc:"What was used in them." example:"3.5"`
}

// InCorrection is the correction an operation is about.
type InCorrection struct {
	InHome
	Correction domain.CorrectionID `path:"correction" format:"uuid" doc:"The correction." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0b"`
}

// Replacement says what does from now on what a device did.
type Replacement struct {
	By domain.DeviceID `json:"by" format:"uuid" doc:"The device that takes its place, its room and its name." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
}

type (
	correctionsOutput struct {
		Body list[Correction]
	}
	addCorrectionInput struct {
		InHome
		Idempotent
		Body CorrectionRequest
	}
	replaceInput struct {
		InDevice
		Idempotent
		Body Replacement
	}
)

func (s *Server) addCorrections() {
	add(s, operation{
		id: "list-corrections", method: http.MethodGet, path: "/homes/{home}/corrections", tag: "Energy", action: access.ReadHistory,
		summary: "What was put right", description: "Returns the corrections that count, the oldest first.",
	}, s.listCorrections)
	add(s, operation{
		id: "add-correction", method: http.MethodPost, path: "/homes/{home}/corrections", tag: "Energy", action: access.EditHome,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Put something right",
		description: "Says that a reading was wrong, or what a device used in whole days. " +
			"What was told stays in the log; charts and totals follow. 409 when it was said before.",
	}, s.addCorrection)
	add(s, operation{
		id: "withdraw-correction", method: http.MethodDelete, path: "/homes/{home}/corrections/{correction}", tag: "Energy", action: access.EditHome,
		summary: "Withdraw a correction", description: "What the device told counts again.",
	}, s.withdrawCorrection)
	add(s, operation{
		id: "replace-device", method: http.MethodPost, path: "/homes/{home}/devices/{device}/replacement", tag: "Devices", action: access.EditHome,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Replace a device",
		description: "Lets another device of the home take its place, its room and its name. " +
			"What it does keeps its charts and totals; each device keeps its own history. 409 when it was replaced already.",
	}, s.replaceDevice)
}

func (v view) correction(c *domain.Correction) Correction {
	out := Correction{
		ID: c.ID, Revision: c.Revision, Device: c.Device, Reason: v.named(c.ID.Entity(), ""), By: v.actor(c.By, domain.GatewayID{}), At: Instant{c.At},
	}
	if c.Rejects() {
		out.Reading, out.Property = &c.Reading, &c.Property
	} else {
		out.From, out.To, out.KWh = &c.From, &c.To, &c.KWh
	}
	return out
}

func (s *Server) listCorrections(ctx context.Context, in *InHome) (*correctionsOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	corrections := ordered(v.home.Corrections)
	if err := s.meet(ctx, &v, all(corrections, func(c *domain.Correction) domain.Actor { return c.By })); err != nil {
		return nil, err
	}
	return &correctionsOutput{list[Correction]{all(corrections, v.correction)}}, nil
}

func (s *Server) addCorrection(ctx context.Context, in *addCorrectionInput) (*made[Correction], error) {
	told, err := s.toldBy(ctx, in.Home, in.Body.Device, in.Body.Reading, in.Body.Property)
	if err != nil {
		return nil, err
	}
	return changeOnce[Correction](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		id := eventstore.NewID[domain.CorrectionKind](tx.Now())
		ev, err := in.Body.decide(v.home, id, told, principal(ctx).Actor())
		if err != nil {
			return answer{}, err
		}
		if _, err := tx.RecordNamed(ctx, in.Home, ev, in.Body.Reason.trimmed()); err != nil {
			return answer{}, err
		}
		v.names[id.Entity()] = in.Body.Reason.trimmed()
		c := v.home.Corrections[id]
		if err := s.meet(ctx, v, []domain.Actor{c.By}); err != nil {
			return answer{}, err
		}
		return answer{revision: c.Revision, location: "/homes/" + in.Home.String() + "/corrections/" + id.String(), body: v.correction(c)}, nil
	})
}

// decide decides on what the request asks for.
func (r *CorrectionRequest) decide(home *domain.Home, id domain.CorrectionID, told bool, actor domain.Actor) (domain.Event, error) {
	switch {
	case r.Reading != 0 && (r.From != "" || r.To != "" || r.KWh != nil):
		return domain.Event{}, domain.InvalidInput(domain.Fault{Field: "reading", Message: "must not stand beside from, to and kwh"})
	case r.Reading != 0:
		return home.RejectReading(id, domain.ReadingRejected{Device: r.Device, Reading: r.Reading, Property: r.Property}, told, actor)
	case r.KWh == nil:
		return domain.Event{}, domain.InvalidInput(domain.Fault{Field: "kwh", Message: "must be given, or reading"})
	}
	return home.CorrectEnergy(id, domain.EnergyCorrected{Device: r.Device, From: r.From, To: r.To, KWh: *r.KWh}, actor)
}

// toldBy reports whether an event is a report in which the device told the property.
func (s *Server) toldBy(ctx context.Context, home domain.HomeID, device domain.DeviceID, reading domain.Seq, property string) (bool, error) {
	ev, err := s.eventAt(ctx, home, reading)
	switch {
	case domain.CodeOf(err) == domain.NotFound:
		return false, nil
	case err != nil:
		return false, err
	}
	report, ok := ev.Fact.(domain.DeviceReported)
	_, has := report.Values[property]
	return ok && has && ev.Entity == device.Entity(), nil
}

func (s *Server) withdrawCorrection(ctx context.Context, in *InCorrection) (*nothing, error) {
	return &nothing{}, s.settle(ctx, in.Home, func(home *domain.Home, by domain.Actor) (domain.Event, error) {
		return home.WithdrawCorrection(in.Correction, by)
	})
}

func (s *Server) replaceDevice(ctx context.Context, in *replaceInput) (*made[Device], error) {
	return changeOnce[Device](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		names, err := tx.Names(ctx, in.Home)
		if err != nil {
			return answer{}, err
		}
		v.names = names
		d, err := v.find(in.Device)
		if err != nil {
			return answer{}, err
		}
		ev, err := v.home.Replace(in.Device, in.Body.By, principal(ctx).Actor())
		if err != nil {
			return answer{}, err
		}
		if _, err := tx.Record(ctx, in.Home, ev); err != nil {
			return answer{}, err
		}
		by := v.home.Devices[in.Body.By]
		if err := v.move(ctx, tx, by, place{given: true, room: d.Room}); err != nil {
			return answer{}, err
		}
		if name, ok := v.names[d.ID.Entity()]; ok {
			if err := v.rename(ctx, tx, by.ID.Entity(), principal(ctx), domain.DeviceRenamed{}, Name(name)); err != nil {
				return answer{}, err
			}
		}
		return answer{revision: by.Revision, location: "/homes/" + in.Home.String() + "/devices/" + by.ID.String(), body: v.device(by)}, nil
	})
}
