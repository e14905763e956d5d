package rule

import (
	"slices"
	"strconv"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// evaluation goes through a condition in a home as it is, at a time.
type evaluation struct {
	home    *domain.Home
	rule    domain.RuleID
	now     time.Time
	banded  int  // tests with hysteresis so far
	keep    bool // what each part came to
	checked []domain.Checked
}

// evaluate returns what a rule's condition comes to, and each part of it: all of
// them, so that an explanation holds the whole truth. None is always met.
func evaluate(home *domain.Home, r *domain.Rule, now time.Time) (domain.Truth, []domain.Checked) {
	if r.Document.Condition == nil {
		return domain.True, nil
	}
	e := evaluation{home: home, rule: r.ID, now: now, keep: true}
	return e.node(r.Document.Condition, rootPath), e.checked
}

// met reports whether a rule's condition is met, and keeps nothing: most rules stay
// silent most of the time.
func (e *evaluation) met(r *domain.Rule) bool {
	if r.Document.Condition == nil {
		return true
	}
	e.rule, e.banded = r.ID, 0
	return e.node(r.Document.Condition, "") == domain.True
}

const rootPath = "condition"

func (e *evaluation) node(c *domain.Condition, path string) domain.Truth {
	if !e.keep {
		is, _ := e.test(c, path)
		return is
	}
	place := len(e.checked)
	e.checked = append(e.checked, domain.Checked{Path: path})
	is, seen := e.test(c, path)
	e.checked[place].Is, e.checked[place].Seen = is, seen
	return is
}

func (e *evaluation) test(c *domain.Condition, path string) (is domain.Truth, seen thing.Value) {
	switch {
	case c.All != nil:
		return e.branch(c.All, e.below(path, ".all"), domain.False, domain.True), ""
	case c.Any != nil:
		return e.branch(c.Any, e.below(path, ".any"), domain.True, domain.False), ""
	case c.Not != nil:
		return negate(e.node(c.Not, e.below(path, ".not"))), ""
	case c.Property != nil:
		return e.property(c.Property)
	case c.Time != nil:
		return e.time(c.Time)
	case c.Sun != nil:
		return e.sun(c.Sun)
	case c.Mode != nil:
		return truth(slices.Contains(c.Mode.Is, e.home.Mode())), e.seen(string(e.home.Mode()))
	case c.Presence != nil:
		return e.presence(c.Presence)
	case c.Expression != "":
		return e.expression(c.Expression)
	}
	return domain.Unsure, ""
}

// below returns the path of what is in a part, if it is kept.
func (e *evaluation) below(path, member string) string {
	if !e.keep {
		return ""
	}
	return path + member
}

// branch is "all" with strong False and weak True, and "any" the other way round:
// what is unknown decides nothing that the others have not decided.
func (e *evaluation) branch(parts []domain.Condition, path string, strong, weak domain.Truth) domain.Truth {
	is := weak
	for i := range parts {
		at := ""
		if e.keep {
			at = path + "[" + strconv.Itoa(i) + "]"
		}
		switch got := e.node(&parts[i], at); {
		case got == strong:
			is = strong
		case got == domain.Unsure && is == weak:
			is = domain.Unsure
		}
	}
	return is
}

// seen is a text that a part was compared with, if it is kept.
func (e *evaluation) seen(text string) thing.Value {
	if !e.keep {
		return ""
	}
	return thing.Text(text)
}

func truth(b bool) domain.Truth {
	if b {
		return domain.True
	}
	return domain.False
}

func negate(t domain.Truth) domain.Truth {
	switch t {
	case domain.True:
		return domain.False
	case domain.False:
		return domain.True
	default:
		return t
	}
}

// reported returns what a device last reported, to be read only; ok is false when it
// never did.
func reported(home *domain.Home, device domain.DeviceID, name string) (r *domain.Reported, ok bool) {
	t, ok := home.Twins[device]
	if !ok {
		return nil, false
	}
	p := t.Properties[name]
	if p == nil || p.Reported.Seq == 0 {
		return nil, false
	}
	return &p.Reported, true
}

func (e *evaluation) property(c *domain.PropertyTest) (domain.Truth, thing.Value) {
	stays := e.stays(c)
	r, ok := reported(e.home, c.Device, c.Property)
	if !ok {
		return domain.Unsure, ""
	}
	met := (c.Is == "" || r.Value == c.Is) && (c.IsNot == "" || r.Value != c.IsNot) && (stays || within(r.Value, c.Above, c.Below)) &&
		e.now.Sub(r.Since) >= time.Duration(c.ForMS)*time.Millisecond
	return truth(met), r.Value
}

// stays reports whether the value has been beyond the thresholds of a test with
// hysteresis and is not far enough back.
func (e *evaluation) stays(c *domain.PropertyTest) bool {
	if c.Hysteresis == 0 {
		return false
	}
	e.banded++
	run, ok := e.home.Runs[e.rule]
	return ok && slices.Contains(run.HighTests, e.banded-1)
}

// within reports whether a value is beyond the thresholds that are set.
func within(v thing.Value, above, below *float64) bool {
	if above == nil && below == nil {
		return true
	}
	f, ok := v.Float()
	return ok && (above == nil || f > *above) && (below == nil || f < *below)
}

// clocksBegin is older than any time that can be right: what comes before it is that
// of a gateway which has not heard what time it is.
var clocksBegin = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

func (e *evaluation) time(c *domain.TimeTest) (domain.Truth, thing.Value) {
	local := e.now.In(zone(e.home.Profile.TimeZone))
	seen := thing.Value("")
	if e.keep {
		seen = thing.Text(local.Format("Mon 15:04"))
	}
	after, before := clockTime(0), clockTime(24*60)
	var err error
	if e.now.Before(clocksBegin) {
		return domain.Unsure, ""
	}
	if c.After != "" {
		if after, err = parseClock(c.After); err != nil {
			return domain.Unsure, seen
		}
	}
	if c.Before != "" {
		if before, err = parseClock(c.Before); err != nil {
			return domain.Unsure, seen
		}
	}
	at, day := clockTime(local.Hour()*60+local.Minute()), local.Weekday()
	if after < before {
		return truth(at >= after && at < before && onDay(c.Days, day)), seen
	}
	// Over midnight: the small hours belong to the day before.
	yesterday := (day + 6) % 7
	return truth(at >= after && onDay(c.Days, day) || at < before && onDay(c.Days, yesterday)), seen
}

func (e *evaluation) sun(c *domain.SunTest) (domain.Truth, thing.Value) {
	if e.home.Profile.Place == nil || e.now.Before(clocksBegin) {
		return domain.Unsure, ""
	}
	at := e.now.Add(-time.Duration(c.OffsetMinutes) * time.Minute)
	up := height(*e.home.Profile.Place, at) > horizon
	seen := e.seen("down")
	if up {
		seen = e.seen("up")
	}
	return truth(up == (c.Is == "up")), seen
}

// presence of a member nobody told of is unknown; that anybody is there is known as
// soon as one is.
func (e *evaluation) presence(c *domain.PresenceTest) (domain.Truth, thing.Value) {
	is := domain.False
	for id, m := range e.home.Members {
		switch {
		case !c.Person.IsZero() && id != c.Person:
		case m.Presence.Seq == 0 && is == domain.False:
			is = domain.Unsure
		case m.Presence.Is:
			is = domain.True
		}
	}
	if c.Is == "away" {
		is = negate(is)
	}
	return is, ""
}

// blame returns the path of the first part that kept a condition from being met.
func blame(c domain.Condition, path string, checked map[string]domain.Truth) string {
	parts, name := c.All, ".all"
	if c.Any != nil {
		parts, name = c.Any, ".any"
	}
	for i, part := range parts {
		at := path + name + "[" + strconv.Itoa(i) + "]"
		if checked[at] != domain.True {
			return blame(part, at, checked)
		}
	}
	return path
}
