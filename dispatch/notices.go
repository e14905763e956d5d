package dispatch

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"logis/dispatch/notify"
	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// PlanArgs is the job that decides who is told of an event.
type PlanArgs struct {
	Home  domain.HomeID     `json:"home"`
	Seq   domain.Seq        `json:"seq"`
	About domain.NoticeKind `json:"about"`
}

// Kind is the name River stores.
func (PlanArgs) Kind() string { return "plan_notice" }

// TellArgs is the job that tells a person what is due by a channel.
type TellArgs struct {
	Home    domain.HomeID      `json:"home"`
	Person  domain.PersonID    `json:"person"`
	Channel domain.ChannelKind `json:"channel,omitempty"` // none: e-mail, which once was the only one
}

// Kind is the name River stores.
func (TellArgs) Kind() string { return "tell_person" }

// Telling waits for servers of others, so it has workers of its own.
const (
	noticeQueue   = "notices"
	noticeWorkers = 8
	tellTimeout   = 30 * time.Second // of one job
)

// Notices asks for telling people, in the append of what they are told. It records
// nothing itself. It implements eventstore.Reactor.
type Notices struct{}

// React asks for a plan of what has to be told.
func (Notices) React(_ context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	if about, at, ok := notify.About(tx.Home(ev.HomeID), ev); ok {
		tx.Enqueue(eventstore.Job{Args: PlanArgs{Home: ev.HomeID, Seq: ev.Seq, About: about}, Queue: noticeQueue, RunAt: at})
	}
	return nil
}

type planWorker struct {
	river.WorkerDefaults[PlanArgs]
	teller *notify.Teller
}

// Work decides who is told.
func (w *planWorker) Work(ctx context.Context, job *river.Job[PlanArgs]) error {
	return w.teller.Plan(wall.InHome(ctx, job.Args.Home), job.Args.Home, job.Args.Seq, job.Args.About)
}

type tellWorker struct {
	river.WorkerDefaults[TellArgs]
	teller *notify.Teller
}

// Timeout is longer than that of other jobs: the other side has its time.
func (*tellWorker) Timeout(*river.Job[TellArgs]) time.Duration { return tellTimeout }

// Work tells one person.
func (w *tellWorker) Work(ctx context.Context, job *river.Job[TellArgs]) error {
	return w.teller.Tell(wall.InHome(ctx, job.Args.Home), job.Args.Home, job.Args.Person, cmp.Or(job.Args.Channel, domain.ByMail))
}

// TellLater asks for another message to a person.
func (q *Queue) TellLater(ctx context.Context, tx pgx.Tx, home domain.HomeID, person domain.PersonID, by domain.ChannelKind, at time.Time) error {
	return q.Insert(ctx, tx, []eventstore.Job{{Args: TellArgs{Home: home, Person: person, Channel: by}, Queue: noticeQueue, RunAt: at}})
}

// resumeTelling asks for jobs where somebody is to be told and there may be none.
func (d *Dispatcher) resumeTelling(ctx context.Context) error {
	now, err := d.store.Now(ctx)
	if err != nil {
		return err
	}
	rows, err := d.store.Pool().Query(ctx, `
		SELECT DISTINCT home_id, person_id, channel FROM notifications_due WHERE due_at <= $1 LIMIT $2`, now, sweepBatch)
	if err != nil {
		return eventstore.Translate(err)
	}
	jobs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (eventstore.Job, error) {
		var home, person [16]byte
		var channel domain.ChannelKind
		err := row.Scan(&home, &person, &channel)
		return eventstore.Job{Args: TellArgs{Home: home, Person: person, Channel: channel}, Queue: noticeQueue}, err
	})
	if err != nil || len(jobs) == 0 {
		return eventstore.Translate(err)
	}
	return eventstore.Translate(pgx.BeginFunc(ctx, d.store.Pool(), func(tx pgx.Tx) error { return d.queue.Insert(ctx, tx, jobs) }))
}
