package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/domain/energy"
	"logis/eventstore"
)

// Tariff is what a kilowatt hour costs from a day on.
type Tariff struct {
	From     string            `json:"from" doc:"The first day, in the home's time zone." example:"2026-05-01"`
	Currency string            `json:"currency" doc:"ISO 4217." example:"EUR"`
	Price    float64           `json:"price" doc:"Of a kilowatt hour." example:"0.32"`
	Low      orNull[LowTariff] `json:"low" doc:"The other price, for a part of each day; null: there is none."`
}

// TariffRequest says what a kilowatt hour costs from a day on.
type TariffRequest struct {
	From     string     `json:"from" maxLength:"10" doc:"The first day, in the home's time zone. A tariff of the same day is replaced." example:"2026-05-01"`
	Currency string     `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217." example:"EUR"`
	Price    float64    `json:"price" minimum:"0" maximum:"1000" doc:"Of a kilowatt hour." example:"0.32"`
	Low      *LowTariff `json:"low,omitzero" doc:"The other price, for a part of each day; none: there is none."`
}

// LowTariff is the other price of a tariff with two.
type LowTariff struct {
	From  int     `json:"from" minimum:"0" maximum:"23" doc:"The hour of the home's clock it begins at." example:"22"`
	To    int     `json:"to" minimum:"0" maximum:"23" doc:"The hour it ends at: of the next day when that is earlier." example:"6"`
	Price float64 `json:"price" minimum:"0" maximum:"1000" doc:"Of a kilowatt hour." example:"0.21"`
}

type (
	tariffsOutput struct {
		Body list[Tariff]
	}
	setTariffInput struct {
		InHome
		Idempotent
		Body TariffRequest
	}
	removeTariffInput struct {
		InHome
		From string `path:"from" maxLength:"10" doc:"The first day of the tariff." example:"2026-05-01"`
	}
)

func (s *Server) addTariffs() {
	add(s, operation{
		id: "list-tariffs", method: http.MethodGet, path: "/homes/{home}/tariffs", tag: "Energy", action: access.ReadHistory,
		summary: "What electricity costs", description: "Returns the tariffs of the home, the oldest first.",
	}, s.listTariffs)
	add(s, operation{
		id: "set-tariff", method: http.MethodPost, path: "/homes/{home}/tariffs", tag: "Energy", action: access.EditHome,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary:     "Set a tariff",
		description: "Says what electricity costs from a day on, past days included: their costs follow. 409 when there are as many as there can be.",
	}, s.setTariff)
	add(s, operation{
		id: "remove-tariff", method: http.MethodDelete, path: "/homes/{home}/tariffs/{from}", tag: "Energy", action: access.EditHome,
		summary: "Remove a tariff", description: "Removes the tariff from a day on: the one before it goes on.",
	}, s.removeTariff)
}

func tariff(t energy.Tariff) Tariff {
	out := Tariff{From: t.From, Currency: t.Currency, Price: t.Price}
	if t.Low != nil {
		out.Low = some(LowTariff(*t.Low))
	}
	return out
}

func (t TariffRequest) tariff() energy.Tariff {
	out := energy.Tariff{From: t.From, Currency: t.Currency, Price: t.Price}
	if t.Low != nil {
		other := energy.Low(*t.Low)
		out.Low = &other
	}
	return out
}

func (s *Server) listTariffs(ctx context.Context, in *InHome) (*tariffsOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &tariffsOutput{list[Tariff]{all(v.home.Profile.Tariffs, tariff)}}, nil
}

func (s *Server) setTariff(ctx context.Context, in *setTariffInput) (*made[Tariff], error) {
	return changeOnce[Tariff](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		t := in.Body.tariff()
		ev, err := v.home.SetTariff(t, principal(ctx).Actor())
		if err != nil {
			return answer{}, err
		}
		rec, err := tx.Record(ctx, in.Home, ev)
		if err != nil {
			return answer{}, err
		}
		return answer{revision: rec.Seq, location: "/homes/" + in.Home.String() + "/tariffs/" + t.From, body: tariff(t)}, nil
	})
}

func (s *Server) removeTariff(ctx context.Context, in *removeTariffInput) (*nothing, error) {
	return &nothing{}, s.settle(ctx, in.Home, func(home *domain.Home, by domain.Actor) (domain.Event, error) {
		return home.RemoveTariff(in.From, by)
	})
}
