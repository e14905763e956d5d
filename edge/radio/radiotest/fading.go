package radiotest

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/edge/radio"
)

// fades gives every device that may fade an order to, and wants each where it was
// ordered to be when the radio says so, whether it faded or jumped.
func fades(t *testing.T, b *bench) {
	fader, ok := b.Radio.(radio.Fader)
	if !ok {
		t.Skip("the radio has nothing fade")
	}
	r := b.start()
	const over = 300 * time.Millisecond
	n := 0
	for _, kind := range slices.Sorted(maps.Keys(b.Devices)) {
		address := b.Devices[kind]
		d := r.known[address]
		model := b.model(kind, d.Capabilities)
		for _, trial := range trials(d, model, r.present(address)) {
			if !domain.Fades(model, trial.order.Set) {
				continue
			}
			n++
			trial.order.Command, trial.order.Transition = commandID(n), over
			if err := b.fade(fader, trial.order); err != nil {
				t.Errorf("%s: %v over %v: %v", kind, trial.order.Set, over, err)
				continue
			}
			checkConfirmed(t, r, trial)
		}
	}
	b.stop(r)
}

// fade gives an order and waits for its end, within the rig's patience.
func (b *bench) fade(fader radio.Fader, order radio.Order) error {
	ctx, cancel := context.WithTimeout(b.t.Context(), b.Patience)
	defer cancel()
	arrived, err := fader.Fade(ctx, order)
	if err != nil || arrived == nil {
		return err
	}
	return arrived(ctx)
}
