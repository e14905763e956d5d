// Package energy says what the electricity of a home costs: tariffs that change from
// a day on, with two prices by the time of day.
package energy

import (
	"slices"
	"strings"
	"time"
)

// Bounds of the tariffs of one home.
const (
	MaxTariffs = 100  // a price a month for eight years
	maxPrice   = 1000 // of a kilowatt hour, in whatever currency
)

// Tariff is what a kilowatt hour costs from a day on.
type Tariff struct {
	From     string  `json:"from"`     // the first day, "2026-05-01", in the home's time zone
	Currency string  `json:"currency"` // ISO 4217
	Price    float64 `json:"price"`    // of a kilowatt hour
	Low      *Low    `json:"low,omitempty"`
}

// Low is the other price of a tariff with two, each day between two full hours of the
// home's clock: over midnight when From is later than To.
type Low struct {
	From  int     `json:"from"` // 0 to 23
	To    int     `json:"to"`
	Price float64 `json:"price"`
}

// Check reports which part of the tariff is wrong, and why; "" when nothing is.
func (t Tariff) Check() (field, why string) {
	day, err := time.Parse(time.DateOnly, t.From)
	switch {
	case err != nil || day.Year() < 2000 || day.Year() > 2200:
		return "from", "must be a day like 2026-05-01"
	case len(t.Currency) != 3 || strings.Trim(t.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return "currency", "must be three capital letters, as in EUR"
	case !isPrice(t.Price):
		return "price", "must be from 0 to 1000"
	case t.Low == nil:
		return "", ""
	case !isPrice(t.Low.Price):
		return "low.price", "must be from 0 to 1000"
	case !isHour(t.Low.From):
		return "low.from", "must be an hour from 0 to 23"
	case !isHour(t.Low.To) || t.Low.To == t.Low.From:
		return "low.to", "must be an hour from 0 to 23, and another one than from"
	}
	return "", ""
}

func isPrice(p float64) bool { return p >= 0 && p <= maxPrice }
func isHour(h int) bool      { return h >= 0 && h <= 23 }

// at returns the price in an hour of the clock.
func (t Tariff) at(hour int) float64 {
	low := t.Low
	if low == nil {
		return t.Price
	}
	inside := hour >= low.From && hour < low.To
	if low.From > low.To {
		inside = hour >= low.From || hour < low.To
	}
	if inside {
		return low.Price
	}
	return t.Price
}

// Tariffs are those of a home in the order of their days.
type Tariffs []Tariff

// With returns the tariffs and one more, which replaces one of the same day.
func (ts Tariffs) With(t Tariff) Tariffs {
	i, found := ts.find(t.From)
	ts = slices.Clone(ts)
	if found {
		ts[i] = t
		return ts
	}
	return slices.Insert(ts, i, t)
}

// Without returns the tariffs without the one that begins on a day; ok is false when
// there is none.
func (ts Tariffs) Without(from string) (rest Tariffs, ok bool) {
	i, found := ts.find(from)
	if !found {
		return ts, false
	}
	return slices.Delete(slices.Clone(ts), i, i+1), true
}

func (ts Tariffs) find(from string) (int, bool) {
	return slices.BinarySearchFunc(ts, from, func(t Tariff, day string) int { return strings.Compare(t.From, day) })
}

// On returns the tariff of a day; ok is false before the first one.
func (ts Tariffs) On(day string) (t Tariff, ok bool) {
	i, found := ts.find(day)
	if !found {
		i--
	}
	if i < 0 {
		return t, false
	}
	return ts[i], true
}

// Price returns what a kilowatt hour costs at a time of the home's clock; ok is false
// before the first tariff.
func (ts Tariffs) Price(local time.Time) (price float64, currency string, ok bool) {
	t, ok := ts.On(local.Format(time.DateOnly))
	return t.at(local.Hour()), t.Currency, ok
}

// TwoRate reports whether any of the tariffs has two prices.
func (ts Tariffs) TwoRate() bool {
	return slices.ContainsFunc(ts, func(t Tariff) bool { return t.Low != nil })
}
