package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"logis/bench/rig"
	"logis/domain"
)

// commander asks for commands through the API, as impatient people do: the same
// request under the same key until there is an answer.
type commander struct {
	app    *rig.App
	home   domain.HomeID
	random *rand.Rand
	log    *rig.Log

	mu       sync.Mutex
	accepted map[domain.CommandID]asked
	problems []string
}

// asked is what is known of a command outside of everything that fails.
type asked struct {
	by  time.Time     // it was accepted, at the latest
	ttl time.Duration // it was given; 0: what its class gets
}

// target is a device that can be commanded, and what can be asked of it.
type target struct {
	device string
	bodies []map[string]any
}

// bodiesOf returns commands for the kinds the run uses: class C, B and A, and E.
func bodiesOf(kind string) []map[string]any {
	switch kind {
	case "light", "plug", "switch":
		return []map[string]any{{"set": map[string]any{"onOff": true}}, {"set": map[string]any{"onOff": false}}}
	case "dimmable-light":
		return []map[string]any{{"set": map[string]any{"currentLevel": 40}}, {"action": "identify"}}
	case "lock":
		return []map[string]any{{"action": "lockDoor"}, {"action": "unlockDoor"}}
	case "curtain":
		return []map[string]any{{"action": "upOrOpen"}, {"action": "stopMotion"}}
	}
	return nil
}

func findTargets(ctx context.Context, app *rig.App, home domain.HomeID) ([]target, error) {
	var devices struct{ Items []struct{ ID, Kind string } }
	if err := app.Get(ctx, "/homes/"+home.String()+"/devices", &devices); err != nil {
		return nil, err
	}
	var targets []target
	for _, d := range devices.Items {
		if bodies := bodiesOf(d.Kind); bodies != nil {
			targets = append(targets, target{device: d.ID, bodies: bodies})
		}
	}
	return targets, nil
}

const (
	commandPace    = 60 * time.Millisecond
	commandPatient = 20 * time.Second // then the caller gives up
)

// run asks for a command at each beat until ctx ends.
func (c *commander) run(ctx context.Context, targets []target) {
	var group sync.WaitGroup
	defer group.Wait()
	ticker := time.NewTicker(commandPace)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		t := targets[c.random.IntN(len(targets))]
		body := map[string]any{}
		for k, v := range t.bodies[c.random.IntN(len(t.bodies))] {
			body[k] = v
		}
		var ttl time.Duration
		if c.random.IntN(2) == 0 {
			ttl = time.Duration(500+c.random.IntN(3000)) * time.Millisecond
			body["ttl_ms"] = ttl.Milliseconds()
		}
		group.Go(func() { c.ask(context.WithoutCancel(ctx), t.device, body, ttl) })
	}
}

func (c *commander) ask(ctx context.Context, device string, body map[string]any, ttl time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, commandPatient)
	defer cancel()
	key := rig.NewKey()
	path := fmt.Sprintf("/homes/%s/devices/%s/commands", c.home, device)
	var first domain.CommandID
	for ctx.Err() == nil {
		var answer struct{ ID domain.CommandID }
		err := c.app.Post(ctx, path, key, body, &answer)
		var refusal *rig.Refusal
		switch {
		case err == nil && first.IsZero():
			first = answer.ID
			c.accept(first, asked{by: time.Now(), ttl: ttl})
			if c.coin() {
				return
			}
			continue // ask once more: the same key must give the same command
		case err == nil:
			if answer.ID != first {
				c.problem("key %s gave command %s, then %s", key, first, answer.ID)
			}
			return
		case errors.As(err, &refusal) && refusal.Status < 500 && refusal.Status != 429:
			if refusal.Code != string(domain.EdgeOffline) {
				c.problem("the API refused a good command: %v", err)
			}
			return
		}
		pause(ctx, 100*time.Millisecond)
	}
}

func (c *commander) coin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.IntN(2) == 0
}

func (c *commander) accept(id domain.CommandID, a asked) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accepted[id] = a
}

func (c *commander) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.accepted)
}

func (c *commander) problem(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}
