package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"logis/bench/rig"
)

// What a browser asks for that plays a home's past: pages as long as the app's reels.
// All of them are fewer than one person may ask for at once.
const (
	replayEvents = 50_000
	replayPage   = 200
)

// benchReplay measures how fast the past of a home travels to a browser: every event
// with the full state of what it changed, page by page over HTTP, one after the other,
// and parsed. The whole state travels once, at the beginning.
func benchReplay(ctx context.Context, s *stand) error {
	r, link, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	fleet, err := rig.NewFleet(ctx, s.dsn, 1, pastDevices)
	if err != nil {
		return err
	}
	defer fleet.Close()
	app, err := rig.SignIn(ctx, r.URL(), link)
	if err != nil {
		return err
	}
	if err := fillHome(ctx, fleet, replayEvents); err != nil {
		return err
	}
	home := "/homes/" + fleet.Gateways[0].Home.String()
	var state json.RawMessage
	if err := app.Get(ctx, home+"/state?seq=1", &state); err != nil {
		return err
	}
	pages := &stopwatch{}
	var film struct {
		To, Head int64
		Frames   []json.RawMessage
	}
	events, bytes := 0, 0
	begun := time.Now()
	for film.Head == 0 || film.To < film.Head {
		from := film.To
		start := time.Now()
		if err := app.Get(ctx, fmt.Sprintf("%s/film?from=%d&limit=%d", home, from, replayPage), &film); err != nil {
			return err
		}
		pages.add(time.Since(start))
		events += len(film.Frames)
		for _, frame := range film.Frames {
			bytes += len(frame)
		}
	}
	rate := float64(events) / time.Since(begun).Seconds()
	return s.report(figure{
		Name: "replay_events_per_s", Value: round(rate), Unit: "events/s", Goal: ">= 1000", OK: rate >= 1000,
		Detail: map[string]any{
			"events": events, "devices": pastDevices, "page": replayPage, "page_p50_ms": round(pages.at(0.5)), "page_p99_ms": round(pages.at(0.99)),
			"bytes_per_event": round(float64(bytes) / float64(events)), "first_state_bytes": len(state),
		},
	})
}
