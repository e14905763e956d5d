package dispatch

import (
	"context"

	"github.com/riverqueue/river"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

type configureWorker struct {
	river.WorkerDefaults[ConfigureArgs]
	dispatcher *Dispatcher
}

// Work tells one gateway which configuration is wanted. A session that is gone
// needs no second attempt: the next one begins with a job of its own.
func (w *configureWorker) Work(ctx context.Context, job *river.Job[ConfigureArgs]) error {
	ctx = wall.InHome(ctx, job.Args.Home)
	var told *domain.Gateway
	err := w.dispatcher.store.Append(ctx, []domain.HomeID{job.Args.Home}, func(_ context.Context, tx *eventstore.Tx) error {
		told = nil
		if g, ok := tx.Home(job.Args.Home).Gateways[job.Args.Gateway]; ok && g.Connected && g.Replica == w.dispatcher.queue.replica {
			copied := *g
			told = &copied
		}
		return nil
	})
	if err != nil || told == nil {
		return err
	}
	_ = w.dispatcher.options.Sender.SendConfiguration(told.ID, told.Session, told.Configuration)
	return nil
}
