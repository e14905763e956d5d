// Package link is the one socket to the cloud: it dials out, proves who is
// there, tells what the outbox holds and hears what is asked, and comes back
// whenever it is cut.
//
// Nothing is queued here but what the outbox holds on disk: the goroutine that
// writes takes from it as fast as the cloud acks.
package link

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"logis/domain/call"
	"logis/edge/clock"
	"logis/edge/identity"
	"logis/edge/outbox"
	"logis/wire"
)

// Commands takes what the cloud asks for.
type Commands interface {
	// Begin tells that a session began: commands of older ones are void. What must be
	// told at once goes by say; an error means that the session is over.
	Begin(session int64, say func(context.Context, wire.Frame) error)
	// End tells that the session is over.
	End(session int64)
	// Command takes a command of the session. It returns soon; an error is one of
	// the disk and ends the link.
	Command(ctx context.Context, c wire.Command) error
	// Go takes the cloud's last word on a command.
	Go(word wire.Go)
}

// Desk is where the cloud asks for something beside commands.
type Desk interface {
	// Call answers a call, with what can be written as JSON. ctx bounds it; a
	// *domain.Error is told to who asked, any other error is a fault of the agent.
	Call(ctx context.Context, method call.Method, params []byte) (any, error)
	// Configure takes the configuration that is wanted. It returns at once.
	Configure(wanted wire.Configure)
}

// Rules takes the rules that the cloud wants to run here. An error is one of the disk
// and ends the link.
type Rules interface {
	// Bundle takes a part of a bundle.
	Bundle(ctx context.Context, part wire.Bundle) error
	// Regressed tells that the cloud remembers less than it did.
	Regressed(ctx context.Context) error
}

// Options say who connects where.
type Options struct {
	Server   string // ws://host:port or wss://host
	Identity identity.Identity
	Outbox   *outbox.Outbox
	Time     *clock.Server // learns the server's time
	Commands Commands
	Desk     Desk         // nil: nothing is answered
	Rules    Rules        // nil: none run here
	Agent    string       // version of the agent
	Client   *http.Client // nil: http.DefaultClient
	Log      *slog.Logger
	// ReconnectMax caps every wait before the next attempt; zero leaves them as
	// they are. For tests: a fleet that waits too little is a herd.
	ReconnectMax time.Duration
	// Pace bounds the backlog entries sent per second; zero means MaxPace.
	Pace int
	// Keep writes the identity to disk, for good, before anything is said under it;
	// nil keeps nothing, for tests.
	Keep func(identity.Identity) error
	// Waits is told once, by Enrol, which letters the owner must confirm within how
	// long; nil tells nobody.
	Waits func(letters string, within time.Duration)
	// Random returns numbers from 0 to 1, excluding 1; nil: math/rand.
	Random func() float64

	instance string // names this link among all that may have the same key
}

// MaxPace is how many entries of the backlog are sent per second, so that gateways
// that come back together leave room for what is live elsewhere: a sixth of what one
// server records (backlog_drain). Not less: what commands come to is told behind the
// backlog, and a full outbox takes a minute and a half.
const MaxPace = 5000

// Link is the connection, up or down.
type Link struct {
	options Options
	wait    backoff
	renews  renews

	mu     sync.Mutex
	status Status
}

// Status is how the link stands.
type Status struct {
	Session int64  `json:"session"`           // the present session, 0: none
	Problem string `json:"problem,omitempty"` // why the last attempt or session ended, "" at first and while there is one
	Letters string `json:"letters,omitempty"` // of a new key that waits until the owner confirms it, "": none does
}

// New returns a link; Run makes it live.
func New(o Options) *Link {
	o = o.withDefaults()
	o.instance = rand.Text()
	return &Link{options: o, wait: backoff{limit: o.ReconnectMax, random: o.Random}}
}

func (o Options) withDefaults() Options {
	if o.Pace == 0 {
		o.Pace = MaxPace
	}
	if o.Random == nil {
		o.Random = mathrand.Float64
	}
	if o.Keep == nil {
		o.Keep = func(identity.Identity) error { return nil }
	}
	if o.Waits == nil {
		o.Waits = func(string, time.Duration) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// endpoint returns the URL of the edge socket at a server.
func endpoint(server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("server: %w", err)
	}
	switch u.Scheme {
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	case "ws", "wss":
	default:
		return "", fmt.Errorf("server %q: want ws://host:port or wss://host", server)
	}
	if u.Host == "" {
		return "", fmt.Errorf("server %q: there is no host in it", server)
	}
	return u.JoinPath(wire.Path).String(), nil
}

// Exposed reports whether what is said to a server can be read on the way.
func Exposed(server string) bool {
	address, err := endpoint(server)
	if err != nil {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "ws" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback()
}

// Address returns the URL of the edge socket at a server; the error is that of
// CheckServer.
func Address(server string) (string, error) { return endpoint(server) }

// CheckServer refuses an address no link can be made to, with a sentence.
func CheckServer(server string) error {
	_, err := endpoint(server)
	return err
}

// Status returns how the link stands.
func (l *Link) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

func (l *Link) setStatus(s Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = s
}

// Run keeps a session with the cloud until ctx ends; then it returns nil. Any
// other return is an error of the disk.
func (l *Link) Run(ctx context.Context) error {
	if Exposed(l.options.Server) {
		l.options.Log.Warn("the connection to the cloud is not encrypted: use wss://", "server", l.options.Server)
	}
	for {
		begun := time.Now()
		err := l.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var fatal *diskError
		if errors.As(err, &fatal) {
			return fatal.err
		}
		ended := endingOf(err)
		wait := l.wait.next(ended, time.Since(begun))
		status := Status{Problem: err.Error()}
		l.renews.ended = l.renews.ended || ended.code == wire.CloseKeyEnded
		var pending *pendingError
		if errors.As(err, &pending) {
			status.Letters, wait = pending.letters, max(wait, min(confirmPause, cmp.Or(l.options.ReconnectMax, confirmPause)))
		}
		l.setStatus(status)
		l.log(ended, err, wait)
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// log says that there is no session; loudly when a person has to do something.
func (l *Link) log(e ending, err error, wait time.Duration) {
	level := slog.LevelInfo
	if e.needsPerson() {
		level = slog.LevelError
	}
	l.options.Log.Log(context.Background(), level, "no session with the cloud", "why", err, "next_try_in", wait.Round(time.Millisecond))
}

// diskError is a fault of the outbox: reconnecting does not help.
type diskError struct{ err error }

func (e *diskError) Error() string { return e.err.Error() }

// onDisk marks an error of the outbox, unless it only says that time was up.
func onDisk(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &diskError{err}
}

// sleep waits for d; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
