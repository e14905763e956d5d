package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"golang.org/x/sync/errgroup"

	"logis/dispatch/notify"
	"logis/dispatch/outside"
	"logis/dispatch/webhook"
	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// Sender writes to a gateway's session on this server.
type Sender interface {
	// SendCommand puts the command into the session's queue. An error means that
	// it certainly was not written: the session is gone or its queue is full.
	SendCommand(gateway domain.GatewayID, session int64, c *domain.Command) error
	// SendConfiguration does the same with a configuration. It is also an error when
	// the gateway's agent is too old for one.
	SendConfiguration(gateway domain.GatewayID, session int64, c domain.Configured) error
	// SendRules does so with the rules that a gateway is to run.
	SendRules(gateway domain.GatewayID, session int64, b *domain.Bundle) error
}

// Authorize reports whether the command's actor may still do this in the home,
// as it is now.
type Authorize func(home *domain.Home, c *domain.Command, now time.Time) bool

// Options are what a Dispatcher needs.
type Options struct {
	Log       *slog.Logger
	Sender    Sender
	Authorize Authorize
	// Forget drops what others keep and has expired, and tells how much; may be nil.
	Forget func(context.Context) (int64, error)
	// Outside calls webhooks; nil: one that calls nothing but the public internet.
	Outside *outside.Caller
	// Teller tells people; nil: nobody is told.
	Teller *notify.Teller
}

// Dispatcher runs the jobs of one server.
type Dispatcher struct {
	options  Options
	store    *eventstore.Store
	queue    *Queue
	webhooks *webhook.Deliverer
}

// NewQueue returns the queue to give to the store. It works before Run. The pool is
// for River itself: its commits need not be durable. The replica names this server,
// in lower-case letters and digits.
func NewQueue(pool *pgxpool.Pool, replica string, log *slog.Logger) (*Queue, error) {
	q := &Queue{
		pool: pool, replica: replica, driver: quietDriver{riverpgxv5.New(pool)}, log: log,
		near: make(chan string, 1), unsent: map[string]struct{}{}, wake: make(chan struct{}, 1),
	}
	client, err := river.NewClient(q.driver, &river.Config{Logger: log, MaxAttempts: maxAttempts})
	if err != nil {
		return nil, fmt.Errorf("make job queue: %w", err)
	}
	q.client = client
	return q, nil
}

// New returns a dispatcher over the store whose jobs the queue holds.
func New(store *eventstore.Store, queue *Queue, options Options) *Dispatcher {
	if options.Outside == nil {
		options.Outside = outside.New(outside.Options{})
	}
	if options.Teller == nil {
		options.Teller = notify.New(store, notify.Options{})
	}
	return &Dispatcher{
		options: options, store: store, queue: queue,
		webhooks: webhook.New(store, options.Outside, queue.callLater),
	}
}

// Run works jobs and sweeps until ctx ends, then lets running jobs finish.
func (d *Dispatcher) Run(ctx context.Context) error {
	ctx = wall.AllHomes(ctx) // sweeps look for what is due anywhere; a job names its home
	workers := river.NewWorkers()
	river.AddWorker(workers, &sendWorker{dispatcher: d})
	river.AddWorker(workers, &closeWorker{dispatcher: d})
	river.AddWorker(workers, &configureWorker{dispatcher: d})
	river.AddWorker(workers, &rulesWorker{dispatcher: d})
	river.AddWorker(workers, &webhookWorker{dispatcher: d})
	river.AddWorker(workers, &planWorker{teller: d.options.Teller})
	river.AddWorker(workers, &tellWorker{teller: d.options.Teller})
	client, err := river.NewClient(nearDriver{riverpgxv5.New(d.queue.pool), d.queue.near}, &river.Config{
		Logger:                      d.options.Log,
		Workers:                     workers,
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           pollInterval,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: keepCompleted,
		MaxAttempts:                 maxAttempts,
		RetryPolicy:                 retrySoon{},
		Queues: map[string]river.QueueConfig{
			SendQueue(d.queue.replica): {MaxWorkers: sendWorkers},
			closeQueue:                 {MaxWorkers: closeWorkers},
			webhookQueue:               {MaxWorkers: webhookWorkers},
			slowQueue:                  {MaxWorkers: slowWorkers},
			noticeQueue:                {MaxWorkers: noticeWorkers},
		},
	})
	if err != nil {
		return fmt.Errorf("make job workers: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.runRiver(ctx, client) })
	group.Go(func() error { return d.queue.runNotes(ctx) })
	group.Go(func() error { return d.sweep(ctx) })
	group.Go(func() error { return d.keepTime(ctx) })
	return group.Wait()
}

// stopTimeout bounds how long running jobs may take to finish.
const stopTimeout = 5 * time.Second

func (d *Dispatcher) runRiver(ctx context.Context, client *river.Client[pgxTx]) error {
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start job workers: %w", err)
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := client.StopAndCancel(stop); err != nil {
		return fmt.Errorf("stop job workers: %w", err)
	}
	return nil
}

// retrySoon tries a failed job again within a second: a command is worth
// nothing later.
type retrySoon struct{}

// NextRetry implements river.ClientRetryPolicy.
func (retrySoon) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(min(time.Second, 50*time.Millisecond<<len(job.Errors)))
}
