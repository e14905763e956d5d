package executor

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/edge/clock"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/wire"
)

// Limits of the executor.
const (
	MaxQueued   = 256 // commands waiting, of all devices
	maxOfDevice = 32  // commands waiting for one device
	maxActing   = 64  // devices of one radio acting at once

	actLimit  = 30 * time.Second // for a command without a deadline
	readLimit = 3 * time.Second  // to ask a device what it did: within domain.AnswerGrace
	stopGrace = 3 * time.Second  // for orders under way when the agent stops
)

// Journal is what must not be forgotten; the outbox keeps it.
type Journal interface {
	// Device returns a device by its id; false if there is none.
	Device(ctx context.Context, id domain.DeviceID) (outbox.Device, bool, error)
	// Intend writes down that a command is about to be carried out.
	Intend(ctx context.Context, in outbox.Intent) (outbox.Verdict, error)
	// Begun reports whether a command was begun and has no result.
	Begun(ctx context.Context, id domain.CommandID) (bool, error)
	// Finish writes down what a command came to.
	Finish(ctx context.Context, r outbox.Result) error
	// Unfinished returns the commands that were begun and have no result.
	Unfinished(ctx context.Context) ([]outbox.Intent, error)
}

// Executor carries out commands. Its methods may be called concurrently.
type Executor struct {
	journal Journal
	radios  map[string]radio.Radio // by name
	time    *clock.Server

	acting map[string]chan struct{} // by radio; holds one token per device that acts: slow radios must not stop the others
	failed chan error               // the first error of the disk

	mu      sync.Mutex
	session int64 // the present one, 0: none
	say     func(context.Context, wire.Frame) error
	words   map[domain.CommandID]chan wire.Go // of commands that are ready
	queues  map[domain.DeviceID][]*task
	fades   map[domain.CommandID]*fade // begun, and not at their ends
	queued  int
	stopped bool
	ctx     context.Context //nolint:containedctx // of the orders: they outlive the calls that bring them
	cancel  context.CancelFunc
	workers sync.WaitGroup
}

// task is one thing to do for a device.
type task struct {
	id      domain.CommandID
	command wire.Command   // to carry out …
	begun   *outbox.Intent // … or, after a crash, to find out about
	local   bool           // the command was given in the home itself …
	due     time.Duration  // … and must not be begun after this time since boot; 0: no deadline
}

// New returns an executor for the radios, by name.
func New(journal Journal, radios map[string]radio.Radio, server *clock.Server) *Executor {
	ctx, cancel := context.WithCancel(context.Background())
	acting := map[string]chan struct{}{}
	for name := range radios {
		acting[name] = make(chan struct{}, maxActing)
	}
	return &Executor{
		journal: journal, radios: radios, time: server,
		acting: acting, failed: make(chan error, 1),
		queues: map[domain.DeviceID][]*task{}, fades: map[domain.CommandID]*fade{}, words: map[domain.CommandID]chan wire.Go{}, ctx: ctx, cancel: cancel,
	}
}

// Begin tells that a session began, and how to say something on it at once.
// Live-only commands of an older one are void.
func (e *Executor) Begin(session int64, say func(context.Context, wire.Frame) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.session, e.say = session, say
}

// End tells that a session is over.
func (e *Executor) End(session int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.session == session {
		e.session = 0
	}
}

// Command takes a command of the present session and returns; its result goes to
// the journal. An error is one of the disk.
func (e *Executor) Command(ctx context.Context, c wire.Command) error {
	return e.take(ctx, &task{id: c.ID, command: c})
}

// Act takes a command that somebody in the home gave, and returns; its result goes
// to the journal. What it must be in time for is told by the boot clock alone: due
// is the time since boot after which it must not be begun, 0 if there is none. No
// session, no server's time and no last word of the cloud are asked for. An error
// is one of the disk.
func (e *Executor) Act(ctx context.Context, c wire.Command, due time.Duration) error {
	return e.take(ctx, &task{id: c.ID, command: c, local: true, due: due})
}

// Open returns how many commands are under way or wait.
func (e *Executor) Open() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.queued + len(e.fades)
}

func (e *Executor) take(ctx context.Context, t *task) error {
	reason := e.enqueue(t)
	if reason == "" {
		return nil
	}
	c := t.command
	begun, err := e.journal.Begun(ctx, c.ID)
	if begun || err != nil {
		return err // begun before a restart: the recovery ends it
	}
	return e.finish(ctx, c, verdict{domain.Rejected, reason}, nil)
}

// enqueue puts a task behind those of its device, or returns why it does not.
func (e *Executor) enqueue(t *task) (reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	device := t.command.Device
	queue := e.queues[device]
	if e.fades[t.id] != nil {
		return "" // its result will come
	}
	for _, other := range queue {
		if other.id == t.id {
			return "" // its result will come
		}
	}
	switch {
	case e.stopped:
		return "agent_stopping"
	case t.begun == nil && !t.local && t.command.Session != e.session:
		return "stale_session"
	case e.queued >= MaxQueued, len(queue) >= maxOfDevice, t.command.TransitionMS > 0 && len(e.fades) >= maxFading:
		return "overloaded"
	}
	e.queues[device] = append(queue, t)
	e.queued++
	if len(queue) == 0 {
		e.workers.Go(func() { e.work(device) })
	}
	return ""
}

// work does the tasks of one device until there are none. The task under way
// stays in front of the queue.
func (e *Executor) work(device domain.DeviceID) {
	for {
		e.mu.Lock()
		t := e.queues[device][0]
		e.mu.Unlock()

		e.complain(e.do(e.ctx, t))
		if !e.next(device) {
			return
		}
	}
}

// complain keeps the first error of the disk for Run.
func (e *Executor) complain(err error) {
	if err == nil {
		return
	}
	select {
	case e.failed <- err:
	default:
	}
}

// next removes the finished task and reports whether another one waits.
func (e *Executor) next(device domain.DeviceID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queued--
	e.queues[device] = e.queues[device][1:]
	if len(e.queues[device]) == 0 {
		delete(e.queues, device)
		return false
	}
	return true
}

func (e *Executor) do(ctx context.Context, t *task) error {
	if t.begun != nil {
		return e.findOut(ctx, *t.begun)
	}
	return e.carryOut(ctx, t)
}

// Run finds out about what an earlier run left open, and works until ctx ends.
// It returns when no order is under way any more: nil, or the first error of the
// disk.
func (e *Executor) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return e.recoverAll(ctx) })
	group.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case err := <-e.failed:
			return err
		}
	})
	err := group.Wait()
	e.stop()
	return err
}
