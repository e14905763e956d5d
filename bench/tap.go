package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"logis/bench/rig"
)

const tapCount = 200

// benchTap measures from a tap in an app to its own live socket saying that the
// device confirmed: API, log, River, edge agent with its disk, simulated radio,
// and all the way back.
func benchTap(ctx context.Context, s *stand) error {
	r, link, err := s.server(ctx, "--demo-edge", s.binaries.Edge, "--demo-edge-args", "--simulated --simulated-report-rate 0")
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	app, err := rig.SignIn(ctx, r.URL(), link)
	if err != nil {
		return err
	}
	home, device, err := findLamp(ctx, app)
	if err != nil {
		return err
	}
	live, _, err := websocket.Dial(ctx, r.Socket()+"/api/v1/homes/"+home+"/live", &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		HTTPHeader: http.Header{"Cookie": {app.Cookie()}, "Origin": {r.URL()}},
	})
	if err != nil {
		return err
	}
	defer func() { _ = live.CloseNow() }()
	live.SetReadLimit(1 << 22)
	taken := &stopwatch{}
	for i := range tapCount {
		start := time.Now()
		var command struct{ ID string }
		body := map[string]any{"set": map[string]any{"onOff": i%2 == 0}}
		if err := app.Post(ctx, "/homes/"+home+"/devices/"+device+"/commands", rig.NewKey(), body, &command); err != nil {
			return err
		}
		if err := confirmed(ctx, live, command.ID); err != nil {
			return err
		}
		taken.add(time.Since(start))
	}
	return s.report(figure{
		Name: "tap_to_confirm_p99_ms", Value: round(taken.at(0.99)), Unit: "ms", Goal: "<= 30", OK: taken.at(0.99) <= 30,
		Detail: map[string]any{"p50_ms": round(taken.at(0.5)), "taps": tapCount, "radio": "simulated, immediate"},
	})
}

// findLamp waits for the demo home's devices and returns one that can be switched.
func findLamp(ctx context.Context, app *rig.App) (home, device string, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		var homes, devices struct{ Items []struct{ ID, Kind string } }
		if err := app.Get(ctx, "/homes", &homes); err != nil {
			return "", "", err
		}
		for _, h := range homes.Items {
			if err := app.Get(ctx, "/homes/"+h.ID+"/devices", &devices); err != nil {
				return "", "", err
			}
			for _, d := range devices.Items {
				if d.Kind == "light" || d.Kind == "dimmable-light" {
					return h.ID, d.ID, nil
				}
			}
		}
		wait(ctx, 100*time.Millisecond)
	}
	return "", "", errors.New("no lamp appeared")
}

const confirmTimeout = 30 * time.Second

// confirmed reads news until the command has ended, which must be in success.
func confirmed(ctx context.Context, live *websocket.Conn, id string) error {
	ctx, cancel := context.WithTimeout(ctx, confirmTimeout)
	defer cancel()
	for {
		_, text, err := live.Read(ctx)
		if err != nil {
			return err
		}
		var news struct {
			Commands []struct{ ID, Status, Reason string }
		}
		if err := json.Unmarshal(text, &news); err != nil {
			return err
		}
		for _, c := range news.Commands {
			switch {
			case c.ID != id:
			case c.Status == "succeeded":
				return nil
			case c.Status != "requested" && c.Status != "sent" && c.Status != "delivered":
				return fmt.Errorf("the command ended as %s: %s", c.Status, c.Reason)
			}
		}
	}
}
