package zigbee2mqtt

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

// link is one connection to the broker. When it breaks it is over: there is no
// session to resume and nothing is sent again, so that no order of an old
// connection can ever happen on a new one.
type link struct {
	client *paho.Client
	failed chan error // holds the first reason why the connection ended
}

// message is one message from the broker.
type message struct {
	topic    string
	payload  []byte
	retained bool   // it was waiting at the broker when we subscribed
	number   uint64 // counts messages as they arrive
}

// errNobody is why a message was not sent: no program listens to it.
var errNobody = errors.New("nobody listens to the topic")

// dial connects. receive is called for one message after another and must not
// block.
func dial(ctx context.Context, o Options, receive func(message)) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("connect to the broker: %w", err)
	}
	l := &link{failed: make(chan error, 1)}
	l.client = paho.NewClient(paho.ClientConfig{
		Conn: conn,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			receive(message{topic: p.Packet.Topic, payload: p.Packet.Payload, retained: p.Packet.Retain})
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

func (l *link) fail(err error) {
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
	packetSize, inflight := uint32(maxDeviceList+maxName+64), uint16(receiveMaximum)
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

// subscribe returns once the broker has taken the subscriptions; what it retains
// of them follows.
func (l *link) subscribe(ctx context.Context, topics ...string) error {
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

func (l *link) unsubscribe(ctx context.Context, topics ...string) error {
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

// publish sends a message that the broker drops unless it can deliver it before
// ctx ends. It returns once the broker has taken it; errNobody then says that it
// went nowhere. After any other error it may have been sent.
func (l *link) publish(ctx context.Context, topic string, payload []byte) error {
	p := &paho.Publish{QoS: 1, Topic: topic, Payload: payload}
	if deadline, ok := ctx.Deadline(); ok {
		// Whole seconds, rounded down: late by less than one is early enough.
		seconds := max(1, min(time.Until(deadline), orderTimeout)/time.Second)
		expiry := uint32(seconds)
		p.Properties = &paho.PublishProperties{MessageExpiry: &expiry}
	}
	response, err := l.client.Publish(ctx, p)
	if err != nil {
		return fmt.Errorf("publish: %w", err) // never the topic: it holds a name people gave
	}
	if response.ReasonCode == noMatchingSubscribers {
		return errNobody
	}
	return nil
}

// close ends the connection in good order.
func (l *link) close() { _ = l.client.Disconnect(&paho.Disconnect{}) }
