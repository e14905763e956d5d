package partition_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/domain/thing"
	"logis/edge"
	"logis/edge/local"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
)

// house is one home with its gateway, and what must come of what happens in it.
type house struct {
	name    string
	cloud   *cloud
	home    domain.HomeID
	gateway domain.GatewayID
	line    *rig.Proxy // its way to the cloud
	machine *machine
	radio   *simulated.Home
	dir     string
	claim   string
	agent   *edge.Agent
	stop    func() error // the agent, and wait
	door    string       // where its own API is
	token   string
	keys    int
	model   *model
	story   []string // what happened, for when something is wrong
}

// rooms is how many devices a house has: a lamp, a lock and a thermostat among them.
const rooms = 7

// build founds a home and waits until its gateway has told everything.
func (c *cloud) build(ctx context.Context, dir, name string) (*house, error) {
	h := &house{name: name, cloud: c, machine: &machine{world: c.world}, dir: dir}
	var claim domain.Claim
	var err error
	if h.line, err = rig.NewProxy(c.addr); err != nil {
		return nil, err
	}
	if h.home, claim, err = c.found(ctx); err != nil {
		return nil, err
	}
	h.claim = claim.String()
	if h.radio, err = simulated.New(simulated.Options{Devices: rooms, Now: c.world.Now}); err != nil {
		return nil, err
	}
	if _, h.token, err = local.AddClient(dir, "phone", true); err != nil {
		return nil, err
	}
	admitted := make(chan error, 1)
	go func() { admitted <- c.letIn(ctx, h.home, dir) }()
	if err := errors.Join(h.start(), <-admitted); err != nil {
		return nil, err
	}
	err = soon(ctx, func() (bool, error) {
		home, err := c.picture(ctx, h.home)
		return err == nil && len(home.Devices) == rooms, err
	})
	if err != nil {
		return nil, fmt.Errorf("the devices of %s: %w", name, err)
	}
	h.gateway = h.agent.Status(ctx).Gateway
	h.model = newModel(map[string]thing.Value{})
	for _, w := range []wish{lock(), lamp(false), warm(21)} {
		h.model.state[w.property] = h.radio.Value(h.radio.Address(w.kind), w.property)
	}
	return h, h.settled(ctx)
}

// start starts the agent and waits for its door.
func (h *house) start() error {
	screen, show := io.Pipe()
	agent, err := edge.New(edge.Options{
		Dir: h.dir, Server: "ws://" + h.line.Addr(), Claim: h.claim, Radios: []radio.Radio{h.radio}, Clock: h.machine,
		ReconnectMax: 200 * time.Millisecond, Local: "http://127.0.0.1:0", Screen: show,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- agent.Run(ctx)
		_ = show.Close()
	}()
	h.agent = agent
	h.stop = func() error {
		cancel()
		return <-ended
	}
	for lines := bufio.NewScanner(screen); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "local control: "); ok {
			h.door = url
			go func() { _, _ = io.Copy(io.Discard, screen) }()
			return nil
		}
	}
	return fmt.Errorf("%s: the door was not opened: %w", h.name, <-ended)
}

func (h *house) device(kind string) domain.DeviceID {
	return outbox.DeviceID(h.gateway, simulated.Name+"/"+h.radio.Address(kind))
}

