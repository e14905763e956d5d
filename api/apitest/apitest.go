// Package apitest is a real server with a home in it, for tests of programs that
// talk to one.
package apitest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"logis/access"
	"logis/api"
	"logis/dispatch"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/history"
	"logis/history/proof"
	"logis/projections"
)

// Stand is a server, its owner's home, and a gateway that speaks for its devices.
type Stand struct {
	URL   string
	Home  domain.HomeID
	Owner domain.PersonID

	t       testing.TB
	http    *httptest.Server
	store   *eventstore.Store
	access  *access.Access
	gateway domain.GatewayID
	who     access.Principal
	said    int64
}

// Start serves a home on a migrated database until the test ends.
func Start(t testing.TB, pool *pgxpool.Pool) *Stand {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	s := &Stand{t: t}
	tables := projections.Tables{Catalog: catalog}
	s.store = eventstore.New(pool, eventstore.Options{Catalog: catalog, Projection: tables, Reactors: []eventstore.Reactor{dispatch.Rules{}}})
	s.access = access.New(s.store, nil)
	key, err := proof.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	server, err := api.New(api.Options{
		Store: s.store, Access: s.access, Tables: tables, Past: history.New(s.store, nil), Proofs: proof.NewSealer(s.store, key, t.TempDir(), nil),
		Rollups: projections.NewRollups(pool, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() {
		if err := server.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	s.http = httptest.NewServer(server)
	s.URL = s.http.URL
	t.Cleanup(func() {
		stop()
		group.Wait()
		s.http.Close()
	})
	s.settle()
	return s
}

// settle founds the home and lets a gateway in.
func (s *Stand) settle() {
	s.t.Helper()
	ctx := s.t.Context()
	var err error
	if s.Owner, _, err = s.access.FirstOwner(ctx, "Ada"); err != nil {
		s.t.Fatal(err)
	}
	link, err := s.access.NewLink(ctx, s.Owner)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, who, err := s.access.Redeem(ctx, link)
	if err != nil {
		s.t.Fatal(err)
	}
	s.who = who
	s.Home = s.found(secret)
	s.gateway = eventstore.NewID[domain.GatewayKind](time.Now())
	s.append(func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.RecordNamed(ctx, s.Home, domain.Event{
			Entity: s.gateway.Entity(), Actor: domain.PersonActor(s.Owner), Fact: domain.GatewayEnrolled{KeyFingerprint: "f00d"},
		}, "Gateway")
		return err
	})
	s.append(func(ctx context.Context, tx *eventstore.Tx) error {
		events, err := tx.Home(s.Home).Connect(domain.Hello{Gateway: s.gateway, Outbox: "outbox", Version: "0.1.0", Replica: "here", Session: 1})
		for _, ev := range events {
			if _, err := tx.Record(ctx, s.Home, ev); err != nil {
				return err
			}
		}
		return err
	})
}

// found asks for a home, as the first app does.
func (s *Stand) found(secret string) domain.HomeID {
	s.t.Helper()
	body := strings.NewReader(`{"name":"Home","time_zone":"Europe/Paris"}`)
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+"/api/v1/homes", body)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Cookie": "__Host-logis=" + secret, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", "Idempotency-Key": "home",
	} {
		r.Header.Set(name, value)
	}
	answer, err := s.http.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var home struct{ ID domain.HomeID }
	if err := json.NewDecoder(answer.Body).Decode(&home); err != nil || answer.StatusCode != http.StatusCreated {
		s.t.Fatalf("%d %v", answer.StatusCode, err)
	}
	return home.ID
}

// Link returns a one-time link of the owner, as the server prints it.
func (s *Stand) Link() string {
	s.t.Helper()
	link, err := s.access.NewLink(s.t.Context(), s.Owner)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.URL + "/enter#" + link
}

// Token returns the secret of a token that reads the home and its past and asks for
// commands of class C, and ends it.
func (s *Stand) Token() (secret string, end func()) {
	s.t.Helper()
	limits := access.Limits{
		Home: s.Home, Actions: []access.Action{access.ReadHome, access.ReadHistory, access.CommandDevice, access.EditRules},
		Classes: []thing.Class{thing.Comfort},
	}
	secret, token, err := s.access.NewToken(s.t.Context(), s.who, "Test", limits, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	return secret, func() {
		if err := s.access.EndToken(s.t.Context(), s.who, token.ID); err != nil {
			s.t.Fatal(err)
		}
	}
}

// Cut hangs up on everybody.
func (s *Stand) Cut() { s.http.CloseClientConnections() }

// Device registers a device.
func (s *Stand) Device(kind, name string) domain.DeviceID {
	s.t.Helper()
	id := eventstore.NewID[domain.DeviceKind](time.Now())
	s.append(func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(s.Home).Register(s.gateway, id, domain.DeviceRegistered{Address: "simulated/" + id.String(), Kind: kind})
		if err != nil {
			return err
		}
		ev.Edge = s.edge()
		_, err = tx.RecordNamed(ctx, s.Home, ev, name)
		return err
	})
	return id
}

// Turn reports a device on or off.
func (s *Stand) Turn(id domain.DeviceID, on bool) {
	s.t.Helper()
	s.append(func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(s.Home).Report(s.gateway, id, map[string]thing.Value{"onOff": thing.Bool(on)}, domain.CommandID{})
		if err != nil {
			return err
		}
		ev.Edge, ev.OccurredAt = s.edge(), tx.Now()
		_, err = tx.Record(ctx, s.Home, ev)
		return err
	})
}

func (s *Stand) edge() domain.EdgeRef {
	s.said++
	return domain.EdgeRef{Gateway: s.gateway, Epoch: 1, Seq: s.said}
}

func (s *Stand) append(decide eventstore.Decide) {
	s.t.Helper()
	if err := s.store.Append(s.t.Context(), []domain.HomeID{s.Home}, decide); err != nil {
		s.t.Fatal(err)
	}
}
