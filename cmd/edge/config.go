package main

import (
	"flag"
	"fmt"
	"time"

	"logis/edge/radio/simulated"
	"logis/edge/release"
	"logis/edge/update"
)

// config is what the flags and the environment say.
type config struct {
	server, data, claim string
	withParent          bool
	reconnectMax        time.Duration

	local, localName string // where people in the home come in, and what it is called

	zigbee2mqtt string // address of the broker
	zwavejs     string // address of the Z-Wave JS server
	matter      string // address of the Matter Server
	discovery   string // address of the broker where devices announce themselves
	simulated   bool
	home        simulated.Options
	oracle      string // file

	updateFrom, updateKeys string        // where newer versions come from, and who vouches for them
	updateTrial            time.Duration // how long one may take to prove itself
}

// defaultRate lets the sensors of the simulated home speak about twice a minute.
const defaultRate = 0.5

const aboutRun = `Be this home's gateway until stopped: drive the radios, keep what the cloud must
know on disk, and do what is asked. Pair the gateway first (logis-edge pair).`

// runFlags returns the flags of run, which fill c.
func runFlags(t terminal, c *config) *flag.FlagSet {
	flags := newFlags(t, "run", aboutRun, &c.data)
	flags.StringVar(&c.server, "server", "", "the Logis server, as ws://localhost:8080 or wss://home.example; once enrolled it is remembered")
	flags.StringVar(&c.claim, "claim", "", "lets a new gateway into a home, once; not looked at afterwards. Others can see a command line; pair reads it unseen")
	flags.StringVar(&c.zigbee2mqtt, "zigbee2mqtt", "", "use Zigbee2MQTT at this broker, as mqtt://host:1883?base=zigbee2mqtt")
	flags.StringVar(&c.zwavejs, "zwavejs", "", "use the Z-Wave JS server there, as ws://host:3000")
	flags.StringVar(&c.matter, "matter", "", "use the Matter Server there, as ws://host:5580/ws")
	flags.StringVar(&c.discovery, "mqtt-discovery", "", "use the devices that announce themselves (Home Assistant discovery) at this broker, "+
		"as mqtt://host:1883?prefix=homeassistant")
	flags.StringVar(&c.local, "local", "", "let paired clients in on the local network, at :8443 or another host:port, with TLS; "+
		"http://127.0.0.1:8080 is for this machine alone, without")
	flags.StringVar(&c.localName, "local-name", "", "what clients call this gateway on the local network, beside the machine's own name")
	flags.BoolVar(&c.withParent, "with-parent", false, "stop when standard input ends")
	flags.DurationVar(&c.reconnectMax, "reconnect-max", 0, "never wait longer than this for the next attempt to connect; for tests")
	flags.BoolVar(&c.simulated, "simulated", false, "use a simulated home")
	flags.IntVar(&c.home.Devices, "simulated-devices", 0, "how many devices it has; 0: every kind once")
	flags.Uint64Var(&c.home.Seed, "simulated-seed", 1, "what its chance begins with")
	flags.Float64Var(&c.home.Rate, "simulated-report-rate", defaultRate, "reports per second of the whole home")
	flags.DurationVar(&c.home.Slow, "simulated-slow", 0, "how long every device takes to act")
	flags.DurationVar(&c.home.Past, "simulated-past", 0, "how long a past is made up for it when it is new, like 504h")
	flags.StringVar(&c.oracle, "simulated-oracle", "", "file that gets a line for every actuation, before it happens")
	flags.StringVar(&c.updateFrom, "update-from", "", "look there for newer versions and install them: https://host/path/, or a folder; "+
		"a supervisor must start the agent again")
	flags.DurationVar(&c.updateTrial, updateTrial, update.TrialLimit, "how long a new version may take to prove itself; for tests")
	keysFlag(flags, &c.updateKeys)
	return flags
}

// keysFlag is where the keys of releases are.
func keysFlag(flags *flag.FlagSet, path *string) {
	flags.StringVar(path, updateKeys, defaultKeys, "file of the keys that vouch for newer versions")
}

// Names that launching needs, whatever else a newer version may know.
const (
	updateKeys  = "update-keys"
	updateTrial = "update-trial"
	defaultKeys = "/usr/share/logis-edge/" + release.KeyFileName
)

// readConfig fills the flags of run.
func readConfig(t terminal, args []string) (config, error) {
	var c config
	if err := readFlags(t, runFlags(t, &c), args); err != nil {
		return c, err
	}
	if c.updateFrom != "" {
		if err := update.CheckSource(c.updateFrom); err != nil {
			return c, fmt.Errorf("%w: --update-from: %w", errUsage, err)
		}
	}
	return c, nil
}
