package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"

	"logis/edge"
	"logis/edge/radio"
	"logis/edge/radio/matter"
	"logis/edge/radio/simulated"
	"logis/edge/radio/zigbee2mqtt"
	"logis/edge/radio/zwavejs"
)

// runAgent is the whole program: choose, connect, run.
func runAgent(ctx context.Context, t terminal, args []string) error {
	// 1. What is wanted.
	c, err := readConfig(t, args)
	if err != nil {
		return err
	}

	// 2. Nothing outlives a parent that asked for it.
	if c.withParent {
		var stop context.CancelFunc
		ctx, stop = context.WithCancel(ctx)
		defer stop()
		go func() {
			_, _ = io.Copy(io.Discard, t.in) // whatever ends it, the parent is gone
			stop()
		}()
	}

	// 3. The radios, each told of its own settings.
	radios, closeOracle, err := chooseRadios(c)
	if err != nil {
		return err
	}
	defer closeOracle()

	// 4. The agent. What it refuses now is a matter of flags.
	log := slog.New(slog.NewTextHandler(t.err, nil))
	agent, err := edge.New(edge.Options{
		Dir: c.data, Server: c.server, Claim: c.claim, Radios: radios,
		Version: version, Log: log, ReconnectMax: c.reconnectMax,
	})
	if errors.Is(err, edge.ErrNoClaim) {
		return fmt.Errorf("%w: %w; make one in the app and give it with --claim or LOGIS_EDGE_CLAIM", errUsage, err)
	}
	if err != nil {
		return err
	}
	if len(radios) == 0 {
		log.Warn("this gateway has no radio: give it --zigbee2mqtt, --zwavejs, --matter or --simulated")
	}

	// 5. Work until stopped.
	return agent.Run(ctx)
}

// chooseRadios makes the radios the flags name. The function it returns closes
// what they write to.
func chooseRadios(c config) ([]radio.Radio, func(), error) {
	var radios []radio.Radio
	closeOracle := func() {}
	if c.simulated {
		if c.oracle != "" {
			// Every line is on disk before the device acts: a killed agent must not
			// take the truth along.
			file, err := os.OpenFile(c.oracle, os.O_CREATE|os.O_APPEND|os.O_WRONLY|os.O_SYNC, 0o600)
			if err != nil {
				return nil, nil, fmt.Errorf("oracle: %w", err)
			}
			c.home.Oracle, closeOracle = file, func() { _ = file.Close() }
		}
		home, err := simulated.New(c.home)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		radios = append(radios, home)
	}
	if c.zigbee2mqtt != "" {
		o, err := brokerOptions(c.zigbee2mqtt)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		zigbee, err := zigbee2mqtt.New(o)
		if err != nil {
			return nil, nil, err
		}
		radios = append(radios, zigbee)
	}
	if c.zwavejs != "" {
		zwave, err := zwavejs.New(zwavejs.Options{URL: c.zwavejs})
		if err != nil {
			return nil, nil, fmt.Errorf("%w: --zwavejs: %w", errUsage, err)
		}
		radios = append(radios, zwave)
	}
	if c.matter != "" {
		r, err := matter.New(matter.Options{Server: c.matter})
		if err != nil {
			return nil, nil, fmt.Errorf("%w: --matter: %w", errUsage, err)
		}
		radios = append(radios, r)
	}
	return radios, closeOracle, nil
}

// brokerOptions reads mqtt://user:password@host:1883?base=zigbee2mqtt.
func brokerOptions(address string) (zigbee2mqtt.Options, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "mqtt" && u.Scheme != "mqtts") || u.Host == "" {
		return zigbee2mqtt.Options{}, errors.New("--zigbee2mqtt: want mqtt://host:1883 or mqtts://host:8883")
	}
	o := zigbee2mqtt.Options{Broker: u.Scheme + "://" + u.Host, BaseTopic: u.Query().Get("base")}
	if u.User != nil {
		o.Username = u.User.Username()
		o.Password, _ = u.User.Password()
	}
	return o, nil
}
