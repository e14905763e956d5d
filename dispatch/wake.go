package dispatch

import (
	"context"
	"errors"
	"strconv"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// insertTopic is the channel River's workers listen on for new jobs; a test pins
// that a note on it wakes them.
const insertTopic = "river_insert"

// noteOf is what River's workers expect to hear of a queue that got jobs.
func noteOf(queue string) string { return `{"queue": ` + strconv.Quote(queue) + `}` }

// quietDriver keeps River from sending NOTIFY inside our transactions: it would
// cost an append half its throughput, and River's debounce may swallow it while
// the job is not yet visible. Queue sends it after the commit.
type quietDriver struct{ *riverpgxv5.Driver }

// SupportsListenNotify is false for inserts; listening is asked for separately.
func (quietDriver) SupportsListenNotify() bool { return false }

// nearDriver lets this server's workers also hear what this server has to tell
// them: without a detour through PostgreSQL.
type nearDriver struct {
	*riverpgxv5.Driver
	near chan string
}

// GetListener returns a listener for both.
func (d nearDriver) GetListener(params *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &nearListener{Listener: d.Driver.GetListener(params), near: d.near}
}

type nearListener struct {
	riverdriver.Listener
	near chan string
	left *heard // came from PostgreSQL together with something near
}

type heard struct {
	notification *riverdriver.Notification
	err          error
}

// WaitForNotification returns what comes first. River calls it from one goroutine
// at a time.
func (l *nearListener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	if left := l.left; left != nil {
		l.left = nil
		return left.notification, left.err
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	far := make(chan heard, 1)
	go func() {
		notification, err := l.Listener.WaitForNotification(waiting)
		far <- heard{notification, err}
	}()
	select {
	case h := <-far:
		return h.notification, h.err
	case queue := <-l.near:
		cancel() // the connection is free again when the goroutine is done
		if h := <-far; !errors.Is(h.err, context.Canceled) {
			l.left = &h
		}
		return &riverdriver.Notification{Topic: insertTopic, Payload: noteOf(queue)}, nil
	}
}