func (h *house) tell(format string, args ...any) {
	h.story = append(h.story, h.cloud.world.Now().Format("02 15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// cut parts the home from the cloud.
func (h *house) cut(ctx context.Context) error {
	h.tell("the line is cut")
	h.line.Cut()
	h.model.away = true
	return soon(ctx, func() (bool, error) {
		home, err := h.cloud.picture(ctx, h.home)
		return err == nil && !home.Gateways[h.gateway].Connected, err
	})
}

// mend brings the gateway back and waits until both sides have nothing more to say.
func (h *house) mend(ctx context.Context) error {
	h.tell("the line is mended")
	h.model.mended(h.cloud.world.Now())
	h.line.Heal()
	return h.settled(ctx)
}

func (h *house) settled(ctx context.Context) error {
	err := soon(ctx, func() (bool, error) {
		status := h.agent.Status(ctx)
		if status.Link.Session == 0 || status.Outbox.Entries != 0 {
			return false, nil
		}
		home, err := h.cloud.picture(ctx, h.home)
		return err == nil && home.Gateways[h.gateway].Connected && len(home.Commands) == 0, err
	})
	if err != nil {
		return fmt.Errorf("%s does not settle: %w: %+v", h.name, err, h.agent.Status(ctx))
	}
	return nil
}

// there asks for something in the cloud.
func (h *house) there(ctx context.Context, w wish, ttl time.Duration) error {
	h.tell("in the cloud: %s%s %s, ttl %s", w.action, w.property, w.value, ttl)
	f := h.model.asked(w, ttl, h.cloud.world.Now())
	r := w.request(ttl)
	r.Device = h.device(w.kind)
	id, err := h.cloud.ask(ctx, h.home, r)
	switch {
	case f == nil && domain.CodeOf(err) == domain.EdgeOffline:
		return nil
	case f == nil:
		return fmt.Errorf("%s: the cloud took what it cannot do: %w", h.name, err)
	case err != nil:
		return fmt.Errorf("%s: %s: %w", h.name, f, err)
	}
	f.id = id
	if h.model.away {
		return nil
	}
	return h.settled(ctx)
}

// stalled asks for something in the cloud that sits in the socket; the line must be
// healed after stall.
func (h *house) stalled(ctx context.Context, w wish, stall time.Duration) error {
	h.tell("in the cloud, and then %s in the socket: %s%s %s", stall, w.action, w.property, w.value)
	before := maps.Clone(h.model.state)
	f := h.model.stalled(w, h.cloud.world.Now(), stall)
	if f.done.IsZero() {
		h.model.state = before
	}
	h.line.Hold(rig.Up, rig.Down)
	r := w.request(0)
	r.Device = h.device(w.kind)
	var err error
	if f.id, err = h.cloud.ask(ctx, h.home, r); err != nil {
		return err
	}
	return soon(ctx, func() (bool, error) {
		home, err := h.cloud.picture(ctx, h.home)
		return err == nil && home.Commands[f.id].Status == domain.Sent, err
	})
}

// here asks for something at the gateway's own door and waits until it has ended.
func (h *house) here(ctx context.Context, w wish) error {
	h.tell("here: %s%s %s", w.action, w.property, w.value)
	f := h.model.acted(w, h.cloud.world.Now())
	h.keys++
	body := map[string]any{"action": w.action}
	if w.action == "" {
		body = map[string]any{"set": map[string]any{w.property: json.RawMessage(w.value)}}
	}
	var command struct {
		ID    domain.CommandID
		Ended any
	}
	if err := h.ask(ctx, http.MethodPost, "devices/"+h.device(w.kind).String()+"/commands", body, &command); err != nil {
		return fmt.Errorf("%s: %s: %w", h.name, f, err)
	}
	f.id = command.ID
	err := soon(ctx, func() (bool, error) {
		err := h.ask(ctx, http.MethodGet, "commands/"+command.ID.String(), nil, &command)
		return err == nil && command.Ended != nil, err
	})
	if err != nil || h.model.away {
		return err
	}
	return h.settled(ctx)
}

// hand changes a device as a hand does.
func (h *house) hand(ctx context.Context, w wish) error {
	h.tell("by hand: %s %s", w.property, w.value)
	h.model.turned(w, h.cloud.world.Now())
	err := h.radio.Change(h.radio.Address(w.kind), map[string]thing.Value{w.property: w.value})
	if err != nil || h.model.away {
		return err
	}
	return h.settled(ctx)
}

// restart starts the agent again; with its machine, whose clock then begins anew.
func (h *house) restart(ctx context.Context, machine bool) error {
	h.tell("the agent is started again, its machine too: %v", machine)
	h.model.restarted(machine)
	if err := h.stop(); err != nil {
		return err
	}
	if machine {
		h.machine.reboot()
	}
	if err := h.start(); err != nil || h.model.away {
		return err
	}
	h.model.knows = true
	return h.settled(ctx)
}

// patient is whoever stands at a door.
var patient = &http.Client{Timeout: patience}

func (h *house) ask(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, h.door+"/local/v1/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+h.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", fmt.Sprint("wish", h.keys))
	response, err := patient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode == http.StatusTooManyRequests {
		return nil // the next look
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return json.Unmarshal(text, out)
}

// street builds so many houses.
func (c *cloud) street(t *testing.T, count int) []*house {
	t.Helper()
	houses := make([]*house, count)
	dir := t.TempDir()
	each(t, houses, func(n int) error {
		name := fmt.Sprint("house", n)
		h, err := c.build(t.Context(), filepath.Join(dir, name), name)
		houses[n] = h
		return err
	})
	t.Cleanup(func() {
		for _, h := range houses {
			if err := errors.Join(h.stop(), h.line.Close()); err != nil {
				t.Errorf("%s: %v", h.name, err)
			}
		}
	})
	return houses
}
