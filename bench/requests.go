package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/access"
	"logis/bench/rig"
	"logis/domain"
	"logis/eventstore"
)

const (
	// callers share the requests: each stays below the rate of one person.
	callers = 60
	// callersAtOnce keeps the server busy and leaves the machine to it.
	callersAtOnce = 8
	// callsEach is how many requests of each kind are timed alone.
	callsEach = 500
	// callsFor is how long requests are counted.
	callsFor = 5 * time.Second
)

// member makes a person who belongs to a home, and a session of theirs. They are made
// in the database: whoever signs in over HTTP may do so ten times a second.
func member(ctx context.Context, fleet *rig.Fleet, who *access.Access, home domain.HomeID) (token string, err error) {
	id := eventstore.NewID[domain.PersonKind](time.Now())
	if _, err := fleet.Pool.Exec(ctx, `INSERT INTO persons (person_id, name) VALUES ($1, 'Member')`, [16]byte(id)); err != nil {
		return "", err
	}
	err = fleet.Store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, home, domain.Event{
			Entity: id.Entity(), Actor: domain.SystemActor, Fact: domain.MemberJoined{Person: id, Role: domain.Resident},
		})
		return err
	})
	if err != nil {
		return "", err
	}
	link, err := who.NewLink(ctx, id)
	if err != nil {
		return "", err
	}
	token, _, err = who.Redeem(ctx, link)
	return token, err
}

// benchRequests measures how many requests of people who are signed in the server
// answers in a second, beside those that ask nothing of anybody; and what asking who it
// is and whether they may adds to a request: the same questions to the same database,
// taken in the same moment.
func benchRequests(ctx context.Context, s *stand) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fleet, err := rig.NewFleet(ctx, s.dsn, 1, 0)
	if err != nil {
		return err
	}
	defer fleet.Close()
	r, _, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	who, home := access.New(fleet.Store, nil), fleet.Gateways[0].Home
	tokens := make([]string, callers)
	for i := range tokens {
		if tokens[i], err = member(ctx, fleet, who, home); err != nil {
			return err
		}
	}
	path := "/homes/" + home.String() + "/rooms"
	rate, err := callsPerSecond(ctx, r.URL()+"/api/v1"+path, tokens)
	if err != nil {
		return err
	}
	floor, err := callsPerSecond(ctx, r.URL()+"/healthz", tokens)
	if err != nil {
		return err
	}
	err = s.report(figure{
		Name: "authenticated_requests_per_s", Value: round(rate), Unit: "requests/s", Goal: ">= 500", OK: rate >= 500,
		Detail: map[string]any{"at_once": callersAtOnce, "persons": callers, "asked_for": path, "healthz_per_s": round(floor)},
	})
	if err != nil {
		return err
	}
	return s.costOfAccess(ctx, r, who, home, tokens, path)
}

// costOfAccess takes turns between whole requests and what access does for one.
func (s *stand) costOfAccess(ctx context.Context, r *rig.Rig, who *access.Access, home domain.HomeID, tokens []string, path string) error {
	whole, asking := &stopwatch{}, &stopwatch{}
	apps := make([]*rig.App, len(tokens))
	for i, token := range tokens {
		apps[i] = rig.Enter(r.URL(), token)
	}
	for i := range callsEach {
		var rooms struct{ Items []struct{ ID string } }
		start := time.Now()
		if err := apps[i%len(apps)].Get(ctx, path, &rooms); err != nil {
			return err
		}
		whole.add(time.Since(start))
		start = time.Now()
		p, err := who.Authenticate(ctx, tokens[i%len(tokens)], home)
		if err == nil {
			_, err = who.Permit(ctx, p, home, access.ReadHome)
		}
		if err != nil {
			return err
		}
		asking.add(time.Since(start))
		wait(ctx, time.Millisecond)
	}
	ratio := whole.at(0.5) / (whole.at(0.5) - asking.at(0.5))
	return s.report(figure{
		Name: "access_cost_ratio", Value: round(ratio), Unit: "of the same request without", Goal: "<= 2", OK: ratio > 1 && ratio <= 2,
		Detail: map[string]any{"request_p50_ms": round(whole.at(0.5)), "access_p50_ms": round(asking.at(0.5)), "requests": callsEach},
	})
}

// callsPerSecond asks for an address as fast as the server answers.
func callsPerSecond(ctx context.Context, url string, tokens []string) (float64, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callersAtOnce}}
	defer client.CloseIdleConnections()
	var done, turn atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for range callersAtOnce {
		group.Go(func() error {
			for time.Since(start) < callsFor {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
				if err != nil {
					return err
				}
				r.Header.Set("Cookie", "__Host-logis="+tokens[int(turn.Add(1))%len(tokens)])
				answer, err := client.Do(r) //nolint:bodyclose // drained closes it
				if err != nil {
					return err
				}
				if err := drained(answer); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	return float64(done.Load()) / time.Since(start).Seconds(), err
}

// drained reads an answer to its end, so that its connection is used again.
func drained(answer *http.Response) error {
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", answer.Request.URL.Path, answer.Status)
	}
	_, err := io.Copy(io.Discard, answer.Body)
	return err
}
