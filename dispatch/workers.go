package dispatch

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

type pgxTx = pgx.Tx

type sendWorker struct {
	river.WorkerDefaults[SendArgs]
	dispatcher *Dispatcher
}

// Work sends one command.
func (w *sendWorker) Work(ctx context.Context, job *river.Job[SendArgs]) error {
	return w.dispatcher.send(wall.InHome(ctx, job.Args.Home), job.Args.Home, job.Args.Command)
}

type closeWorker struct {
	river.WorkerDefaults[CloseArgs]
	dispatcher *Dispatcher
}

// Work closes one command if it is still open. A command that was sent waits for
// its answer a little longer: the sweep closes it then.
func (w *closeWorker) Work(ctx context.Context, job *river.Job[CloseArgs]) error {
	return w.dispatcher.close(wall.InHome(ctx, job.Args.Home), job.Args.Home, job.Args.Command)
}

// send records command.sent and, once that is durable, hands the command to the
// session. The order matters: a command that might have reached the edge is
// never taken for one that did not.
func (d *Dispatcher) send(ctx context.Context, home domain.HomeID, id domain.CommandID) error {
	var sent *domain.Command
	err := d.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		sent = nil
		state := tx.Home(home)
		c, ok := state.Commands[id]
		if !ok {
			return nil
		}
		ev, ok := state.SendCommand(id, d.queue.replica, tx.Now())
		if !d.options.Authorize(state, c, tx.Now()) {
			ev, ok = state.RefuseCommand(id, "not_allowed_any_more")
		}
		if !ok {
			return nil
		}
		if _, err := tx.Record(ctx, home, ev); err != nil {
			return err
		}
		if c.Open() {
			copied := *c
			sent = &copied
		}
		return nil
	})
	if err != nil || sent == nil {
		return err
	}
	if d.options.Sender.SendCommand(sent.Gateway, sent.Session, sent) != nil {
		return d.record(ctx, home, func(h *domain.Home, _ *eventstore.Tx) (domain.Event, bool) {
			return h.FailSend(id, "gateway_disconnected")
		})
	}
	return nil
}

func (d *Dispatcher) close(ctx context.Context, home domain.HomeID, id domain.CommandID) error {
	return d.record(ctx, home, func(h *domain.Home, tx *eventstore.Tx) (domain.Event, bool) {
		return h.CloseOverdue(id, tx.Now())
	})
}

// record appends the one event that decide returns, if any.
func (d *Dispatcher) record(ctx context.Context, home domain.HomeID, decide func(*domain.Home, *eventstore.Tx) (domain.Event, bool)) error {
	return d.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, ok := decide(tx.Home(home), tx)
		if !ok {
			return nil
		}
		_, err := tx.Record(ctx, home, ev)
		return err
	})
}
