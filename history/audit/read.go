package audit

import (
	"context"
	"time"

	"logis/domain"
	"logis/eventstore"
	"logis/history"
	"logis/projections"
)

// Bounds of one answer.
const (
	// MaxPage bounds the entries of one page.
	MaxPage = 200
	// MaxSearched bounds the entries that are looked at for one page: a search for
	// what hardly ever happened goes on with the next page.
	MaxSearched = 20_000
)

// Sight is what somebody may see of who did what in a home.
type Sight struct {
	Home   domain.HomeID
	Begins domain.Seq      // events up to this one are hidden
	Only   domain.PersonID // only what this person did and what was done to them; zero: everybody's
}

// Book is where who did what is read.
type Book struct {
	Store *eventstore.Store
	Past  *history.Past
	// People returns the names of persons; who was erased is missing.
	People func(context.Context, []domain.PersonID) (map[domain.PersonID]string, error)
	// Doors returns up to limit entries of the door before one, newest first, with
	// everything but what they say; 0: from the newest. Home is that of the query's
	// end.
	Doors func(ctx context.Context, home *domain.Home, q Query, before Entry, limit int) ([]Entry, error)
}

// Mark is how far reading came, newest first.
type Mark struct {
	Seq    domain.Seq // events before this one are next; 0: from the newest
	Door   int64      // so are lines of the door before this one …
	DoorAt time.Time  // … which was at this time; zero: from the newest
}

// Page is how much is read.
type Page struct {
	From Mark
	Most int // entries; 0: all there are
}

// Read calls visit for the entries that the query wants, newest first. It returns
// where to go on, nil at the end. An error of visit ends it.
func (b Book) Read(ctx context.Context, s Sight, q Query, page Page, visit func(*Entry) error) (*Mark, error) {
	home, err := b.Past.At(ctx, s.Home, q.AsOf)
	if err != nil {
		return nil, err
	}
	names, err := eventstore.Names(ctx, b.Store.Pool(), s.Home, q.AsOf)
	if err != nil {
		return nil, err
	}
	r := &reader{
		Book: b, sight: s, query: q, mark: page.From,
		teller: teller{Printer: q.Language.printer(), home: home, names: names, people: map[domain.PersonID]string{}},
	}
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	found := 0
	for searched := 0; page.Most == 0 || (found < page.Most && searched < MaxSearched); searched++ {
		e, err := r.next(ctx)
		if err != nil || e == nil {
			return nil, err
		}
		if !q.matches(e) {
			continue
		}
		found++
		if err := visit(e); err != nil {
			return nil, err
		}
	}
	return &r.mark, nil
}

// reader goes through the log and the door side by side.
type reader struct {
	Book
	teller

	sight  Sight
	query  Query
	mark   Mark
	after  domain.Seq // the event before the first one that is wanted
	end    domain.Seq // the first one that is not wanted any more
	events queue
	doors  queue
}

// queue is what was read ahead.
type queue struct {
	entries []Entry
	done    bool
}

// begin finds the part of the log that is wanted.
func (r *reader) begin(ctx context.Context) error {
	q := r.query
	r.after, r.end = r.sight.Begins, q.AsOf+1
	if !q.From.IsZero() {
		before, err := r.Past.SeqAt(ctx, r.sight.Home, q.From.Add(-time.Microsecond))
		if err != nil {
			return err
		}
		r.after = max(r.after, before)
	}
	last, err := r.Past.SeqAt(ctx, r.sight.Home, q.To.Add(-time.Microsecond))
	if err != nil {
		return err
	}
	r.end = min(r.end, last+1)
	if r.mark.Seq != 0 {
		r.end = min(r.end, r.mark.Seq)
	}
	r.events.done = q.Kind == Door
	r.doors.done = (q.Kind != "" && q.Kind != Door) || !q.Device.IsZero() || r.Doors == nil
	return nil
}

// next returns the newest entry that was not returned yet, nil at the end.
func (r *reader) next(ctx context.Context) (*Entry, error) {
	if err := r.fill(ctx); err != nil {
		return nil, err
	}
	from := &r.events
	switch {
	case len(r.events.entries) == 0 && len(r.doors.entries) == 0:
		return nil, nil //nolint:nilnil // the end is not an error
	case len(r.events.entries) == 0:
		from = &r.doors
	case len(r.doors.entries) > 0 && r.doors.entries[0].At.After(r.events.entries[0].At):
		from = &r.doors
	}
	e := &from.entries[0]
	from.entries = from.entries[1:]
	if e.Seq != 0 {
		r.mark.Seq = e.Seq
	} else {
		r.mark.Door, r.mark.DoorAt = e.Door, e.At
	}
	return e, nil
}

