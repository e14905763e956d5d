package rig

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/projections"
	"logis/wire"
	"logis/wire/wiretest"
)

// Fleet is many homes with one gateway each, made in the database directly and
// ready to connect.
type Fleet struct {
	Pool     *pgxpool.Pool
	Store    *eventstore.Store
	Tables   projections.Tables
	Owner    domain.PersonID
	Gateways []*wiretest.Gateway
	// Devices of each gateway: dimmable lights, registered by Connect.
	Devices [][]domain.DeviceID
}

// noJobs is for a store that only founds homes.
type noJobs struct{}

func (noJobs) Insert(context.Context, pgx.Tx, []eventstore.Job) error { return nil }
func (noJobs) Committed([]string)                                     {}

// NewFleet founds homes on the database at dsn.
func NewFleet(ctx context.Context, dsn string, homes, devices int) (*Fleet, error) {
	catalog, err := thing.Standard()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return nil, err
	}
	f := &Fleet{Pool: pool, Tables: projections.Tables{Catalog: catalog}}
	f.Store = eventstore.New(pool, eventstore.Options{Catalog: catalog, Projection: f.Tables, Jobs: noJobs{}})
	who := access.New(f.Store, nil)
	if f.Owner, _, err = who.FirstOwner(ctx, "Owner"); err != nil {
		return nil, err
	}
	for n := range homes {
		g, err := f.found(ctx, who, n)
		if err != nil {
			return nil, err
		}
		f.Gateways = append(f.Gateways, g)
		ids := make([]domain.DeviceID, devices)
		for i := range ids {
			ids[i] = eventstore.NewID[domain.DeviceKind](time.Now())
		}
		f.Devices = append(f.Devices, ids)
	}
	return f, nil
}

// Split parts the fleet: the first n homes, and the others. Both use its connections.
func (f *Fleet) Split(n int) (first, others *Fleet) {
	one, two := *f, *f
	one.Gateways, two.Gateways = f.Gateways[:n], f.Gateways[n:]
	one.Devices, two.Devices = f.Devices[:n], f.Devices[n:]
	return &one, &two
}

// Close ends the fleet's own connections.
func (f *Fleet) Close() { f.Pool.Close() }

func (f *Fleet) found(ctx context.Context, who *access.Access, n int) (*wiretest.Gateway, error) {
	home := eventstore.NewID[domain.HomeKind](time.Now())
	err := f.Store.Found(ctx, home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(home, f.Owner, "UTC")
		if _, err := tx.RecordNamed(ctx, home, created, fmt.Sprint("Home ", n)); err != nil {
			return err
		}
		_, err := tx.Record(ctx, home, joined)
		return err
	})
	if err != nil {
		return nil, err
	}
	var claim domain.Claim
	err = pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error {
		claim, _, err = who.NewClaim(ctx, tx, access.Principal{Person: f.Owner}, home)
		return err
	})
	if err != nil {
		return nil, err
	}
	seed := sha256.Sum256(home[:])
	key := ed25519.NewKeyFromSeed(seed[:])
	public := key.Public().(ed25519.PublicKey) //nolint:forcetypeassert // documented
	if _, err := who.Enrol(ctx, claim.ID, public, true, func([16]byte) bool { return true }); err != nil {
		return nil, err
	}
	var id domain.GatewayID
	err = f.Store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		id, err = who.Confirm(ctx, tx, access.Principal{Person: f.Owner}, home, domain.KeyLetters(public))
		return err
	})
	return &wiretest.Gateway{ID: id, Home: home, Key: key, Outbox: "outbox-1"}, err
}

// Register connects gateway n and tells its devices; it returns the socket and
// the number of the next entry.
func (f *Fleet) Register(ctx context.Context, url string, n int) (*wiretest.Socket, int64, error) {
	s, err := f.Gateways[n].Connect(ctx, url)
	if err != nil {
		return nil, 0, err
	}
	if s.Welcome.Cursor > 0 {
		return s, s.NextEntry(), nil
	}
	entries := make([]wire.Entry, len(f.Devices[n]))
	for i, id := range f.Devices[n] {
		entries[i] = wire.Entry{Kind: wire.KindDevice, Device: id, Address: fmt.Sprint("bench/", i), Model: "dimmable-light"}
	}
	if err := s.Write(ctx, wire.Entries{First: 1, Entries: entries}); err != nil {
		return nil, 0, err
	}
	for {
		ack, err := wiretest.Next[*wire.Ack](ctx, s)
		if err != nil {
			return nil, 0, err
		}
		if ack.Cursor == int64(len(entries)) {
			return s, ack.Cursor + 1, nil
		}
	}
}
