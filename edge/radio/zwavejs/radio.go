package zwavejs

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// Options say where the Z-Wave JS server is. URL is required.
type Options struct {
	// URL is the address of the server, "ws://host:3000".
	URL string
	// Client makes the connection; nil is a client with no limit but the radio's
	// own, which trusts the system's authorities.
	Client *http.Client
	// Now is the clock that limits are measured by; nil is time.Now.
	Now func() time.Time
}

// Stats count what was not told. They only grow.
type Stats struct {
	Malformed atomic.Uint64 // frames, events and values that are not what they should be
	Coalesced atomic.Uint64 // events replaced by a newer one before they were looked at
	Dropped   atomic.Uint64 // events the inbox had no room for
	Unfit     atomic.Uint64 // values the device's model does not allow
	Unmapped  atomic.Uint64 // notifications and scenes that mean nothing here
	Refused   atomic.Uint64 // nodes that could not be taken on
}

// Radio drives the Z-Wave JS server of one home.
type Radio struct {
	options Options
	catalog *thing.Catalog
	stats   Stats

	mu      sync.Mutex
	session *session        // the present connection, once its devices are known
	known   map[string]bool // addresses told and not removed, whatever the connection
}

var (
	_ radio.Radio  = (*Radio)(nil)
	_ radio.Reader = (*Radio)(nil)
	_ radio.Pairer = (*Radio)(nil)
)

// New returns a radio. It fails only if the options or the embedded models are
// wrong; nothing is connected before Run.
func New(o Options) (*Radio, error) {
	catalog, err := thing.Standard()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(o.URL)
	if err != nil || (u.Scheme != "ws" && u.Scheme != "wss") || u.Host == "" {
		return nil, errors.New("zwavejs: the address of the server must be ws://host:3000 or wss://host:3000")
	}
	if o.Client == nil {
		o.Client = &http.Client{} // dial has a deadline
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Radio{options: o, catalog: catalog, known: map[string]bool{}}, nil
}

// Name returns "zwave".
func (r *Radio) Name() string { return "zwave" }

// Stats returns the counters; they may be read at any time.
func (r *Radio) Stats() *Stats { return &r.stats }

var (
	errNotConnected = errors.New("the Z-Wave JS server is not connected")
	errNoDevice     = errors.New("no such device")
)

// connected returns the present session. Its errors wrap radio.ErrRefused.
func (r *Radio) connected() (*session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.session == nil {
		return nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNotConnected)
	}
	return r.session, nil
}

// find returns who is at an address. Its errors wrap radio.ErrRefused.
func (r *Radio) find(address string) (*session, *unit, *device, error) {
	s, err := r.connected()
	if err != nil {
		return nil, nil, nil, err
	}
	hardware, _, _ := strings.Cut(address, "/")
	if u := s.unitAt(hardware); u != nil {
		if d := u.deviceAt(address); d != nil {
			return s, u, d, nil
		}
	}
	return nil, nil, nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNoDevice)
}

// attach makes s what Act, Read and Pair use.
func (r *Radio) attach(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session = s
}

func (r *Radio) remember(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[address] = true
}

func (r *Radio) forget(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, address)
}
