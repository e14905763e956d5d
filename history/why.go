package history

import (
	"context"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// Limits of what Why looks at.
const (
	// MaxLinks bounds a chain: rules answer each other rule.MaxDepth times at most,
	// with half a dozen events each.
	MaxLinks = 100
	// causedWithin is how long after a command has ended what its device says may
	// still be its doing: a slow radio's last word.
	causedWithin = 30 * time.Second
	// MaxFollowing bounds the events of one Following, and followWithin how many it
	// looks at: what follows an event follows soon.
	MaxFollowing = 100
	followWithin = 5000
)

// Root is what a story began with.
type Root string

// The roots.
const (
	ByPerson   Root = "person"   // somebody wished it, in an app or at the gateway
	ByDevice   Root = "device"   // a device told what it saw
	ByClock    Root = "schedule" // a rule's time came
	ByOutside  Root = "outside"  // what could be asked for here happened without being asked for
	ByGateway  Root = "gateway"  // a gateway told of itself or of what it found
	BySystem   Root = "system"   // the server did it
	BeforeThat Root = "earlier"  // the chain goes on further than it was followed
)

// Link is one event of a chain.
type Link struct {
	eventstore.Row

	// Proven says that the log itself holds that this event follows from the next
	// one: false when the gateway concluded it, or the times did here.
	Proven bool
}

// Story is why something happened: an event, what it followed from, and so on back
// to the first. The last link's Proven is true.
type Story struct {
	Links []Link // the newest first
	Root  Root
}

// Why returns why an event happened. It refuses with NotFound.
func (p *Past) Why(ctx context.Context, home domain.HomeID, seq domain.Seq) (Story, error) {
	return p.why(ctx, home, seq, "")
}

// why asks about one property when the event is a report.
func (p *Past) why(ctx context.Context, home domain.HomeID, seq domain.Seq, property string) (Story, error) {
	var story Story
	for {
		rows, err := eventstore.Causes(ctx, p.store.Pool(), home, seq, MaxLinks-len(story.Links))
		if err != nil {
			return story, err
		}
		if len(rows) == 0 {
			if err := eventstore.ReachEvent(ctx, p.store.Pool(), home, seq); err != nil {
				return story, err
			}
			return story, domain.Errorf(domain.NotFound, "there is no such event")
		}
		if err := story.follow(rows); err != nil {
			return story, err
		}
		if story.Root != "" {
			return story, nil
		}
		last := &story.Links[len(story.Links)-1]
		if len(story.Links) >= MaxLinks {
			story.Root = BeforeThat
			return story, nil
		}
		if story.Root, seq, err = p.begin(ctx, last, property); err != nil || story.Root != "" {
			return story, err
		}
		last.Proven = false
	}
}

// follow adds what the log holds of a chain. A story ends where a time came: that a
// person once made the rule is no answer to why now.
func (s *Story) follow(rows []eventstore.Row) (err error) {
	for _, row := range rows {
		if row.Fact, err = domain.DecodeFact(row.Type, row.Schema, row.Data); err != nil {
			return domain.Wrap(domain.Internal, "an event of the home cannot be read", err)
		}
		if waited, ok := row.Fact.(domain.RuleWaited); ok && waited.Kind == domain.WaitSchedule && len(s.Links) > 0 {
			s.Root = ByClock
			return nil
		}
		s.Links = append(s.Links, Link{Row: row, Proven: row.Causation == 0 || !row.Flags.Has(domain.Inferred)})
	}
	return nil
}

// begin says what an event began with that follows from nothing in the log; or, with
// no root, the event that it most likely followed from.
func (p *Past) begin(ctx context.Context, link *Link, property string) (Root, domain.Seq, error) {
	if link.Causation != 0 {
		return BeforeThat, 0, nil
	}
	report, isReport := link.Fact.(domain.DeviceReported)
	switch {
	case isReport:
		return p.unasked(ctx, link, report, property)
	case link.Actor == domain.SystemActor:
		return BySystem, 0, nil
	case link.Actor != domain.GatewayActor:
		return ByPerson, 0, nil // or a client that is paired with the gateway
	}
	switch link.Fact.(type) {
	case domain.DeviceSignalled, domain.DeviceAvailabilityChanged, domain.CommandAnsweredLate:
		return ByDevice, 0, nil
	}
	return ByGateway, 0, nil
}

// unasked says why a device told something without being known to answer.
func (p *Past) unasked(ctx context.Context, link *Link, report domain.DeviceReported, property string) (Root, domain.Seq, error) {
	settable, err := p.settable(ctx, link, report, property)
	if err != nil || len(settable) == 0 {
		return ByDevice, 0, err
	}
	return p.lastWord(ctx, link, report, settable)
}

// settable returns the properties of a report that could have been asked for.
func (p *Past) settable(ctx context.Context, link *Link, report domain.DeviceReported, property string) (names []string, err error) {
	rows, err := p.store.List(ctx, eventstore.Filter{
		Home: link.HomeID, Before: link.Seq, Entity: link.Entity, Type: domain.DeviceRegistered{}.EventType(), Newest: true, AtLimit: 1,
	})
	if err != nil {
		return nil, err
	}
	registered, err := p.registered(ctx, link, rows)
	if err != nil || registered.Kind == "" {
		return nil, err
	}
	model, err := p.store.Catalog().Describe(registered.Kind, registered.Capabilities)
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "the device has no model", err)
	}
	for name := range report.Values {
		if known, ok := model.Properties[name]; ok && !known.ReadOnly && (property == "" || property == name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// registered returns what a device said it was: in the newest event that says so or,
// when that was sealed and went, as the home was there.
func (p *Past) registered(ctx context.Context, link *Link, rows []eventstore.Row) (said domain.DeviceRegistered, err error) {
	if len(rows) == 0 {
		home, _, err := eventstore.Beginning(ctx, p.store.Pool(), link.HomeID, p.store.Catalog())
		if err != nil {
			return said, err
		}
		if d, ok := home.Devices[domain.DeviceID(link.Entity)]; ok {
			said.Kind, said.Capabilities = d.Kind, d.Capabilities
		}
		return said, nil
	}
	fact, err := domain.DecodeFact(rows[0].Type, rows[0].Schema, rows[0].Data)
	if err != nil {
		return said, domain.Wrap(domain.Internal, "an event of the home cannot be read", err)
	}
	said, _ = fact.(domain.DeviceRegistered)
	return said, nil
}

// turns is how many of the latest events about a device are looked at for the command
// that a report answers: two lives of a command and what it said meanwhile.
const turns = 20

// lastWord returns the end of the command that a report is the late word of: one that
// was carried out, or may have been, shortly before, asked for the same, and whose
// device has not told so since. Without one it returns the root.
func (p *Past) lastWord(ctx context.Context, link *Link, report domain.DeviceReported, settable []string) (Root, domain.Seq, error) {
	rows, err := p.store.List(ctx, eventstore.Filter{
		Home: link.HomeID, Before: link.Seq, Entity: link.Entity, Newest: true, AtLimit: turns,
	})
	if err != nil {
		return "", 0, err
	}
	ended, sent := map[domain.CommandID]domain.Seq{}, false
	for _, row := range rows {
		fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
		if err != nil {
			return "", 0, domain.Wrap(domain.Internal, "an event of the home cannot be read", err)
		}
		switch fact := fact.(type) {
		case domain.DeviceReported:
			if sent {
				continue // before the device could know of the command
			}
			if agrees(fact.Values, report, settable) {
				return ByDevice, 0, nil // it says it again
			}
			if tells(fact, settable) {
				return ByOutside, 0, nil // it had its word
			}
		case domain.CommandEnded:
			late := link.RecordedAt.Sub(row.RecordedAt) <= causedWithin
			if late && (fact.Outcome == domain.Succeeded || fact.Outcome == domain.Unknown) {
				ended[fact.Command] = row.Seq
			}
		case domain.CommandSent:
			sent = sent || ended[fact.Command] != 0
		case domain.CommandRequested:
			if seq, ok := ended[fact.Command]; ok && agrees(wanted(fact), report, settable) {
				return "", seq, nil
			}
		}
	}
	return ByOutside, 0, nil
}

func tells(report domain.DeviceReported, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return report.Values[name] != "" })
}

func wanted(c domain.CommandRequested) map[string]thing.Value {
	if c.Action != "" {
		return c.Desires
	}
	return c.Set
}

// agrees reports whether values have all that a report tells of the named properties
// that they speak of, and speak of one at least.
func agrees(values map[string]thing.Value, report domain.DeviceReported, names []string) bool {
	some := false
	for _, name := range names {
		if v, ok := values[name]; ok {
			if v != report.Values[name] {
				return false
			}
			some = true
		}
	}
	return some
}
