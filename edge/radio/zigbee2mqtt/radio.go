package zigbee2mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqtt"
)

// Options say where Zigbee2MQTT is. Broker is required.
type Options struct {
	// Broker is the address of the MQTT broker, "mqtt://host:1883" or
	// "mqtts://host:8883". It must speak MQTT 5.
	Broker string
	// Username and Password log in to the broker; "" logs in as nobody.
	Username, Password string
	// TLS is used for mqtts; nil trusts the system's authorities.
	TLS *tls.Config
	// ClientID is our name at the broker; "" makes one up for each connection.
	ClientID string
	// BaseTopic is Zigbee2MQTT's mqtt.base_topic; "" is its default, "zigbee2mqtt".
	BaseTopic string
	// Catalog describes the devices; nil is the standard one.
	Catalog *thing.Catalog
	// Mappings are features of devices that Logis does not know of itself.
	Mappings []Mapping
	// Now is the clock that limits are measured by; nil is time.Now.
	Now func() time.Time
}

// link returns the options of the connection to the broker.
func (o Options) link() mqtt.Options {
	return mqtt.Options{
		Broker: o.Broker, Username: o.Username, Password: o.Password, TLS: o.TLS, ClientID: o.ClientID,
		MaxPacket: maxDeviceList + maxName + packetHead,
	}
}

// Stats count what was not told. They only grow, but for the last.
type Stats struct {
	Malformed atomic.Uint64 // messages that are not what they should be
	Oversized atomic.Uint64 // messages over their limit
	Coalesced atomic.Uint64 // messages replaced by a newer one before they were looked at
	Dropped   atomic.Uint64 // messages the inbox had no room for
	Unfit     atomic.Uint64 // values the device's model does not allow
	Unmapped  atomic.Uint64 // actions that mean nothing here
	Refused   atomic.Uint64 // devices that could not be taken on

	// What there is and has no meaning here; these may shrink.
	Exposes     atomic.Uint64 // features of the devices
	DevicesLeft atomic.Uint64 // devices that have no other features
	GroupsLeft  atomic.Uint64 // groups of what cannot be switched together
}

// Radio drives the Zigbee2MQTT of one home.
type Radio struct {
	options Options
	catalog *thing.Catalog
	stats   Stats

	mu      sync.Mutex
	session *session        // the present connection, once its devices are known
	list    []byte          // the last bridge/devices: not every broker keeps it
	known   map[string]bool // addresses told and not removed, whatever the connection
}

var (
	_ radio.Radio  = (*Radio)(nil)
	_ radio.Reader = (*Radio)(nil)
	_ radio.Pairer = (*Radio)(nil)
	_ radio.Fader  = (*Radio)(nil)
)

// New returns a radio. It fails only if the options or the embedded models are
// wrong; nothing is connected before Run.
func New(o Options) (*Radio, error) {
	if o.Catalog == nil {
		var err error
		if o.Catalog, err = thing.Standard(); err != nil {
			return nil, err
		}
	}
	if o.Broker == "" {
		return nil, errors.New("zigbee2mqtt: the address of the broker is missing")
	}
	if o.BaseTopic == "" {
		o.BaseTopic = "zigbee2mqtt"
	}
	if strings.ContainsAny(o.BaseTopic, "+#\x00") {
		return nil, fmt.Errorf("zigbee2mqtt: base topic %q holds a wildcard", o.BaseTopic)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Radio{options: o, catalog: o.Catalog, known: map[string]bool{}}, nil
}

// Name returns "zigbee".
func (r *Radio) Name() string { return "zigbee" }

// Stats returns the counters; they may be read at any time.
func (r *Radio) Stats() *Stats { return &r.stats }

var (
	errNotConnected = errors.New("Zigbee2MQTT is not connected")
	errNoDevice     = errors.New("no such device")
)

// connected returns the present session once Zigbee2MQTT listens. Its errors wrap
// radio.ErrRefused.
func (r *Radio) connected(ctx context.Context) (*session, error) {
	r.mu.Lock()
	s := r.session
	r.mu.Unlock()
	if s == nil {
		return nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNotConnected)
	}
	err := s.await(ctx)
	return s, err
}

// find returns who is at an address. Its errors wrap radio.ErrRefused.
func (r *Radio) find(ctx context.Context, address string) (*session, *unit, *device, error) {
	s, err := r.connected(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	ieee, _, _ := strings.Cut(address, "/")
	if u := s.unitOf(ieee); u != nil {
		if d := u.deviceAt(address); d != nil {
			return s, u, d, nil
		}
	}
	return nil, nil, nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNoDevice)
}

// Pair opens the network to new devices, or closes it when the window is zero.
// Zigbee2MQTT opens it for 254 s at most; a longer window is cut.
func (r *Radio) Pair(ctx context.Context, window time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	s, err := r.connected(ctx)
	if err != nil {
		return err
	}
	seconds := int(min(window, maxPairing).Round(time.Second) / time.Second)
	_, err = s.request(ctx, "permit_join", map[string]any{"time": seconds})
	return err
}
