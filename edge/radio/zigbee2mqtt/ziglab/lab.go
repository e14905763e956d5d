package ziglab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"logis/edge/radio/radiolab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

// BaseTopic is the root of the lab's topics, Zigbee2MQTT's own default.
const BaseTopic = "zigbee2mqtt"

// Options say what a lab is made of. The zero value is an empty home.
type Options struct {
	// Devices join and are interviewed before Run returns.
	Devices []znp.Device
	// Modules is the folder npm installed Zigbee2MQTT into; "" is the one beside
	// this source file.
	Modules string
	// BrokerOnly leaves Zigbee2MQTT and the air out: the test speaks for them.
	BrokerOnly bool
	// HomeAssistant has Zigbee2MQTT announce its devices with Home Assistant's MQTT
	// discovery, too.
	HomeAssistant bool
	// Log gets the output of both programs; nil keeps only their last words, for
	// errors.
	Log io.Writer
}

// Lab is a running Zigbee home. Its methods are for one goroutine.
type Lab struct {
	Network *znp.Network
	Broker  string // "mqtt://127.0.0.1:port"

	options Options
	dir     string // configuration and state of both programs
	port    int    // of the broker
	serial  string // address of the coordinator
	broker  *radiolab.Process
	bridge  *radiolab.Process
	stopAir func()
}

// Run starts a lab. It returns once every device is interviewed, or an error
// that says what is missing and how to get it. The lab runs until Close; ctx
// bounds only the start.
func Run(ctx context.Context, options Options) (lab *Lab, err error) {
	if options.Modules == "" {
		options.Modules = besideSource()
	}
	if err := installed(options); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ziglab-")
	if err != nil {
		return nil, err
	}
	l := &Lab{Network: znp.New(), options: options, dir: dir, stopAir: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	if l.port, err = radiolab.FreePort(); err != nil {
		return nil, err
	}
	l.Broker = fmt.Sprintf("mqtt://127.0.0.1:%d", l.port)
	if err := l.StartBroker(ctx); err != nil {
		return nil, err
	}
	if options.BrokerOnly {
		return l, nil
	}
	if err := l.startAir(); err != nil {
		return nil, err
	}
	if err := l.configure(); err != nil {
		return nil, err
	}
	if err := l.StartBridge(ctx); err != nil {
		return nil, err
	}
	if err := l.Join(ctx, options.Devices...); err != nil {
		return nil, err
	}
	return l, nil
}

// Close stops the lab and removes its files. Closing twice is harmless.
func (l *Lab) Close() error {
	l.bridge.Stop()
	l.broker.Stop()
	l.stopAir()
	return os.RemoveAll(l.dir)
}

// startAir serves the virtual coordinator on a free port.
func (l *Lab) startAir() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l.serial = "tcp://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The listener closes when ctx ends; until then nothing else can go wrong.
		_ = l.Network.Serve(ctx, listener)
	}()
	l.stopAir = func() {
		cancel()
		<-done
	}
	return nil
}

func besideSource() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "node_modules")
}

// entry is where Zigbee2MQTT begins.
func entry(modules string) string { return filepath.Join(modules, "zigbee2mqtt", "index.js") }

// installed says what to do when Zigbee2MQTT is needed and missing.
func installed(o Options) error {
	if o.BrokerOnly {
		return nil
	}
	if _, err := os.Stat(entry(o.Modules)); err != nil {
		return fmt.Errorf("missing Zigbee2MQTT: run npm ci --ignore-scripts in %s: %w", filepath.Dir(o.Modules), err)
	}
	return nil
}
