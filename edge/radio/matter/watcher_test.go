package matter_test

import (
	"errors"
	"net/http"
	"testing"

	"logis/domain"
	"logis/edge/radio/matter"
	"logis/edge/radio/radiotest"
)

// patience bounds every wait for a real program.
const patience = radiotest.Patience

// home is a radio that runs.
type home struct {
	*radiotest.Home
	radio *matter.Radio
}

// openHome runs a radio against a server until the test ends.
func openHome(t *testing.T, options matter.Options) *home {
	t.Helper()
	r, err := matter.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if transport, ok := options.HTTP.Transport.(*http.Transport); ok {
			transport.CloseIdleConnections()
		}
	})
	return &home{Home: radiotest.Open(t, r), radio: r}
}

// in returns the home with another test as the one to complain to.
func (h *home) in(t *testing.T) *home {
	t.Helper()
	return &home{Home: h.In(t), radio: h.radio}
}

// wantUnconfirmed checks what became of an order that did not succeed.
func (h *home) wantUnconfirmed(id domain.CommandID, err, want error) {
	h.T.Helper()
	switch {
	case want == nil:
		radiotest.WantUnknown(h.T, err)
	case !errors.Is(err, want):
		h.T.Errorf("the outcome is %v, want %v", err, want)
	}
	h.WantNothingTold(h.T, id)
}