// fill reads on where nothing is left.
func (r *reader) fill(ctx context.Context) (err error) {
	if len(r.events.entries) == 0 && !r.events.done {
		if err := r.fillEvents(ctx); err != nil {
			return err
		}
	}
	if len(r.doors.entries) == 0 && !r.doors.done {
		before := Entry{Place: Place{Door: r.mark.Door}, At: r.mark.DoorAt}
		r.doors.entries, err = r.Doors(ctx, r.home, r.asked(), before, eventstore.MaxList)
		if err != nil {
			return err
		}
		r.doors.done = len(r.doors.entries) == 0
		if err := r.meet(ctx, nil, r.doors.entries); err != nil {
			return err
		}
		for i := range r.doors.entries {
			r.atDoor(&r.doors.entries[i])
		}
	}
	return nil
}

// asked is the query within what may be seen.
func (r *reader) asked() Query {
	q := r.query
	if !r.sight.Only.IsZero() {
		q.Person = r.sight.Only
	}
	return q
}

func (r *reader) fillEvents(ctx context.Context) error {
	if r.end <= r.after+1 {
		r.events.done = true
		return nil
	}
	q := r.asked()
	rows, err := r.Store.List(ctx, eventstore.Filter{
		Home: r.sight.Home, After: r.after, Before: r.end, Newest: true, Deeds: true, Types: typesOf(q.Kind),
		Entity: q.Device.Entity(), Person: q.Person, AtLimit: eventstore.MaxList,
	})
	if err != nil {
		return err
	}
	r.events.done = len(rows) < eventstore.MaxList
	if len(rows) == 0 {
		return nil
	}
	r.end = rows[len(rows)-1].Seq
	return r.tell(ctx, rows)
}

// tell turns events into entries.
func (r *reader) tell(ctx context.Context, rows []eventstore.Row) error {
	if err := r.meet(ctx, rows, nil); err != nil {
		return err
	}
	seqs := make([]domain.Seq, len(rows))
	commands := []domain.CommandID{}
	for i := range rows {
		row := &rows[i]
		seqs[i] = row.Seq
		var err error
		if row.Fact, err = domain.DecodeFact(row.Type, row.Schema, row.Data); err != nil {
			return domain.Wrap(domain.Internal, "an event of the home cannot be read", err)
		}
		if fact, ok := row.Fact.(domain.CommandRequested); ok {
			commands = append(commands, fact.Command)
		}
	}
	origins, err := eventstore.Origins(ctx, r.Store.Pool(), r.sight.Home, seqs)
	if err != nil {
		return err
	}
	outcomes, err := r.outcomes(ctx, commands)
	if err != nil {
		return err
	}
	for i := range rows {
		e := r.entry(&rows[i])
		e.From = origins[e.Seq]
		if fact, ok := rows[i].Fact.(domain.CommandRequested); ok {
			e.Outcome = outcomes[fact.Command]
		}
		r.events.entries = append(r.events.entries, e)
	}
	return nil
}

func (r *reader) outcomes(ctx context.Context, ids []domain.CommandID) (map[domain.CommandID]Outcome, error) {
	outcomes := make(map[domain.CommandID]Outcome, len(ids))
	if len(ids) == 0 {
		return outcomes, nil
	}
	commands, err := projections.CommandsByID(ctx, r.Store.Pool(), r.sight.Home, ids)
	for _, c := range commands {
		outcomes[c.ID] = outcomeOf(c, r.query.AsOf)
	}
	return outcomes, err
}

// meet learns the names of the persons in the rows and entries.
func (r *reader) meet(ctx context.Context, rows []eventstore.Row, entries []Entry) error {
	var unknown []domain.PersonID
	ask := func(id domain.PersonID) {
		if _, met := r.people[id]; !met && !id.IsZero() {
			r.people[id] = ""
			unknown = append(unknown, id)
		}
	}
	for i := range rows {
		if id, ok := rows[i].Actor.Person(); ok {
			ask(id)
		}
		if kind := kindOf(rows[i].Type); kind == Members || kind == Looks {
			ask(domain.PersonID(rows[i].Entity))
		}
	}
	for i := range entries {
		if id, ok := entries[i].Actor.Person(); ok {
			ask(id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	names, err := r.People(ctx, unknown)
	for id, name := range names {
		r.people[id] = name
	}
	return err
}
