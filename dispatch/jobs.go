package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"logis/domain"
	"logis/eventstore"
)

// SendArgs is the job that writes a command to its gateway's session.
type SendArgs struct {
	Home    domain.HomeID    `json:"home"`
	Command domain.CommandID `json:"command"`
}

// Kind is the name River stores.
func (SendArgs) Kind() string { return "send_command" }

// CloseArgs is the job that closes a command at its deadline.
type CloseArgs struct {
	Home    domain.HomeID    `json:"home"`
	Command domain.CommandID `json:"command"`
}

// Kind is the name River stores.
func (CloseArgs) Kind() string { return "close_command" }

// ConfigureArgs is the job that tells a gateway which configuration is wanted.
type ConfigureArgs struct {
	Home    domain.HomeID    `json:"home"`
	Gateway domain.GatewayID `json:"gateway"`
}

// Kind is the name River stores.
func (ConfigureArgs) Kind() string { return "configure_gateway" }

// SendQueue is the queue of the jobs that need the sessions one server holds.
func SendQueue(replica string) string { return "send_" + replica }

// closeQueue holds the deadlines; any server may run them.
const closeQueue = "deadlines"

// Queue puts jobs into River's tables inside an append. It implements
// eventstore.Jobs.
type Queue struct {
	pool    *pgxpool.Pool
	replica string
	client  *river.Client[pgx.Tx]
	driver  quietDriver
	log     *slog.Logger
	near    chan string // queues of this server that got jobs

	mu     sync.Mutex
	unsent map[string]struct{} // queues that got jobs since the last note
	wake   chan struct{}
}

// Insert adds the jobs inside the transaction.
func (q *Queue) Insert(ctx context.Context, tx pgx.Tx, jobs []eventstore.Job) error {
	params := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		params[i] = river.InsertManyParams{
			Args: job.Args, InsertOpts: &river.InsertOpts{Queue: job.Queue, ScheduledAt: job.RunAt},
		}
	}
	if _, err := q.client.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}
	return nil
}

// Committed wakes the workers of the queues: those of this server at once, others
// by a note.
func (q *Queue) Committed(queues []string) {
	for _, name := range queues {
		switch name {
		case closeQueue: // its jobs are for later and found by polling
		case SendQueue(q.replica):
			select {
			case q.near <- name:
			default: // they are about to look
			}
		default:
			q.leaveNote(name)
		}
	}
}

func (q *Queue) leaveNote(queue string) {
	q.mu.Lock()
	q.unsent[queue] = struct{}{}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// runNotes wakes workers, one note for all commits since the last.
func (q *Queue) runNotes(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-q.wake:
		}
		q.mu.Lock()
		payloads := make([]string, 0, len(q.unsent))
		for name := range q.unsent {
			payloads = append(payloads, noteOf(name))
			delete(q.unsent, name)
		}
		q.mu.Unlock()
		note := &riverdriver.NotifyManyParams{Payload: payloads, Topic: insertTopic}
		if err := q.driver.GetExecutor().NotifyMany(ctx, note); err != nil && ctx.Err() == nil {
			// Workers poll as well: a lost note costs PollInterval.
			q.log.WarnContext(ctx, "workers not woken", "error", err)
		}
	}
}

// River's timing. Its defaults answer in 190 to 610 ms; these in a few.
const (
	fetchCooldown = time.Millisecond       // least time between two fetches
	pollInterval  = 100 * time.Millisecond // when no note arrives
	jobTimeout    = 5 * time.Second
	rescueAfter   = 15 * time.Second // a job whose worker died runs again
	keepCompleted = 10 * time.Minute
	maxAttempts   = 5
	sendWorkers   = 32
	closeWorkers  = 8
)
