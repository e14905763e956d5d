package local

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"logis/domain"
	"logis/edge/clock"
	"logis/edge/outbox"
	"logis/wire"
)

// Options say where the door is and what it opens to.
type Options struct {
	Dir     string // the agent's folder: clients and the certificate are kept there
	Address string // host:port with TLS, or http://host:port on the machine itself
	Name    string // what clients call this gateway, beside its host name; "" if nothing else
	Gateway domain.GatewayID
	Outbox  *outbox.Outbox // Watch is called on it
	Act     func(ctx context.Context, c wire.Command, due time.Duration) error
	Time    *clock.Server
	Cloud   func() bool // whether the cloud can be reached
	Say     io.Writer   // the gateway's screen: gets addresses, fingerprints and codes
	Log     *slog.Logger
}

// Server is the gateway's door on the local network.
type Server struct {
	options      Options
	address      string
	plain        bool // without TLS
	clients      clients
	pairings     *pairings
	certificates *certificates
	rates        *rates
	feed         *feed
	page         *page
	names        []string
	room         chan struct{} // one token for each request under way
}

// errAddress says what an address must be.
var errAddress = errors.New("want host:port, or http://127.0.0.1:port for this machine alone, without TLS")

// CheckAddress says whether a door can be at an address, and under a name.
func CheckAddress(address, name string) error {
	_, _, err := parseAddress(address)
	if err == nil && name != "" && !isHostName(name) && net.ParseIP(name) == nil {
		return fmt.Errorf("%q is no name of a host", name) //nolint:err113 // for a terminal
	}
	return err
}

func parseAddress(address string) (listen string, plain bool, err error) {
	listen, plain = strings.CutPrefix(address, "http://")
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", false, fmt.Errorf("%w: %w", errAddress, err)
	}
	if ip := net.ParseIP(host); plain && (ip == nil || !ip.IsLoopback()) {
		return "", false, fmt.Errorf("%w: %s can be reached from elsewhere", errAddress, listen)
	}
	return listen, plain, nil
}

// New returns a door that Run opens at an address that CheckAddress has found good.
func New(o Options) *Server {
	listen, plain, err := parseAddress(o.Address)
	if err != nil {
		panic(err)
	}
	s := &Server{
		options: o, address: listen, plain: plain, clients: clientsIn(o.Dir), rates: newRates(), page: newPage(),
		names: names(o.Name, listen), room: make(chan struct{}, maxInFlight),
	}
	s.pairings = newPairings(o.Time, s.showCode)
	s.certificates = &certificates{
		path: filepath.Join(o.Dir, certificateFile), names: s.names, now: s.now,
		say: func(sum string) { s.tell("local certificate: SHA-256 " + sum) },
	}
	s.feed = newFeed(s)
	o.Outbox.Watch(s.feed.changed)
	return s
}

// now returns the server's time, or the machine's as long as that is not known.
func (s *Server) now() time.Time {
	if now, ok := s.options.Time.Now(); ok {
		return now.At
	}
	return time.Now()
}

// tell writes a line on the gateway's screen.
func (s *Server) tell(line string) { fmt.Fprintln(s.options.Say, line) }

func (s *Server) showCode(name, code string, opens bool) {
	also := ""
	if opens {
		also = ", also to open locks and doors"
	}
	s.tell(fmt.Sprintf("local pairing: %q asks to control this home%s; the code is %s %s, for two minutes", name, also, code[:4], code[4:]))
}

// Run keeps the door open until ctx ends; then it returns nil. A door that cannot
// be opened is tried again: the home goes on without it.
func (s *Server) Run(ctx context.Context) error {
	told := make(chan struct{})
	go func() {
		defer close(told)
		s.feed.run(ctx)
	}()
	defer func() { <-told }()
	wait := listenWait
	for ctx.Err() == nil {
		begun := time.Now()
		if err := s.open(ctx); ctx.Err() == nil {
			s.options.Log.Error("local control is not available", "why", err, "again_in", wait)
		}
		if time.Since(begun) > maxListenWait {
			wait = listenWait
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		wait = min(2*wait, maxListenWait)
	}
	return nil
}

// open serves until ctx ends or the door falls shut.
func (s *Server) open(ctx context.Context) error {
	inner, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	listener, scheme := net.Listener(newNarrow(inner)), "http"
	if !s.plain {
		if _, err := s.certificates.get(nil); err != nil { // so that its fingerprint is told now
			return errors.Join(err, inner.Close())
		}
		listener = tls.NewListener(listener, &tls.Config{
			MinVersion: tls.VersionTLS12, GetCertificate: s.certificates.get, NextProtos: []string{"http/1.1"},
		})
		scheme = "https"
	}
	server := &http.Server{
		Handler: s.handler(), MaxHeaderBytes: maxHeader, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // strangers' handshakes fill no log
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	s.tell("local control: " + scheme + "://" + inner.Addr().String())
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	if server.Shutdown(patience) != nil {
		_ = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// handler is every route.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.HandlerFunc(s.servePage))
	open := func(pattern string, serve func(http.ResponseWriter, *http.Request) error) {
		mux.Handle(pattern, s.work(s.strangers(serve)))
	}
	open("POST /local/v1/pairings", s.beginPairing)
	open("PUT /local/v1/pairings/{pairing}", s.finishPairing)
	paired := func(pattern string, cost int, serve serveClient) { mux.Handle(pattern, s.work(s.paired(cost, serve))) }
	paired("GET /local/v1/gateway", 1, s.getGateway)
	paired("GET /local/v1/devices", listCost, s.listDevices)
	paired("GET /local/v1/devices/{device}", 1, s.getDevice)
	paired("POST /local/v1/devices/{device}/commands", 1, s.requestCommand)
	paired("GET /local/v1/commands/{command}", 1, s.getCommand)
	mux.Handle("GET /local/v1/live", s.respond(s.paired(listCost, s.live))) // lives longer than work may
	mux.Handle("/", s.respond(func(http.ResponseWriter, *http.Request) error {
		return domain.Errorf(domain.NotFound, "there is nothing here")
	}))
	return s.secured(mux)
}
