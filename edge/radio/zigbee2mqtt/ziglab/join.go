package ziglab

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"logis/edge/radio/zigbee2mqtt/znp"
)

// permitSeconds is how long the network stays open for a device to join.
const permitSeconds = 60

// Join brings devices into the air, opens the network and waits until each is
// interviewed.
func (l *Lab) Join(ctx context.Context, devices ...znp.Device) error {
	if len(devices) == 0 {
		return nil
	}
	missing := map[string]bool{}
	for _, d := range devices {
		l.Network.Add(d)
		missing[Address(d)] = true
	}
	lists := make(chan []byte, 1)
	client, err := l.dial(ctx, func(p paho.PublishReceived) (bool, error) {
		select {
		case <-lists: // only the newest list counts
		default:
		}
		lists <- p.Packet.Payload
		return true, nil
	})
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(&paho.Disconnect{}) }()
	if _, err := client.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: BaseTopic + "/bridge/devices"}}}); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	permit := fmt.Sprintf(`{"time":%d}`, permitSeconds)
	if _, err := client.Publish(ctx, &paho.Publish{Topic: BaseTopic + "/bridge/request/permit_join", Payload: []byte(permit)}); err != nil {
		return fmt.Errorf("open the network: %w", err)
	}
	return l.awaitInterviews(ctx, lists, missing)
}

func (l *Lab) awaitInterviews(ctx context.Context, lists <-chan []byte, missing map[string]bool) error {
	for len(missing) > 0 {
		select {
		case text := <-lists:
			var list []struct {
				Address string `json:"ieee_address"`
				State   string `json:"interview_state"`
			}
			if err := json.Unmarshal(text, &list); err != nil {
				return fmt.Errorf("bridge/devices: %w", err)
			}
			for _, d := range list {
				if d.State == "SUCCESSFUL" {
					delete(missing, d.Address)
				}
			}
		case <-l.bridge.Done():
			return fmt.Errorf("Zigbee2MQTT left during the interviews: %s", l.bridge.Tail())
		case <-ctx.Done():
			return fmt.Errorf("interviews of %d devices: %w: %s", len(missing), ctx.Err(), l.bridge.Tail())
		}
	}
	return nil
}

// dial connects a client of the lab's own to the broker.
func (l *Lab) dial(ctx context.Context, received func(paho.PublishReceived) (bool, error)) (*paho.Client, error) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", strings.TrimPrefix(l.Broker, "mqtt://"))
	if err != nil {
		return nil, err
	}
	client := paho.NewClient(paho.ClientConfig{
		Conn:              conn,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){received},
	})
	if _, err := client.Connect(ctx, &paho.Connect{CleanStart: true, KeepAlive: 30, ClientID: "ziglab"}); err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return client, nil
}

// Publish sends a message as any other client of the broker could: a person's
// own automation, or something hostile.
func (l *Lab) Publish(ctx context.Context, topic string, payload []byte, retain bool) error {
	client, err := l.dial(ctx, func(paho.PublishReceived) (bool, error) { return true, nil })
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(&paho.Disconnect{}) }()
	_, err = client.Publish(ctx, &paho.Publish{QoS: 1, Topic: topic, Payload: payload, Retain: retain})
	return err
}

// Address returns the address of a device as Zigbee2MQTT writes it.
func Address(d znp.Device) string { return fmt.Sprintf("0x%016x", d.IEEE()) }
