package energy_test

import (
	"testing"
	"time"

	"logis/domain/energy"
)

func TestTheLowPriceCountsBetweenItsHoursOverMidnightToo(t *testing.T) {
	t.Parallel()
	night := energy.Tariffs{{From: "2026-01-01", Currency: "EUR", Price: 0.3, Low: &energy.Low{From: 22, To: 6, Price: 0.2}}}
	noon := energy.Tariffs{{From: "2026-01-01", Currency: "EUR", Price: 0.3, Low: &energy.Low{From: 11, To: 15, Price: 0.1}}}
	for _, c := range []struct {
		tariffs energy.Tariffs
		hour    int
		want    float64
	}{{night, 21, 0.3}, {night, 22, 0.2}, {night, 0, 0.2}, {night, 5, 0.2}, {night, 6, 0.3}, {noon, 10, 0.3}, {noon, 11, 0.1}, {noon, 14, 0.1}, {noon, 15, 0.3}} {
		price, currency, ok := c.tariffs.Price(time.Date(2026, 5, 3, c.hour, 59, 0, 0, time.UTC))
		if price != c.want || currency != "EUR" || !ok {
			t.Errorf("at %d: %v %s %v, want %v", c.hour, price, currency, ok, c.want)
		}
	}
	if _, _, ok := night.Price(time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)); ok {
		t.Error("there is a price before the first tariff")
	}
}

func TestATariffThatMakesNoSenseNamesItsFault(t *testing.T) {
	t.Parallel()
	good := energy.Tariff{From: "2026-05-01", Currency: "EUR", Price: 0.3}
	if field, why := good.Check(); why != "" {
		t.Fatalf("%s %s", field, why)
	}
	for field, change := range map[string]func(*energy.Tariff){
		"from":      func(t *energy.Tariff) { t.From = "2026-5-1" },
		"currency":  func(t *energy.Tariff) { t.Currency = "EURO" },
		"price":     func(t *energy.Tariff) { t.Price = -0.1 },
		"low.price": func(t *energy.Tariff) { t.Low = &energy.Low{From: 1, To: 2, Price: 1001} },
		"low.from":  func(t *energy.Tariff) { t.Low = &energy.Low{From: 24, To: 2} },
		"low.to":    func(t *energy.Tariff) { t.Low = &energy.Low{From: 2, To: 2} },
	} {
		wrong := good
		change(&wrong)
		if got, why := wrong.Check(); got != field || why == "" {
			t.Errorf("%s: %q %q", field, got, why)
		}
	}
}
