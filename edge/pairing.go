package edge

import (
	"context"
	"errors"
	"sync"
	"time"

	"logis/domain"
	"logis/domain/call"
	"logis/edge/radio"
	"logis/edge/radio/fence"
)

// pairing lets new devices in, as somebody in front of a screen asks.
type pairing struct {
	agent *Agent

	mu     sync.Mutex
	ctx    context.Context          //nolint:containedctx // of the joining: it outlives the calls
	open   map[string]time.Duration // until when since boot, by radio
	joined map[string]joined        // the newest code, by radio
	joins  sync.WaitGroup
}

// joined is how far letting in a device by its code came.
type joined struct {
	code    string
	stage   call.Joining
	problem string
}

func newPairing(a *Agent) *pairing {
	return &pairing{agent: a, open: map[string]time.Duration{}, joined: map[string]joined{}}
}

// run lets devices join until ctx ends.
func (p *pairing) run(ctx context.Context) error {
	p.mu.Lock()
	p.ctx = ctx
	p.mu.Unlock()
	<-ctx.Done()
	p.mu.Lock()
	p.ctx = nil
	p.mu.Unlock()
	p.joins.Wait()
	return nil
}

// state returns how the radios stand with new devices.
func (p *pairing) state() call.PairingState {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.agent.time.Boot()
	state := call.PairingState{Radios: []call.RadioPairing{}}
	for _, r := range p.agent.options.Radios {
		one := call.RadioPairing{Radio: r.Name(), Disabled: p.agent.radios.standOf(r.Name()).off}
		_, one.Opens = r.(radio.Pairer)
		_, one.Codes = r.(radio.Commissioner)
		if left := p.open[r.Name()] - now; left > 0 {
			one.LeftMS = left.Milliseconds()
		}
		one.Joining, one.Problem = p.joined[r.Name()].stage, p.joined[r.Name()].problem
		state.Radios = append(state.Radios, one)
	}
	return state
}

// find returns a radio that runs.
func (p *pairing) find(name string) (*fence.Fence, error) {
	r, known := p.agent.radios.find(name)
	switch {
	case !known:
		return nil, domain.InvalidInput(domain.Fault{Field: "radio", Message: "is not one of this gateway"})
	case p.agent.radios.standOf(name).off:
		return nil, domain.Errorf(domain.Conflict, "this radio is switched off")
	}
	return r, nil
}

// window opens a radio to new devices, or closes it.
func (p *pairing) window(ctx context.Context, w call.PairingWindow) (call.PairingState, error) {
	r, err := p.find(w.Radio)
	if err != nil {
		return call.PairingState{}, err
	}
	pairer, ok := r.Inner().(radio.Pairer)
	switch {
	case !ok:
		return call.PairingState{}, domain.InvalidInput(domain.Fault{Field: "radio", Message: "cannot be opened to new devices"})
	case w.Seconds < 0 || w.Seconds > call.MaxWindow:
		return call.PairingState{}, domain.InvalidInput(domain.Fault{Field: "seconds", Message: "must be from 0 to 254"})
	}
	length := time.Duration(w.Seconds) * time.Second
	asked := p.agent.time.Boot()
	if err := r.Call(func() error { return pairer.Pair(ctx, length) }); err != nil {
		return call.PairingState{}, ofRadio(err)
	}
	p.mu.Lock()
	p.open[w.Radio] = asked + length
	p.mu.Unlock()
	p.agent.options.Log.Info("a radio is open to new devices", "radio", w.Radio, "seconds", w.Seconds)
	return p.state(), nil
}

// commission begins to let a device in by its code. It takes a minute, so how far
// it came is told by state. The same code again changes nothing while it is tried.
func (p *pairing) commission(o call.CommissionOrder) (call.PairingState, error) {
	r, err := p.find(o.Radio)
	if err != nil {
		return call.PairingState{}, err
	}
	commissioner, ok := r.Inner().(radio.Commissioner)
	switch {
	case !ok:
		return call.PairingState{}, domain.InvalidInput(domain.Fault{Field: "radio", Message: "takes no codes"})
	case o.Code == "" || len(o.Code) > call.MaxCode:
		return call.PairingState{}, domain.InvalidInput(domain.Fault{Field: "code", Message: "must be the code that is printed on the device"})
	}
	if err := p.beginJoin(o, func(ctx context.Context) error {
		return r.Call(func() error { return commissioner.Commission(ctx, o.Code) })
	}); err != nil {
		return call.PairingState{}, err
	}
	return p.state(), nil
}

func (p *pairing) beginJoin(o call.CommissionOrder, commission func(context.Context) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch now := p.joined[o.Radio]; {
	case p.ctx == nil:
		return domain.Errorf(domain.Conflict, "the agent is about to stop")
	case now.stage == call.JoiningRuns && now.code == o.Code:
		return nil
	case now.stage == call.JoiningRuns:
		return domain.Errorf(domain.Conflict, "another device is about to join: wait for it")
	}
	p.joined[o.Radio] = joined{code: o.Code, stage: call.JoiningRuns}
	ctx := p.ctx
	p.joins.Go(func() {
		p.agent.options.Log.Info("a device is let in by its code", "radio", o.Radio)
		end := joined{stage: call.JoiningDone}
		if err := commission(ctx); err != nil {
			end = joined{stage: call.JoiningFailed, problem: err.Error()}
			p.agent.options.Log.Warn("a device did not join", "radio", o.Radio, "why", err)
		}
		p.mu.Lock()
		p.joined[o.Radio] = end
		p.mu.Unlock()
	})
	return nil
}

// ofRadio is what whoever asked is told of a radio's error.
func ofRadio(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return domain.Errorf(domain.Conflict, "the radio says: %s", err.Error())
}
