package projections

import (
	"context"
	"fmt"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/rollup"
)

// MaxEnergyDays bounds the days of one account: two years, for a year beside the year
// before it.
const MaxEnergyDays = 2 * 366

// Account asks what a home used in whole days.
type Account struct {
	Home     *domain.Home // its devices, tariffs and corrections as they are now
	From, To string       // the first and the last day, "2026-05-01"
	Now      time.Time
}

// Use is what a role used on a day.
type Use struct {
	Role      domain.DeviceID
	Day       string
	KWh       float64
	Cost      float64
	Priced    bool // whether there is a price for all of it
	Currency  string
	Corrected bool // somebody said what it was
}

// Energy returns what each role of a home used on each day, in no order; days without
// use are left out. What a meter counted between two readings belongs to the hour of
// the later one. It refuses with Invalid days that are none, and more than
// MaxEnergyDays.
func (r *Rollups) Energy(ctx context.Context, a Account) ([]Use, error) {
	k, err := newKeeper(a)
	if err != nil {
		return nil, err
	}
	choice := rollupChoice{home: a.Home.ID, property: rollup.Energy, size: k.size, from: k.from, to: k.to}
	for id, d := range a.Home.Devices {
		if model, err := a.Home.Model(d); err == nil && model.Properties[rollup.Energy].Type != "" {
			choice.devices = append(choice.devices, id)
		}
	}
	if err := r.each(ctx, choice, k.count); err != nil {
		return nil, err
	}
	k.correct()
	uses := make([]Use, 0, len(k.uses))
	for _, u := range k.uses {
		uses = append(uses, *u)
	}
	return uses, nil
}

// keeper keeps an account.
type keeper struct {
	Account
	calendar *rollup.Calendar
	size     rollup.Size
	from, to time.Time
	parts    map[domain.DeviceID][]part
	uses     map[useKey]*Use
}

// part is the time in which a device played a role.
type part struct {
	role domain.DeviceID
	domain.Played
}

type useKey struct {
	role domain.DeviceID
	day  string
}

func newKeeper(a Account) (*keeper, error) {
	k := &keeper{
		Account: a, calendar: rollup.NewCalendar(a.Home.Profile.TimeZone), size: rollup.Day,
		parts: map[domain.DeviceID][]part{}, uses: map[useKey]*Use{},
	}
	from, _, ok := k.calendar.DayOf(a.From)
	_, to, also := k.calendar.DayOf(a.To)
	switch {
	case !ok:
		return nil, domain.InvalidInput(domain.Fault{Field: "from", Message: "must be a day like 2026-05-01"})
	case !also || !to.After(from) || to.Sub(from) > (MaxEnergyDays+1)*24*time.Hour:
		return nil, domain.InvalidInput(domain.Fault{
			Field: "to", Message: fmt.Sprintf("must be a day, not before from, and at most %d days with it", MaxEnergyDays),
		})
	}
	k.from, k.to = from, to
	if a.Home.Profile.Tariffs.TwoRate() {
		k.size = rollup.Hour
	}
	for role := range a.Home.Devices {
		for _, p := range a.Home.Cast(role) {
			k.parts[p.Device] = append(k.parts[p.Device], part{role, p})
		}
	}
	for _, parts := range k.parts { // the newest first: in the hour of a change that one counts
		slices.SortFunc(parts, func(a, b part) int { return b.From.Compare(a.From) })
	}
	return k, nil
}

// count adds what a device used in a bucket to the role it played then. A device that
// was replaced and goes on elsewhere plays none.
func (k *keeper) count(device domain.DeviceID, row *rollup.Row) {
	used := row.Lead + row.Rise
	if row.Start.Before(k.from) || used == 0 {
		return
	}
	parts := k.parts[device]
	at := slices.IndexFunc(parts, func(p part) bool { return played(p.Played, row.Start, k.size) })
	if at < 0 {
		return
	}
	k.book(parts[at].role, row.Start, used)
}

// book adds energy that was used in a bucket, at the price of then.
func (k *keeper) book(role domain.DeviceID, at time.Time, used float64) {
	key := useKey{role, k.calendar.Date(at)}
	u, ok := k.uses[key]
	if !ok {
		u = &Use{Role: role, Day: key.day, Priced: true}
		k.uses[key] = u
	}
	price, currency, priced := k.Home.Profile.Tariffs.Price(at.In(k.calendar.Zone()))
	u.KWh += used
	u.Cost += used * price
	u.Currency, u.Priced = currency, u.Priced && priced
}

// correct puts what somebody said in the place of what was counted, the newest word
// last, evenly over the hours of its days.
func (k *keeper) correct() {
	corrections := slices.SortedFunc(func(yield func(*domain.Correction) bool) {
		for _, c := range k.Home.Corrections {
			if !c.Rejects() && !yield(c) {
				return
			}
		}
	}, func(a, b *domain.Correction) int { return int(a.Revision - b.Revision) })
	for _, c := range corrections {
		first, _, ok := k.calendar.DayOf(c.From)
		_, end, also := k.calendar.DayOf(c.To)
		if ok && also {
			k.spread(c, first, end)
		}
	}
}

func (k *keeper) spread(c *domain.Correction, first, end time.Time) {
	role := k.Home.RoleOf(c.Device)
	for day := first; day.Before(end); {
		_, next := k.calendar.Bucket(rollup.Day, day)
		if !day.Before(k.from) && day.Before(k.to) {
			key := useKey{role, k.calendar.Date(day)}
			delete(k.uses, key)
			for at := day; at.Before(next); {
				_, after := k.calendar.Bucket(k.size, at)
				k.book(role, at, c.KWh*float64(after.Sub(at))/float64(end.Sub(first)))
				at = after
			}
			k.uses[key].Corrected = true
		}
		day = next
	}
}
