package zwavejs_test

import (
	"testing"

	"logis/domain/thing"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zwavejs"
)

// patience bounds every wait for a real program.
const patience = radiotest.Patience

// home is a radio that runs.
type home struct {
	*radiotest.Home
	radio *zwavejs.Radio
}

type values = map[string]thing.Value

// openHome runs a radio against a server until the test ends.
func openHome(t *testing.T, options zwavejs.Options) *home {
	t.Helper()
	r, err := zwavejs.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return &home{Home: radiotest.Open(t, r), radio: r}
}

// in returns the home with another test as the one to complain to.
func (h *home) in(t *testing.T) *home {
	t.Helper()
	return &home{Home: h.In(t), radio: h.radio}
}
