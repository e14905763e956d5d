package outside

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Bounds of one call.
const (
	// CallTimeout bounds a call from the look-up of the name to the end of the answer.
	CallTimeout = 10 * time.Second
	// maxAnswer bounds what is read of an answer, in bytes: nothing in it matters.
	maxAnswer = 4 << 10
	// maxAnswerHeader bounds the header of an answer, in bytes.
	maxAnswerHeader = 16 << 10
	// maxIdleConns bounds the connections that are kept for the next call.
	maxIdleConns = 32
	// idleTimeout is how long one is kept.
	idleTimeout = 30 * time.Second
	// maxRetryAfter bounds how long the other side may put a call off.
	maxRetryAfter = time.Hour
)

// Options are what whoever runs the server decides.
type Options struct {
	// Allow are networks that may be called although they are not public: those of
	// the house the server stands in, for instance. On them every port may be.
	Allow []netip.Prefix
	// Roots are the authorities believed in; nil: those of the machine.
	Roots *x509.CertPool
}

// Caller calls addresses outside. It is safe for concurrent use.
type Caller struct {
	options Options
	client  *http.Client
}

// New returns a caller.
func New(options Options) *Caller {
	c := &Caller{options: options}
	dialer := &net.Dialer{Timeout: CallTimeout, ControlContext: c.control}
	c.client = &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve the name where nobody checks
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: options.Roots, MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: maxAnswerHeader,
			MaxIdleConns:           maxIdleConns,
			IdleConnTimeout:        idleTimeout,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // what unpacks can be a bomb
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Close lets the kept connections go.
func (c *Caller) Close() { c.client.CloseIdleConnections() }

// errInside is why a socket was not opened.
var errInside = errors.New("the address is not one of the public internet")

// control is asked about every socket before it connects: the name is resolved, and
// no later answer of a name server can change it.
func (c *Caller) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	place, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") || !c.reachable(place) {
		return errInside
	}
	return nil
}

// Problem is why a call did not succeed, for people: it tells nothing of what the
// other side said.
type Problem string

// The problems. An answer with another status has one of its own: "status 500".
const (
	None        Problem = ""
	Inside      Problem = "not_public"  // the name leads to an address that is not called
	TimedOut    Problem = "timed_out"   // it took longer than CallTimeout
	Distrusted  Problem = "certificate" // the other side could not prove who it is
	Unreachable Problem = "unreachable"
	Gone        Problem = "gone" // it answered that it is gone for good
	NotThere    Problem = "status 404"
)

// Outcome is what came of a call.
type Outcome struct {
	Problem Problem
	// After is how long the other side wants to be left alone, 0 if it did not say.
	After time.Duration
}

// Call sends a message. The context's end counts as TimedOut.
func (c *Caller) Call(ctx context.Context, address string, m Message) Outcome {
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(m.Body))
	if err != nil {
		return Outcome{Problem: Unreachable}
	}
	m.write(request.Header)
	answer, err := c.client.Do(request)
	if err != nil {
		return Outcome{Problem: problemOf(ctx, err)}
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer) // so that the connection can be kept
	return outcomeOf(answer)
}

func problemOf(ctx context.Context, err error) Problem {
	var distrust *tls.CertificateVerificationError
	var named net.Error
	switch {
	case errors.Is(err, errInside):
		return Inside
	case errors.As(err, &distrust):
		return Distrusted
	case ctx.Err() != nil, errors.As(err, &named) && named.Timeout():
		return TimedOut
	}
	return Unreachable
}

func outcomeOf(answer *http.Response) Outcome {
	switch {
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return Outcome{}
	case answer.StatusCode == http.StatusGone:
		return Outcome{Problem: Gone}
	}
	o := Outcome{Problem: Problem("status " + strconv.Itoa(answer.StatusCode))}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		o.After = min(time.Duration(min(seconds, int(maxRetryAfter/time.Second)))*time.Second, maxRetryAfter)
	}
	return o
}
