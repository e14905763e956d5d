package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/access"
	"logis/api"
	"logis/dispatch"
	"logis/dispatch/notify"
	"logis/dispatch/outside"
	"logis/eventstore"
	"logis/history/proof"
	"logis/history/retention"
	"logis/hub"
	"logis/web"
	"logis/wire"
)

func addrFlag(flags *flag.FlagSet, c *config) {
	flags.StringVar(&c.addr, "addr", c.addr, "address to listen on (LOGIS_ADDR)")
}

func runFlags(flags *flag.FlagSet, c *config) {
	addrFlag(flags, c)
	flags.StringVar(&c.homeName, "home", "My home", "name of the first home")
	flags.StringVar(&c.demoEdge, "demo-edge", "", "program of an edge agent: runs it with a simulated home")
	checkpointsFlag(flags, c)
	callableFlag(flags, c)
	mailFlags(flags, c)
	openIDFlags(flags, c)
	flags.StringVar(&c.demoArgs, "demo-edge-args", "--simulated", "flags for that agent, separated by spaces")
}

// runServer serves homes until ctx ends. The steps stand in the order they need
// each other; what is started is stopped in the reverse order.
func runServer(ctx context.Context, t terminal, args []string) (code int, err error) {
	c, _, err := readConfig(t, "run", args, runFlags)
	if err != nil {
		return 0, err
	}
	if err := checkAddr(c.addr); err != nil {
		return 0, err
	}
	log := slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	progress := func(sentence string) { fmt.Fprintln(t.err, "·", sentence) }

	// 1. Listen first: a port in use should not cost a start of the database.
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return 0, fmt.Errorf("listen on %s: %w; choose another with LOGIS_ADDR", c.addr, err)
	}
	defer func() { _ = listener.Close() }()
	c.addr = listener.Addr().String()

	// 2. The database, checked and up to date.
	progress("starting the database")
	db, err := openDatabase(ctx, c, t.err, progress)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()

	// 3. The rooms that stand on it.
	r, err := openRooms(ctx, db, c, log)
	if err != nil {
		return 0, err
	}
	defer r.close()

	// 4. Everything that runs.
	s, err := newServer(ctx, r, c, log)
	if err != nil {
		return 0, err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.run(groupCtx, listener) })
	if db.private != nil {
		group.Go(func() error { return watchDatabase(groupCtx, db) })
	}

	// 5. Somebody to let in, and something to see.
	if err := welcome(groupCtx, group, t, c, s); err != nil {
		return 0, errors.Join(err, group.Wait())
	}
	return exitOK, group.Wait()
}

// watchDatabase ends the server when its private PostgreSQL is gone for good.
func watchDatabase(ctx context.Context, db *database) error {
	select {
	case <-ctx.Done():
		return nil
	case <-db.private.Gone():
		if ctx.Err() != nil {
			return nil
		}
		return errors.New("the private PostgreSQL ended and could not be started again")
	}
}

// server is the parts that run.
type server struct {
	rooms      *rooms
	log        *slog.Logger
	batcher    *eventstore.Batcher
	hub        *hub.Hub
	outside    *outside.Caller
	teller     *notify.Teller
	dispatcher *dispatch.Dispatcher
	sealer     *proof.Sealer
	keeper     *retention.Keeper
	api        *api.Server
}

func newServer(ctx context.Context, r *rooms, c config, log *slog.Logger) (*server, error) {
	s := &server{rooms: r, log: log, batcher: eventstore.NewBatcher(r.store)}
	s.hub = hub.New(hub.Options{
		Store: r.store, Batcher: s.batcher, Access: r.access, Replica: r.replica, Log: log, Authorize: access.Authorize,
	})
	var err error
	if s.outside, err = c.outside(); err != nil {
		return nil, err
	}
	mailer, err := c.mailer()
	if err != nil {
		return nil, err
	}
	pusher, err := c.pusher(ctx, r.access, s.outside)
	if err != nil {
		return nil, err
	}
	s.teller = notify.New(r.store, notify.Options{Mail: mailer, Push: pusher, Outside: s.outside, Site: c.site, Later: r.queue.TellLater})
	s.dispatcher = dispatch.New(r.store, r.queue, dispatch.Options{
		Log: log, Sender: s.hub, Authorize: access.Authorize, Forget: r.access.Sweep,
		Outside: s.outside, Teller: s.teller,
	})
	key, err := proof.OpenKey(c.data)
	if err != nil {
		return nil, err
	}
	s.sealer = proof.NewSealer(r.store, key, c.second(), log)
	s.keeper = retention.New(r.store, log)
	openID, err := c.provider(r.access)
	if err != nil {
		return nil, err
	}
	s.api, err = api.New(api.Options{
		Store: r.store, Tables: r.tables, Access: r.access, Callers: s.hub, Past: r.past, Proofs: s.sealer, Rollups: r.rollups, App: web.Dist(), Log: log,
		Outside: s.outside, Teller: s.teller, Site: c.site, OpenID: openID,
	})
	return s, err
}

// How long a stop may take for requests in flight.
const drainTimeout = 5 * time.Second

// run serves until ctx ends. The batching front ends last of the parts: the
// goodbyes of gateways go through it.
func (s *server) run(ctx context.Context, listener net.Listener) error {
	last, endLast := context.WithCancel(context.WithoutCancel(ctx))
	defer endLast()
	var batching errgroup.Group
	batching.Go(func() error { return s.batcher.Run(last) })

	mux := http.NewServeMux()
	mux.Handle(wire.Path, s.hub)
	mux.Handle("/", s.api)
	site := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: api.ReadHeaderTimeout,
		ReadTimeout:       api.ReadTimeout,
		WriteTimeout:      api.WriteTimeout,
		IdleTimeout:       api.IdleTimeout,
		MaxHeaderBytes:    api.MaxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.rooms.store.RunNews(ctx) })
	group.Go(func() error { return s.hub.Run(ctx) })
	group.Go(func() error { return s.api.Run(ctx) })
	group.Go(func() error { return s.dispatcher.Run(ctx) })
	group.Go(func() error { return s.rooms.past.Run(ctx) })
	group.Go(func() error { return s.rooms.rollups.Run(ctx) })
	group.Go(func() error { return s.sealer.Run(ctx) })
	group.Go(func() error { return s.keeper.Run(ctx) })
	group.Go(func() error {
		if err := site.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer cancel()
		if err := site.Shutdown(drain); err != nil {
			_ = site.Close() // whoever is still reading has had its time
		}
		return nil
	})
	err := group.Wait()
	endLast()
	return errors.Join(err, batching.Wait())
}
