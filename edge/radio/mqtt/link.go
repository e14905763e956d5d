package mqtt

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"
)

// Options say where the broker is and who we are to it.
type Options struct {
	// Broker is "mqtt://host:1883" or "mqtts://host:8883". It must speak MQTT 5.
	Broker string
	// Username and Password log in; "" logs in as nobody.
	Username, Password string
	// TLS is used for mqtts; nil trusts the system's authorities.
	TLS *tls.Config
	// ClientID is our name at the broker; "" makes one up for each connection.
	ClientID string
	// MaxPacket bounds what the broker may send us in one piece, in bytes.
	MaxPacket uint32
}

// Link is one connection to the broker. When it breaks it is over: there is no
// session to resume and nothing is sent again, so that no order of an old
// connection can ever happen on a new one.
type Link struct {
	client *paho.Client
	failed chan error // holds the first reason why the connection ended
}

// Message is one message from the broker.
type Message struct {
	Topic    string
	Payload  []byte
	Retained bool   // it was waiting at the broker when we subscribed
	Number   uint64 // counts messages as they arrive, where somebody counts
}

// ErrNobody is why a message was not sent: no program listens to it.
var ErrNobody = errors.New("nobody listens to the topic")

// Dial connects. receive is called for one message after another and must not
// block.
func Dial(ctx context.Context, o Options, receive func(Message)) (*Link, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("connect to the broker: %w", err)
	}
	l := &Link{failed: make(chan error, 1)}
	l.client = paho.NewClient(paho.ClientConfig{
		Conn: conn,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			receive(Message{Topic: p.Packet.Topic, Payload: p.Packet.Payload, Retained: p.Packet.Retain})
			return true, nil
		}},
		OnClientError: l.fail,
		OnServerDisconnect: func(d *paho.Disconnect) {
			l.fail(fmt.Errorf("the broker closed the connection, reason %#x", d.ReasonCode)) //nolint:err113 // no caller tells reasons apart
		},
	})
	if _, err := l.client.Connect(ctx, connectPacket(o)); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("log in to the broker: %w", err)
	}
	return l, nil
}

// Failed gets the first reason why the connection ended.
func (l *Link) Failed() <-chan error { return l.failed }

func (l *Link) fail(err error) {
	select {
	case l.failed <- err:
	default: // only the first reason counts
	}
}

func connectPacket(o Options) *paho.Connect {
	id := o.ClientID
	if id == "" {
		id = "logis-" + rand.Text()
	}
	packetSize, inflight := o.MaxPacket, uint16(receiveMaximum)
	return &paho.Connect{
		ClientID: id, CleanStart: true, KeepAlive: uint16(keepAlive / time.Second),
		Username: o.Username, UsernameFlag: o.Username != "",
		Password: []byte(o.Password), PasswordFlag: o.Password != "",
		Properties: &paho.ConnectProperties{MaximumPacketSize: &packetSize, ReceiveMaximum: &inflight},
	}
}

// open makes the TCP or TLS connection the broker's URL asks for.
func open(ctx context.Context, o Options) (net.Conn, error) {
	u, err := url.Parse(o.Broker)
	if err != nil {
		return nil, err
	}
	port, secure := "1883", false
	switch u.Scheme {
	case "mqtt", "tcp":
	case "mqtts", "tls", "ssl":
		port, secure = "8883", true
	default:
		return nil, fmt.Errorf("scheme %q of the broker's address: want mqtt or mqtts", u.Scheme) //nolint:err113 // for people
	}
	if u.Port() != "" {
		port = u.Port()
	}
	address := net.JoinHostPort(u.Hostname(), port)
	if !secure {
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	// A packet is written in pieces: at once to a TCP connection, but one by one to
	// any other, which must then be locked.
	conn, err := (&tls.Dialer{Config: o.TLS}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return packets.NewThreadSafeConn(conn), nil
}

// Subscribe returns once the broker has taken the subscriptions; what it retains
// of them follows.
func (l *Link) Subscribe(ctx context.Context, topics ...string) error {
	if len(topics) == 0 {
		return nil
	}
	s := &paho.Subscribe{}
	for _, topic := range topics {
		s.Subscriptions = append(s.Subscriptions, paho.SubscribeOptions{Topic: topic, QoS: 1})
	}
	if _, err := l.client.Subscribe(ctx, s); err != nil {
		return fmt.Errorf("subscribe to %s: %w", topics[0], err)
	}
	return nil
}

// Unsubscribe returns once the broker has ended the subscriptions.
func (l *Link) Unsubscribe(ctx context.Context, topics ...string) error {
	if len(topics) == 0 {
		return nil
	}
	if _, err := l.client.Unsubscribe(ctx, &paho.Unsubscribe{Topics: topics}); err != nil {
		return fmt.Errorf("unsubscribe from %s: %w", topics[0], err)
	}
	return nil
}

// noMatchingSubscribers is the reason code of an acknowledgement that says so.
const noMatchingSubscribers = 0x10

// Publish sends a message that the broker drops unless it can deliver it before
// ctx ends. It returns once the broker has taken it; ErrNobody then says that it
// went nowhere. After any other error it may have been sent.
func (l *Link) Publish(ctx context.Context, topic string, payload []byte) error {
	p := &paho.Publish{QoS: 1, Topic: topic, Payload: payload}
	if deadline, ok := ctx.Deadline(); ok {
		// Whole seconds, rounded down: late by less than one is early enough.
		seconds := max(1, min(time.Until(deadline), maxExpiry)/time.Second)
		expiry := uint32(seconds)
		p.Properties = &paho.PublishProperties{MessageExpiry: &expiry}
	}
	response, err := l.client.Publish(ctx, p)
	if err != nil {
		return fmt.Errorf("publish: %w", err) // never the topic: it holds a name people gave
	}
	if response.ReasonCode == noMatchingSubscribers {
		return ErrNobody
	}
	return nil
}

// Close ends the connection in good order.
func (l *Link) Close() { _ = l.client.Disconnect(&paho.Disconnect{}) }
