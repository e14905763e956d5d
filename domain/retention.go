package domain

// How long a home keeps its events.
const (
	// KeepMonths is how long they are kept at least: two winters can be compared, with
	// a month to do it in.
	KeepMonths = 13
	// MaxKeepMonths bounds how long may be asked for, short of for ever: a century.
	MaxKeepMonths = 1200
)

// SetRetention decides on how many months the home keeps its events, 0 for ever. It
// refuses with Invalid.
func (h *Home) SetRetention(months int, actor Actor) (Event, error) {
	if months != 0 && (months < KeepMonths || months > MaxKeepMonths) {
		return Event{}, InvalidInput(Fault{"keep_months", "must be 0, for ever, or from 13 to 1200 months"})
	}
	return Event{Entity: h.ID.Entity(), Actor: actor, Fact: HomeRetentionSet{Months: months}}, nil
}
