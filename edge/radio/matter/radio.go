package matter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// Options say where the Matter Server is. Server is required.
type Options struct {
	// Server is the address of its WebSocket, "ws://host:5580/ws".
	Server string
	// HTTP connects; nil is a client without settings of its own.
	HTTP *http.Client
	// Now is the clock that limits are measured by; nil is time.Now.
	Now func() time.Time
}

// Stats count what was not told. They only grow.
type Stats struct {
	Malformed atomic.Uint64 // messages that are not what they should be
	Unmapped  atomic.Uint64 // attributes and events that mean nothing here
	Unfit     atomic.Uint64 // values the device's model does not allow
	Coalesced atomic.Uint64 // values replaced by a newer one before they were told
	Dropped   atomic.Uint64 // presses there was no room for
	Refused   atomic.Uint64 // nodes and endpoints that could not be taken on
}

// Radio drives the Matter Server of one home.
type Radio struct {
	options Options
	catalog *thing.Catalog
	stats   Stats

	mu      sync.Mutex
	session *session        // the present connection
	fabric  uint64          // whose devices are known
	known   map[string]bool // addresses told and not removed, whatever the connection
}

var (
	_ radio.Radio        = (*Radio)(nil)
	_ radio.Reader       = (*Radio)(nil)
	_ radio.Commissioner = (*Radio)(nil)
)

// New returns a radio. It fails only if the options or the embedded models are
// wrong; nothing is connected before Run.
func New(o Options) (*Radio, error) {
	catalog, err := thing.Standard()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(o.Server)
	if err != nil || (u.Scheme != "ws" && u.Scheme != "wss") || u.Host == "" {
		return nil, errors.New("matter: want the server's address as ws://host:5580/ws")
	}
	if u.Path == "" {
		u.Path = "/ws"
		o.Server = u.String()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Radio{options: o, catalog: catalog, known: map[string]bool{}}, nil
}

// Name returns "matter".
func (r *Radio) Name() string { return "matter" }

// Stats returns the counters; they may be read at any time.
func (r *Radio) Stats() *Stats { return &r.stats }

var (
	errNotConnected = errors.New("the Matter Server is not connected")
	errNoDevice     = errors.New("no such device")
)

// attach makes s what Act, Read and Commission use.
func (r *Radio) attach(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session = s
}

// connected returns the present session once its devices are known. Its errors
// wrap radio.ErrRefused.
func (r *Radio) connected(ctx context.Context) (*session, error) {
	r.mu.Lock()
	s := r.session
	r.mu.Unlock()
	if s == nil {
		return nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNotConnected)
	}
	var err error
	select {
	case <-s.listed:
		return s, nil
	case <-s.over:
		err = errSessionOver
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, fmt.Errorf("%w: the Matter Server has not listed its nodes yet: %w", radio.ErrRefused, err)
}

// find returns who is at an address. Its errors wrap radio.ErrRefused.
func (r *Radio) find(ctx context.Context, address string) (*session, *unit, *device, error) {
	s, err := r.connected(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	if u, d := s.deviceAt(address); d != nil {
		return s, u, d, nil
	}
	return nil, nil, nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNoDevice)
}

// Commission lets the device with the code in: the eleven digits, or the text of
// the QR code, "MT:…". It returns once the device has joined and was told to sink
// or will be; a Matter Server takes a minute for a device in a wireless network.
func (r *Radio) Commission(ctx context.Context, code string) error {
	ctx, cancel := context.WithTimeout(ctx, commissionTimeout)
	defer cancel()
	s, err := r.connected(ctx)
	if err != nil {
		return err
	}
	if !validCode(code) {
		return fmt.Errorf("%w: this is no pairing code: want eleven digits, or the text of the QR code", radio.ErrRefused)
	}
	info := s.link.info
	_, err = s.call(ctx, "commission_with_code", map[string]any{"code": code, "network_only": !info.Bluetooth})
	return err
}

// validCode reports whether a text has the form of a pairing code.
func validCode(code string) bool {
	const short, long = 11, 21 // a manual code without and with vendor and product
	if len(code) > 3 && len(code) <= maxUniqueID && code[:3] == "MT:" {
		return isPlain(code)
	}
	for _, c := range code {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(code) == short || len(code) == long
}
