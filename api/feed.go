package api

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/projections"
)

// feed folds the log of one home as it grows and tells its sockets. It begins
// with the first socket and ends with the last.
//
// A socket joins under the same lock under which pages are handed out, when it
// has exactly what the feed has: so no event is left out and none comes twice. A
// page lies in every queue before the next one is made; a socket whose queue is
// full is closed and resumes.
type feed struct {
	server *Server
	home   domain.HomeID
	ready  chan struct{} // closed once the home is loaded
	cancel context.CancelFunc

	guests map[*socket]struct{} // all of them; guarded by the hall

	mu        sync.Mutex
	view      view // of the home as of view.home.Seq
	listeners map[*socket]struct{}
}

func newFeed(s *Server, home domain.HomeID, cancel context.CancelFunc) *feed {
	return &feed{
		server: s, home: home, ready: make(chan struct{}), cancel: cancel,
		guests: map[*socket]struct{}{}, listeners: map[*socket]struct{}{},
	}
}

// run follows the log until the last socket has left and ends ctx.
func (f *feed) run(ctx context.Context) {
	t := f.server.tuning
	watch := f.server.options.Store.Watch(f.home)
	defer watch.Close()
	poll, recheck, pulse := time.NewTicker(t.poll), time.NewTicker(t.recheck), time.NewTicker(t.pulse)
	defer poll.Stop()
	defer recheck.Stop()
	defer pulse.Stop()
	trusted := true // the sockets' rights were checked lately, by the door at first
	for {
		told, err := f.follow(ctx, trusted)
		if err != nil && ctx.Err() == nil && !passing(err) {
			f.fail(ctx, err)
			return
		}
		if told {
			pause(ctx, feedPause)
		}
		select {
		case <-ctx.Done():
			return
		case <-watch.C:
		case <-poll.C:
		case <-recheck.C:
			trusted = f.recheck(ctx) == nil
		case <-pulse.C:
			f.pulse(ctx)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// passing reports whether an error may be gone at the next look: the database is
// away, or a query took too long.
func passing(err error) bool {
	code := domain.CodeOf(err)
	return code == domain.Storage || code == domain.Overloaded || errors.Is(err, context.DeadlineExceeded)
}

// follow loads the home, or folds and tells what is new, and reports whether
// anything was. While it is not certain that the sockets may still hear it,
// nothing is told.
func (f *feed) follow(ctx context.Context, trusted bool) (told bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, f.server.tuning.work)
	defer cancel()
	if f.view.home == nil { // only run writes it
		return false, f.load(ctx)
	}
	for more := trusted; more; {
		rows, err := f.server.options.Store.List(ctx, eventstore.Filter{
			Home: f.home, After: f.view.home.Seq, AtLimit: livePage,
		})
		if err != nil || len(rows) == 0 {
			return told, err
		}
		if err := f.tell(ctx, rows); err != nil {
			return told, err
		}
		told, more = true, len(rows) == livePage
	}
	return told, nil
}

func (f *feed) load(ctx context.Context) error {
	v, err := f.server.present(ctx, f.home)
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.view = v
	f.mu.Unlock()
	close(f.ready)
	return nil
}

// tell folds the rows and hands a page to every listener.
func (f *feed) tell(ctx context.Context, rows []eventstore.Row) error {
	now, err := f.server.now(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	from := f.view.home.Seq
	if err := f.view.fold(rows); err != nil {
		return err
	}
	changes := f.view.home.TakeChanges()
	if err := f.server.meet(ctx, &f.view, append(actorsOf(rows), askers(changes.Commands)...)); err != nil {
		// The names of people are missing from this page and nothing else.
		f.server.options.Log.WarnContext(ctx, "names of actors", "home", f.home, "error", err)
	}
	shared, err := f.view.page(from, rows, changes.Commands, now)
	if err != nil {
		return err
	}
	moved := slices.ContainsFunc(rows, moves)
	for k := range f.listeners {
		v := k.sight(f.view)
		switch {
		case k.hearsAll():
			f.hand(k, shared)
		case moved && !v.everywhere():
			f.drop(k, changed)
		default:
			own, err := v.page(from, rows, changes.Commands, now)
			if err != nil {
				return err
			}
			f.hand(k, own)
		}
	}
	return nil
}

// errMoved refuses to show a stretch of the past after which a picture of a part
// of the home is not whole any more.
var errMoved = errors.New("what may be seen has changed")

// moves reports whether an event may bring devices into or out of a part of the
// home that somebody was given.
func moves(row eventstore.Row) bool {
	switch row.Fact.(type) {
	case domain.DevicePlaced, domain.RoomRemoved:
		return true
	}
	return false
}

// page writes down what the view shows of events after one.
func (v view) page(from domain.Seq, rows []eventstore.Row, commands map[domain.CommandID]*domain.Command, now Instant) (page, error) {
	out := page{from: from, to: rows[len(rows)-1].Seq}
	news := v.news(rows, commands)
	if (v.permit != nil || !v.wish.isZero()) && news.empty() {
		return out, nil
	}
	news.Now = now
	var err error
	out.text, err = encode(news)
	return out, err
}

// drop closes a listener; f.mu is held.
func (f *feed) drop(k *socket, why closing) {
	delete(f.listeners, k)
	k.end(why)
}

// hand puts the page into the socket's queue; f.mu is held.
func (f *feed) hand(k *socket, p page) {
	select {
	case k.queue <- p:
	default:
		f.drop(k, slow)
	}
}

// joinNow makes the socket a listener from here on, and says where that is.
func (f *feed) joinNow(k *socket) domain.Seq {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners[k] = struct{}{}
	return f.view.home.Seq
}

// join makes the socket a listener if it has all that the feed has. It may have
// more: a feed can be a moment behind the log.
func (f *feed) join(k *socket) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if k.cursor < f.view.home.Seq {
		return false
	}
	f.listeners[k] = struct{}{}
	return true
}

// forget takes a socket out.
func (f *feed) forget(k *socket) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.listeners, k)
}

