package outbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/wire"
)

// Limits of the outbox.
const (
	DefaultMaxBytes = 64 << 20               // of entries; beyond it the least important are dropped
	DefaultMaxRows  = 500_000                // entries and gaps
	MaxEntry        = 64 << 10               // bytes of one entry; a larger one becomes a gap
	rowOverhead     = 64                     // bytes a row costs beside its entry
	maxBatch        = 256                    // operations in one transaction
	ackDelay        = 250 * time.Millisecond // an ack may wait so long for a transaction to share
)

// ErrStopped is returned by every operation once Run has ended, with why if it was
// a fault.
var ErrStopped = errors.New("the outbox has stopped")

// Options say where the outbox is and how large it may grow.
type Options struct {
	Path    string           // of the SQLite file
	Gateway domain.GatewayID // whose entries they are
	Time    *clock.Server    // dates entries
	// Catalog describes the devices; nil: the standard one.
	Catalog *thing.Catalog
	// MaxBytes and MaxRows bound the entries kept; zero means the defaults.
	MaxBytes, MaxRows int64

	vfs     string   // for tests: another file system …
	pragmas []string // … and other settings of the file
}

// Outbox is the open file. Its methods may be called from any goroutine once
// Run runs; they return when the fact is on disk.
type Outbox struct {
	options Options
	db      *db
	state   state // owned by Run
	ops     chan *operation
	stopped chan struct{}
	cause   error // why; set before stopped is closed
	changed chan struct{}
	watch   func(News) // nil: nobody
	follow  Follower   // nil: nobody

	mu    sync.Mutex
	acked *ack // told by the cloud, not yet on disk
	ackIn chan struct{}
}

// state is where the outbox stands. The first group is stored in the table
// outbox, the second is counted when the file is opened, the third lives with
// the session.
type state struct {
	id      string // of this outbox: new when the file is new or was restored
	next    int64  // number of the next entry
	acked   int64  // last entry the cloud recorded
	offered int64  // last entry that may have left this machine
	headSeq domain.Seq
	head    string // hash of the home's log at headSeq, as bytes

	rows, bytes int64

	live   bool
	sentTo int64 // last entry handed out in this session; up to it nothing may change
}

type ack struct {
	cursor int64
	head   wire.Head
}

// operation is one thing to do within a transaction. An error of run is one of
// the disk: it undoes the whole transaction.
type operation struct {
	run  func(*tx) error
	done chan error
}

// tx is the transaction under way.
type tx struct {
	*db
	state   state
	options *Options
	news    newsOf
	follow  Follower // nil: nobody
	present bool     // what is told is the present state, not news of it
	given   []Act    // by rules, to be carried out once they are on disk
}

// Open opens the outbox, or makes it. A file that is damaged or belongs to
// another gateway is put aside, and the new one begins with a gap entry that
// says so. The caller must run Run, which closes the file.
func Open(o Options) (*Outbox, error) {
	if o.Catalog == nil {
		var err error
		if o.Catalog, err = thing.Standard(); err != nil {
			return nil, fmt.Errorf("outbox: %w", err)
		}
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.MaxRows == 0 {
		o.MaxRows = DefaultMaxRows
	}
	if abs, err := filepath.Abs(o.Path); err == nil {
		o.Path = abs // a URI, which SQLite gets, knows no relative path
	}
	db, lost, err := openOrReplace(o)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	box := &Outbox{
		options: o, db: db,
		ops: make(chan *operation), stopped: make(chan struct{}),
		changed: make(chan struct{}, 1), ackIn: make(chan struct{}, 1),
	}
	if err := box.begin(lost); err != nil {
		return nil, errors.Join(fmt.Errorf("outbox: %w", err), db.close())
	}
	return box, nil
}

// begin reads the state, or writes the first.
func (o *Outbox) begin(lost string) error {
	state, found, err := o.db.readState()
	if err != nil {
		return err
	}
	if found {
		o.state = state
		return o.voidActs()
	}
	return o.transact([]*operation{{run: func(t *tx) error {
		t.state.id, t.state.next = rand.Text(), 1
		if err := t.insertState(o.options.Gateway, t.state); err != nil {
			return err
		}
		if lost == "" {
			return nil
		}
		return t.addGap(t.now(), lost)
	}, done: make(chan error, 1)}})
}

// Run owns the file: it carries out what the other methods ask for, many in one
// transaction when they come together. It returns nil when ctx ends, or the
// first error of the disk; after that the file must be opened anew.
func (o *Outbox) Run(ctx context.Context) (err error) {
	defer func() {
		o.cause = err
		close(o.stopped)
		err = errors.Join(err, o.db.close())
	}()
	flush := time.NewTimer(time.Hour)
	flush.Stop()
	defer flush.Stop()
	for {
		select {
		case <-ctx.Done():
			return o.transact(nil)
		case <-o.ackIn:
			flush.Reset(ackDelay)
		case <-flush.C:
			err = o.transact(nil)
		case op := <-o.ops:
			err = o.transact(o.gather(op))
		}
		if err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
	}
}

// gather adds the operations that wait already: one sync of the disk for all.
func (o *Outbox) gather(first *operation) []*operation {
	ops := []*operation{first}
	for len(ops) < maxBatch {
		select {
		case op := <-o.ops:
			ops = append(ops, op)
		default:
			return ops
		}
	}
	return ops
}

// transact carries out the operations and the newest ack in one transaction.
func (o *Outbox) transact(ops []*operation) error {
	t := &tx{db: o.db, state: o.state, options: &o.options, news: newsOf{wanted: o.watch != nil}, follow: o.follow}
	err := o.db.transaction(func() error {
		if err := t.forget(o.takeAck()); err != nil {
			return err
		}
		for _, op := range ops {
			if err := op.run(t); err != nil {
				return err
			}
		}
		if stored(t.state) == stored(o.state) {
			return nil
		}
		return t.writeState(t.state)
	})
	if err == nil && !t.news.empty() {
		o.watch(t.news.News)
	}
	if err == nil && len(t.given) > 0 {
		o.follow.Give(t.given)
	}
	for _, op := range ops {
		op.done <- err
	}
	if err != nil {
		return err
	}
	news := t.state.next != o.state.next
	o.state = t.state
	if news {
		signal(o.changed)
	}
	return nil
}

// stored returns the part of a state that is in the file.
func stored(s state) state {
	return state{id: s.id, next: s.next, acked: s.acked, offered: s.offered, headSeq: s.headSeq, head: s.head}
}

// do has run carried out and returns when its effects are on disk. ctx only
// bounds the wait for its turn: what has begun is carried through.
func (o *Outbox) do(ctx context.Context, run func(*tx) error) error {
	op := &operation{run: run, done: make(chan error, 1)}
	select {
	case o.ops <- op:
		return <-op.done
	case <-ctx.Done():
		return ctx.Err()
	case <-o.stopped:
		if o.cause != nil {
			return fmt.Errorf("%w: %w", ErrStopped, o.cause)
		}
		return ErrStopped
	}
}

// Changed gets a value when there are new entries.
func (o *Outbox) Changed() <-chan struct{} { return o.changed }

// signal leaves a value in a channel of capacity one.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
