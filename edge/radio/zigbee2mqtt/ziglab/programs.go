package ziglab

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	"logis/edge/radio/radiolab"
)

// StartBroker starts mosquitto and waits until it listens. After StopBroker it
// has what it retained before, as a broker with persistence does.
func (l *Lab) StartBroker(ctx context.Context) error {
	program, err := mosquitto()
	if err != nil {
		return err
	}
	// Without set_tcp_nodelay, mosquitto and Zigbee2MQTT make each other wait 40 ms
	// for every confirmation. Homes should set it too.
	text := fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"+
		"user root\npersistence true\npersistence_location %s/\n", l.port, l.dir)
	file := filepath.Join(l.dir, "mosquitto.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	if l.broker, err = radiolab.Launch(exec.Command(program, "-c", file), l.options.Log); err != nil {
		return err
	}
	return l.broker.Await(ctx, "mosquitto", func() error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", l.port))
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// StopBroker stops mosquitto; every connection to it breaks.
func (l *Lab) StopBroker() { l.broker.Stop() }

// mosquitto is not always on the PATH of a person: Debian keeps it in sbin.
func mosquitto() (string, error) {
	for _, name := range []string{"mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("mosquitto is not installed: run apt-get install mosquitto: %w", exec.ErrNotFound)
}

// configure writes Zigbee2MQTT's configuration: its defaults, but for what a
// test needs. JSON is YAML.
func (l *Lab) configure() error {
	text, err := json.Marshal(map[string]any{
		"version":        5,
		"mqtt":           map[string]any{"base_topic": BaseTopic, "server": l.Broker},
		"serial":         map[string]any{"port": l.serial, "adapter": "zstack"},
		"frontend":       map[string]any{"enabled": false},
		"availability":   map[string]any{"enabled": true},
		"device_options": map[string]any{"retain": true},
		"homeassistant":  map[string]any{"enabled": l.options.HomeAssistant},
		"ota":            map[string]any{"disable_automatic_update_check": true},
		"advanced": map[string]any{
			"network_key": "GENERATE", "pan_id": "GENERATE", "ext_pan_id": "GENERATE", "channel": 15,
			"log_output": []string{"console"}, "log_level": "info", "enable_external_js": false,
		},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(l.dir, "configuration.yaml"), text, 0o600)
}

// StartBridge starts Zigbee2MQTT and waits until it is online. After it left it
// finds its network and devices again.
func (l *Lab) StartBridge(ctx context.Context) error {
	node, err := exec.LookPath("node")
	if err != nil {
		return fmt.Errorf("node is not installed: %w", err)
	}
	cmd := exec.Command(node, entry(l.options.Modules))
	cmd.Dir = filepath.Dir(entry(l.options.Modules))
	// Inside a git work tree Zigbee2MQTT takes the tree's commit for its own and
	// wants to build itself anew; with no tree to be found it does not.
	cmd.Env = append(os.Environ(), "ZIGBEE2MQTT_DATA="+l.dir, "NO_COLOR=1", "GIT_DIR="+os.DevNull)
	if l.bridge, err = radiolab.Launch(cmd, l.options.Log); err != nil {
		return err
	}
	return l.bridge.Await(ctx, "Zigbee2MQTT", l.bridge.Said("Zigbee2MQTT started!"))
}

// StopBridge stops Zigbee2MQTT.
func (l *Lab) StopBridge() { l.bridge.Stop() }

// BridgeGone returns a channel that closes when Zigbee2MQTT has left, as it does
// when its coordinator is unplugged.
func (l *Lab) BridgeGone() <-chan struct{} { return l.bridge.Done() }