// past makes a page of the events after one, with the present state of what they
// touched, for one socket.
func (f *feed) past(ctx context.Context, k *socket) (page, error) {
	after := k.cursor
	f.mu.Lock()
	head := f.view.home.Seq
	f.mu.Unlock()
	rows, err := f.server.options.Store.List(ctx, eventstore.Filter{Home: f.home, After: after, Before: head + 1, AtLimit: livePage})
	if err != nil {
		return page{}, err
	}
	if len(rows) == 0 {
		return page{}, domain.Errorf(domain.Internal, "the log has no event after %d although its head is %d", after, head)
	}
	now, err := f.server.now(ctx)
	if err != nil {
		return page{}, err
	}
	commands, err := f.commandsOf(ctx, rows)
	if err != nil {
		return page{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.server.meet(ctx, &f.view, append(actorsOf(rows), askers(commands)...)); err != nil {
		return page{}, err
	}
	v := k.sight(f.view)
	v.past = true
	if !v.everywhere() && slices.ContainsFunc(rows, moves) {
		return page{}, errMoved
	}
	return v.page(after, rows, commands, now)
}

// commandsOf decodes the rows and returns the commands they are about.
func (f *feed) commandsOf(ctx context.Context, rows []eventstore.Row) (map[domain.CommandID]*domain.Command, error) {
	about := map[domain.CommandID]bool{}
	for i := range rows {
		var err error
		if rows[i].Fact, err = domain.DecodeFact(rows[i].Type, rows[i].Schema, rows[i].Data); err != nil {
			return nil, err
		}
		if id, ok := commandOf(rows[i].Fact); ok {
			about[id] = true
		}
	}
	found := make(map[domain.CommandID]*domain.Command, len(about))
	if len(about) == 0 {
		return found, nil
	}
	list, err := projections.CommandsByID(ctx, f.server.options.Store.Pool(), f.home, keys(about))
	for _, c := range list {
		found[c.ID] = c
	}
	return found, err
}

// recheck closes the sockets of those who may not listen any more.
func (f *feed) recheck(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, f.server.tuning.work)
	defer cancel()
	sockets, principals := f.server.hall.principals(f)
	still, err := f.server.options.Access.Still(ctx, f.home, access.ReadHome, principals)
	if err != nil {
		return err
	}
	for i, k := range sockets {
		switch still[i] {
		case access.Gone:
			f.forget(k)
			k.end(loggedOut)
		case access.Changed:
			f.forget(k)
			k.end(changed)
		case access.Stays:
		}
	}
	return nil
}

// pulse gives a sign of life. Without the database there is none: what a page
// shows is not certain then, and it should notice.
func (f *feed) pulse(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, f.server.tuning.work)
	defer cancel()
	now, err := f.server.now(ctx)
	if err != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for k := range f.listeners {
		f.hand(k, page{pulse: now})
	}
}

// fail ends a feed that can never go on, such as one that met an event of a
// newer release. Who comes next gets a new one.
func (f *feed) fail(ctx context.Context, err error) {
	f.server.options.Log.ErrorContext(ctx, "live feed ended", "home", f.home, "error", causes(err))
	f.server.hall.retire(f, closing{closeFault, "something is wrong here"})
}

// dismiss closes all sockets of the feed; the hall's lock is held.
func (f *feed) dismiss(why closing) {
	for k := range f.guests {
		k.end(why)
	}
}
