package executor

import (
	"context"
	"errors"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/wire"
)

// maxFading bounds the fades under way, each of which is a goroutine: every lamp of a
// large home.
const maxFading = 256

// atOnce is what a success says whose device cannot fade.
const atOnce = "at_once"

// fade is an order that a device has begun and takes its time for. It stands in no
// queue: what else is asked of the device is done meanwhile.
type fade struct {
	device  domain.DeviceID
	desires map[string]thing.Value
	local   bool
	end     context.CancelCauseFunc
	over    chan struct{} // closed when its result is on disk
}

// overtaken is why a fade ends before its time: the verdict on it.
type overtaken struct{ verdict }

func (o overtaken) Error() string { return o.reason }

// overtake ends the fades that a command, about to be given to the radio, leaves no
// way to their ends, and waits until they are told: nothing of them follows it.
func (e *Executor) overtake(t *task, desires map[string]thing.Value) {
	e.mu.Lock()
	var ended []*fade
	for _, f := range e.fades {
		if f.device != t.command.Device || !domain.Overtakes(desires, f.desires) {
			continue
		}
		why := overtaken{verdict{domain.Superseded, "newer_command"}}
		if t.local && !f.local {
			why.reason = newerAct
		}
		f.end(why)
		ended = append(ended, f)
	}
	e.mu.Unlock()
	for _, f := range ended {
		<-f.over
	}
}

// follow waits beside the queue until the device has confirmed a fade it has begun, or
// a newer command overtakes it, and writes down what came of it. It may take its
// transition longer than what happens at once.
func (e *Executor) follow(t *task, device outbox.Device, desires map[string]thing.Value, known outbox.Verdict, arrived func(context.Context) error) {
	c := t.command
	ctx, end := context.WithCancelCause(e.ctx)
	ctx, cancel := context.WithTimeout(ctx, e.remaining(t)+transition(c))
	f := &fade{device: c.Device, desires: desires, local: t.local, end: end, over: make(chan struct{})}
	e.mu.Lock()
	e.fades[c.ID] = f
	if e.stopped {
		end(context.Canceled)
	}
	e.mu.Unlock()
	e.workers.Go(func() {
		defer close(f.over)
		defer cancel()
		v := e.tried(ctx, func() error { return arrived(ctx) })
		err := e.conclude(e.ctx, t, device, known, v)
		e.mu.Lock()
		delete(e.fades, c.ID)
		e.mu.Unlock()
		e.complain(err)
	})
}

func transition(c wire.Command) time.Duration {
	return time.Duration(c.TransitionMS) * time.Millisecond
}

// begin gives an order to a radio: a Fader has the device fade if that is asked and
// possible, and returns how to wait for the end.
func (e *Executor) begin(ctx context.Context, device outbox.Device, order radio.Order) (arrived func(context.Context) error, err error) {
	used := e.radios[device.Radio]
	if fader, ok := used.(radio.Fader); ok && order.Transition > 0 {
		return fader.Fade(ctx, order)
	}
	return nil, used.Act(ctx, order)
}

// ruling returns the verdict on an order that a newer command overtook, if one did.
func ruling(ctx context.Context) (v verdict, ok bool) {
	var why overtaken
	ok = errors.As(context.Cause(ctx), &why)
	return why.verdict, ok
}
