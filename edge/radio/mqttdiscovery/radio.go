package mqttdiscovery

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqtt"
)

// Options say where the devices announce themselves. Broker is required.
type Options struct {
	// Broker is the address of the MQTT broker, "mqtt://host:1883" or
	// "mqtts://host:8883". It must speak MQTT 5; the devices need not.
	Broker string
	// Username and Password log in to the broker; "" logs in as nobody.
	Username, Password string
	// TLS is used for mqtts; nil trusts the system's authorities.
	TLS *tls.Config
	// ClientID is our name at the broker; "" makes one up for each connection.
	ClientID string
	// Prefix is the topic that announcements begin with; "" is "homeassistant".
	Prefix string
	// Except names software whose announcements are left alone, as it calls itself
	// in them: another radio drives its devices.
	Except []string
	// Complain gets what is not understood, once for each announcement that says
	// it; nil keeps it for Complaints only. It must not block.
	Complain func(complaint string)
	// Now is the clock that limits are measured by; nil is time.Now.
	Now func() time.Time
}

// link returns the options of the connection to the broker.
func (o Options) link() mqtt.Options {
	return mqtt.Options{
		Broker: o.Broker, Username: o.Username, Password: o.Password, TLS: o.TLS, ClientID: o.ClientID,
		MaxPacket: maxConfig + 2*maxTopic,
	}
}

// Stats count what was not told. They only grow.
type Stats struct {
	Malformed atomic.Uint64 // messages that are not what they should be
	Oversized atomic.Uint64 // messages over their limit
	Coalesced atomic.Uint64 // messages replaced by a newer one before they were looked at
	Dropped   atomic.Uint64 // messages the inbox had no room for
	Unfit     atomic.Uint64 // values the device's model does not allow
	Refused   atomic.Uint64 // announcements that could not be taken, and templates not understood
}

// Radio drives the devices that announce themselves on one broker.
type Radio struct {
	options    Options
	catalog    *thing.Catalog
	stats      Stats
	complaints complaints

	mu      sync.Mutex
	session *session // the present connection
}

var _ radio.Radio = (*Radio)(nil)

// New returns a radio. It fails only if the options or the embedded models are
// wrong; nothing is connected before Run.
func New(o Options) (*Radio, error) {
	catalog, err := thing.Standard()
	if err != nil {
		return nil, err
	}
	if o.Broker == "" {
		return nil, errors.New("mqttdiscovery: the address of the broker is missing")
	}
	if o.Prefix == "" {
		o.Prefix = "homeassistant"
	}
	if strings.ContainsAny(o.Prefix, "+#\x00") || strings.Trim(o.Prefix, "/") != o.Prefix {
		return nil, fmt.Errorf("mqttdiscovery: prefix %q cannot begin a topic", o.Prefix)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Except = slices.Clone(o.Except)
	return &Radio{options: o, catalog: catalog, complaints: complaints{tell: o.Complain}}, nil
}

// Name returns "mqtt".
func (r *Radio) Name() string { return "mqtt" }

// Stats returns the counters; they may be read at any time.
func (r *Radio) Stats() *Stats { return &r.stats }

// Complaints returns what was not understood of announcements, oldest first.
func (r *Radio) Complaints() []string { return r.complaints.all() }

var (
	errNotConnected = errors.New("the broker is not connected")
	errNoDevice     = errors.New("no such device")
)

// attach makes s what Act uses.
func (r *Radio) attach(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session = s
}

// find returns who is at an address. Its errors wrap radio.ErrRefused.
func (r *Radio) find(address string) (*session, *unit, *device, error) {
	r.mu.Lock()
	s := r.session
	r.mu.Unlock()
	if s == nil {
		return nil, nil, nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNotConnected)
	}
	id, _, _ := strings.Cut(address, "/")
	if u := s.unitOf(id); u != nil {
		if d := u.deviceAt(address); d != nil {
			return s, u, d, nil
		}
	}
	return nil, nil, nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNoDevice)
}

// Run connects to the broker, hears who announces itself, and tells sink what
// they say. It returns nil when ctx ends, and an error when the broker goes away;
// every device is told to be out of reach then.
func (r *Radio) Run(ctx context.Context, sink radio.Sink) error {
	life, stop := context.WithCancel(ctx)
	defer stop()
	s := r.newSession(life, sink)
	var err error
	if s.link, err = mqtt.Dial(ctx, r.options.link(), s.receive); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer s.link.Close()
	err = s.listen(life)
	r.attach(nil)
	stop()
	s.sink.Close()
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(err, s.farewell(ctx, sink))
}
