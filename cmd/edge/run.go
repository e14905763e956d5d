package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"time"

	"logis/domain/call"
	"logis/edge"
	"logis/edge/health"
	"logis/edge/logring"
	"logis/edge/radio"
	"logis/edge/radio/matter"
	"logis/edge/radio/mqttdiscovery"
	"logis/edge/radio/simulated"
	"logis/edge/radio/zigbee2mqtt"
	"logis/edge/radio/zwavejs"
)

// runAgent is the whole program: choose, connect, run.
func runAgent(ctx context.Context, t terminal, args []string) (int, error) {
	// 0. A newer version in the folder runs in the place of this one.
	if code, ran, err := launch(ctx, t, args); ran {
		return code, err
	}

	// 1. What is wanted.
	c, err := readConfig(t, args)
	if err != nil {
		return exitUsage, err
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
	var log *slog.Logger // made once nothing is wrong with the flags
	radios, closeOracle, err := chooseRadios(c, func(complaint string) { log.Warn("an announcement is not understood", "what", complaint) })
	if err != nil {
		return exitFailed, err
	}
	defer closeOracle()

	// 4. A folder of our own: a second agent would only get in the way.
	release, err := takeFolder(ctx, c.data)
	if err != nil {
		return exitFailed, err
	}
	defer release()
	ring, err := logring.Open(c.data)
	if err != nil {
		return exitFailed, err
	}
	defer ring.Close() //nolint:errcheck // what is in it is written

	// 5. The agent. What it refuses now is a matter of flags.
	level := new(slog.LevelVar)
	log = slog.New(slog.NewTextHandler(io.MultiWriter(ring, t.err), &slog.HandlerOptions{Level: level}))
	agent, err := edge.New(edge.Options{
		Dir: c.data, Server: c.server, Claim: c.claim, Radios: radios,
		Version: version, Log: log, ReconnectMax: c.reconnectMax,
		Local: c.local, LocalName: c.localName, Screen: t.out,
		LogLevel: level, Health: healthOf(c.data, time.Now()),
	})
	if errors.Is(err, edge.ErrNoClaim) {
		return exitUsage, fmt.Errorf("%w: %w; make one in the app and use logis-edge pair, or give it with --claim or LOGIS_EDGE_CLAIM", errUsage, err)
	}
	if err != nil {
		return exitFailed, err
	}
	if len(radios) == 0 {
		log.Warn("this gateway has no radio: give it --zigbee2mqtt, --zwavejs, --matter, --mqtt-discovery or --simulated")
	}

	// 6. Work until stopped, and answer those who ask how it goes.
	err = work(ctx, c, agent, ring, log)
	if err != nil {
		log.Error("the agent ends", "why", err)
		return exitFailed, err
	}
	return exitOK, nil
}

// work runs the agent with the socket that tells how it stands. Without that
// socket the home is served all the same. It also ends for a newer version.
func work(ctx context.Context, c config, agent *edge.Agent, ring *logring.Ring, log *slog.Logger) error {
	begun := time.Now()
	ctx, end := context.WithCancel(ctx)
	defer end()
	served, stop := context.WithCancel(ctx)
	updated := make(chan struct{})
	go func() {
		defer close(updated)
		keepUpToDate(served, c, agent, log, end)
	}()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := health.Serve(served, c.data, func(ctx context.Context) health.Answer {
			return health.Answer{
				PID: os.Getpid(), UptimeS: int64(time.Since(begun) / time.Second), LogLost: ring.Lost(), Status: agent.Status(ctx),
			}
		})
		if err != nil {
			log.Warn("logis-edge status cannot ask this agent", "why", err)
		}
	}()
	defer func() {
		stop()
		<-done
		<-updated
	}()
	return agent.Run(ctx)
}

// healthOf finds what doctor would, for the cloud.
func healthOf(dir string, begun time.Time) func(context.Context) call.HealthReport {
	return func(ctx context.Context) call.HealthReport {
		r := health.Look(ctx, health.Options{Dir: dir, Version: version, Network: true})
		return call.HealthReport{Version: version, UptimeS: int64(time.Since(begun) / time.Second), Findings: r.Findings}
	}
}

// chooseRadios makes the radios the flags name; complain gets what they do not
// understand, once they run. The function it returns closes what they write to.
func chooseRadios(c config, complain func(string)) ([]radio.Radio, func(), error) {
	var radios []radio.Radio
	closeOracle := func() {}
	if c.simulated {
		home, closeFile, err := makeSimulated(c)
		if err != nil {
			return nil, nil, err
		}
		radios, closeOracle = append(radios, home), closeFile
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
	if c.discovery != "" {
		r, err := makeDiscovery(c, complain)
		if err != nil {
			return nil, nil, err
		}
		radios = append(radios, r)
	}
	return radios, closeOracle, nil
}

// makeSimulated makes the simulated home. The function it returns closes its
// oracle.
func makeSimulated(c config) (radio.Radio, func(), error) {
	closeOracle := func() {}
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
	return home, closeOracle, nil
}

// makeDiscovery makes the radio for devices that announce themselves. Those of
// Zigbee2MQTT are left to their own radio, if that runs.
func makeDiscovery(c config, complain func(string)) (radio.Radio, error) {
	o, err := discoveryOptions(c.discovery)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	o.Complain = complain
	if c.zigbee2mqtt != "" {
		o.Except = []string{mqttdiscovery.Zigbee2MQTT}
	}
	r, err := mqttdiscovery.New(o)
	if err != nil {
		return nil, fmt.Errorf("%w: --mqtt-discovery: %w", errUsage, err)
	}
	return r, nil
}

// brokerOptions reads mqtt://user:password@host:1883?base=zigbee2mqtt.
func brokerOptions(address string) (zigbee2mqtt.Options, error) {
	b, err := readBroker(address)
	if err != nil {
		return zigbee2mqtt.Options{}, fmt.Errorf("--zigbee2mqtt: %w", err)
	}
	return zigbee2mqtt.Options{Broker: b.address, Username: b.username, Password: b.password, BaseTopic: b.query.Get("base")}, nil
}

// discoveryOptions reads mqtt://user:password@host:1883?prefix=homeassistant.
func discoveryOptions(address string) (mqttdiscovery.Options, error) {
	b, err := readBroker(address)
	if err != nil {
		return mqttdiscovery.Options{}, fmt.Errorf("--mqtt-discovery: %w", err)
	}
	return mqttdiscovery.Options{Broker: b.address, Username: b.username, Password: b.password, Prefix: b.query.Get("prefix")}, nil
}

// broker is what the address of an MQTT broker says.
type broker struct {
	address, username, password string
	query                       url.Values
}

func readBroker(address string) (broker, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "mqtt" && u.Scheme != "mqtts") || u.Host == "" {
		return broker{}, errors.New("want mqtt://host:1883 or mqtts://host:8883")
	}
	b := broker{address: u.Scheme + "://" + u.Host, query: u.Query()}
	if u.User != nil {
		b.username = u.User.Username()
		b.password, _ = u.User.Password()
	}
	return b, nil
}
