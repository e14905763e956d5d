package executor

import (
	"context"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/wire"
)

// After a crash a command may stand with an intent and without a result: it may
// have reached the radio or not, and nobody knows. Then
//
//   - a command that may act only once (A opening, E momentary) is never given to
//     a radio again. The device is asked for its present state, and the result is
//     "unknown" with what was observed.
//   - a command that works towards a value (B, C, D) can be repeated without harm.
//     It is left open for resendWait: the cloud sends it again on the new session
//     while its deadline has not passed, and then it is carried out and ends like
//     any other. If nothing comes, it ends "unknown" as above.
//   - a command that was given in the home is never sent again by anybody. It ends
//     "unknown" as above, whatever its class.
//
// Every intent so ends in exactly one result.
const (
	resendWait  = 30 * time.Second       // for the cloud to send a command again
	recoverWait = 10 * time.Second       // for a radio to come up and answer
	recoverStep = 500 * time.Millisecond // between two questions
)

// recoverAll ends what an earlier run left open.
func (e *Executor) recoverAll(ctx context.Context) error {
	left, err := e.journal.Unfinished(ctx)
	if err != nil || len(left) == 0 {
		return ignoreEnd(ctx, err)
	}
	if err := e.recoverThose(ctx, left, func(in outbox.Intent) bool { return in.Local || !in.Class.Converges() }); err != nil {
		return err
	}
	timer := time.NewTimer(resendWait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-timer.C:
	}
	before := map[domain.CommandID]bool{}
	for _, in := range left {
		before[in.Command] = true
	}
	now, err := e.journal.Unfinished(ctx)
	if err != nil {
		return ignoreEnd(ctx, err)
	}
	return e.recoverThose(ctx, now, func(in outbox.Intent) bool { return before[in.Command] })
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// recoverThose puts the chosen intents in their devices' queues. One that is in a
// queue already, sent again, is left to it.
func (e *Executor) recoverThose(ctx context.Context, all []outbox.Intent, choose func(outbox.Intent) bool) error {
	for _, in := range all {
		if !choose(in) {
			continue
		}
		c := wire.Command{ID: in.Command, Device: in.Device, Class: in.Class}
		reason := e.enqueue(&task{id: in.Command, command: c, begun: &in})
		if reason == "" || reason == "agent_stopping" {
			continue // the next start tries again
		}
		if err := e.finish(ctx, c, verdict{domain.Unknown, "agent_restarted"}, nil); err != nil {
			return err
		}
	}
	return nil
}

// findOut ends a command of which only the intent is known.
func (e *Executor) findOut(ctx context.Context, in outbox.Intent) error {
	device, found, err := e.journal.Device(ctx, in.Device)
	if err != nil {
		return err
	}
	var observed map[string]thing.Value
	if found {
		observed = e.observeSoon(ctx, device)
	}
	if ctx.Err() != nil {
		return nil // stopping: the next start finds it again
	}
	c := wire.Command{ID: in.Command, Device: in.Device}
	return e.finish(ctx, c, verdict{domain.Unknown, "agent_restarted"}, observed)
}

// observeSoon asks until the device answers or the wait is over: the radio may
// just be starting.
func (e *Executor) observeSoon(ctx context.Context, device outbox.Device) map[string]thing.Value {
	for waited := time.Duration(0); ; waited += recoverStep {
		observed := e.observe(ctx, device)
		if observed != nil || waited >= recoverWait {
			return observed
		}
		timer := time.NewTimer(recoverStep)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// stop lets orders under way end, within stopGrace. Commands that wait are not
// begun: what may be sent again will be, the others are told.
func (e *Executor) stop() {
	e.mu.Lock()
	e.stopped = true
	for _, f := range e.fades {
		f.end(context.Canceled) // nobody is there to hear of its end
	}
	var void []wire.Command
	for device, queue := range e.queues {
		for _, t := range queue[1:] {
			if t.begun == nil && (t.local || !t.command.Class.Converges()) {
				void = append(void, t.command)
			}
		}
		e.queued -= len(queue) - 1
		e.queues[device] = queue[:1]
	}
	e.mu.Unlock()
	for _, c := range void {
		if err := e.finish(e.ctx, c, verdict{domain.Rejected, "agent_stopping"}, nil); err != nil {
			break // the disk is gone: the cloud's own timer ends them
		}
	}
	late := time.AfterFunc(stopGrace, e.cancel)
	defer late.Stop()
	e.workers.Wait()
	e.cancel()
}
