package dispatch

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// WebhookArgs is the job that tells a webhook what it has not been told yet.
type WebhookArgs struct {
	Home    domain.HomeID    `json:"home"`
	Webhook domain.WebhookID `json:"webhook"`
}

// Kind is the name River stores.
func (WebhookArgs) Kind() string { return "call_webhook" }

// A webhook that failed is tried on a queue of its own: however many are dead and
// make a call last, those that answer have workers. On the first queue one that dies
// is called once, and then left alone until its time comes.
const (
	webhookQueue = "webhooks"
	slowQueue    = "webhooks_slow"

	webhookWorkers = 32 // they wait for others most of the time
	slowWorkers    = 8

	// webhookTimeout bounds one job: it ends after the message that it is at.
	webhookTimeout = time.Minute
)

// Webhooks asks for telling webhooks what they want to know, in the append of each
// event. It implements eventstore.Reactor.
type Webhooks struct{}

// React asks once per append and webhook.
func (Webhooks) React(_ context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	for id, w := range tx.Home(ev.HomeID).Webhooks {
		if w.Wants(ev.Fact.EventType(), ev.Entity) {
			tx.EnqueueOnce(eventstore.Job{Args: WebhookArgs{Home: ev.HomeID, Webhook: id}, Queue: webhookQueue})
		}
	}
	return nil
}

type webhookWorker struct {
	river.WorkerDefaults[WebhookArgs]
	dispatcher *Dispatcher
}

// Timeout is longer than that of other jobs: the other side has its time.
func (*webhookWorker) Timeout(*river.Job[WebhookArgs]) time.Duration { return webhookTimeout }

// Work tells one webhook.
func (w *webhookWorker) Work(ctx context.Context, job *river.Job[WebhookArgs]) error {
	return w.dispatcher.webhooks.Deliver(wall.InHome(ctx, job.Args.Home), job.Args.Home, job.Args.Webhook)
}

// callLater asks for another job of a webhook.
func (q *Queue) callLater(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.WebhookID, at time.Time, slow bool) error {
	job := eventstore.Job{Args: WebhookArgs{Home: home, Webhook: id}, Queue: webhookQueue, RunAt: at}
	if slow {
		job.Queue = slowQueue
	}
	return q.Insert(ctx, tx, []eventstore.Job{job})
}

// resumeWebhooks asks for jobs where a webhook's time has come and there may be none:
// jobs are not part of what a rebuild or a restored backup brings back.
func (d *Dispatcher) resumeWebhooks(ctx context.Context) error {
	now, err := d.store.Now(ctx)
	if err != nil {
		return err
	}
	rows, err := d.store.Pool().Query(ctx, `
		SELECT t.home_id, t.webhook_id, t.failures > 0 FROM webhook_targets t JOIN home_heads h ON h.home_id = t.home_id
		WHERE h.seq > t.checkpoint AND coalesce(t.retry_at, $1) <= $1 AND coalesce(t.lease_until, $1) <= $1
		ORDER BY t.delivered_at NULLS FIRST LIMIT $2`, now, sweepBatch)
	if err != nil {
		return eventstore.Translate(err)
	}
	var jobs []eventstore.Job
	var home, id [16]byte
	var slow bool
	_, err = pgx.ForEachRow(rows, []any{&home, &id, &slow}, func() error {
		job := eventstore.Job{Args: WebhookArgs{Home: home, Webhook: id}, Queue: webhookQueue}
		if slow {
			job.Queue = slowQueue
		}
		jobs = append(jobs, job)
		return nil
	})
	if err != nil || len(jobs) == 0 {
		return eventstore.Translate(err)
	}
	return eventstore.Translate(pgx.BeginFunc(ctx, d.store.Pool(), func(tx pgx.Tx) error { return d.queue.Insert(ctx, tx, jobs) }))
}
