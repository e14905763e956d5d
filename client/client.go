package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// answerTimeout bounds one exchange; a stream is not one.
	answerTimeout = 30 * time.Second
	// maxAnswer bounds an answer, in bytes: a page of events is far smaller.
	maxAnswer = 64 << 20
)

// base is the path every operation begins with.
const base = "/api/v1"

// The cookie of a person's session, and how its value begins.
const (
	cookieName    = "__Host-logis"
	sessionPrefix = "logis-session-"
)

// Client asks one Logis as one caller. It is safe for concurrent use.
type Client struct {
	url    string // without a slash at its end
	secret string
	http   *http.Client
}

// New returns a client of the Logis at url. The secret is a token
// (logis-token-…), or what SignIn returned; empty for nobody.
func New(url, secret string) *Client {
	return &Client{url: strings.TrimSuffix(url, "/"), secret: secret, http: &http.Client{}}
}

// Problem is a refusal.
type Problem struct {
	Status int     `json:"status"` // of HTTP
	Code   string  `json:"code"`   // why, for machines
	Detail string  `json:"detail"` // why, for people
	Errors []Fault `json:"errors"` // every field that is wrong

	RetryAfter time.Duration `json:"-"` // how long to wait; 0: trying again makes no sense
}

// Fault is one wrong field.
type Fault struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error returns the sentence for people, with the fields where there are several.
func (p *Problem) Error() string {
	if len(p.Errors) < 2 {
		return p.Detail
	}
	parts := make([]string, len(p.Errors))
	for i, fault := range p.Errors {
		parts[i] = fault.Field + " " + fault.Message
	}
	return strings.Join(parts, "; ")
}

// NewKey returns a key that makes a request safe to send again: the same request
// with the same key happens once.
func NewKey() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

// Request is one operation, for Call.
type Request struct {
	Method  string
	Path    string // below /api/v1, with its query
	Key     string // the Idempotency-Key of a POST that takes one
	IfMatch string // the ETag a change is based on
	Body    any    // nil for none
}

// Call sends a request and decodes the answer into out, nil for none. A refusal is
// a *Problem. An error of another type means that nobody knows whether the request
// was done; with a Key it can be sent again.
func (c *Client) Call(ctx context.Context, in Request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	answer, err := c.send(ctx, in, nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(out); err != nil {
		return fmt.Errorf("the answer of %s %s cannot be read: %w", in.Method, in.Path, err)
	}
	return nil
}

// send returns an answer that is no refusal, to be closed.
func (c *Client) send(ctx context.Context, in Request, headers map[string]string) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if in.Body != nil {
		text, err := json.Marshal(in.Body)
		if err != nil {
			return nil, fmt.Errorf("the body cannot be written: %w", err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, in.Method, c.url+base+in.Path, body)
	if err != nil {
		return nil, fmt.Errorf("the request cannot be made: %w", err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if in.Body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if in.Key != "" {
		r.Header.Set("Idempotency-Key", in.Key)
	}
	if in.IfMatch != "" {
		r.Header.Set("If-Match", in.IfMatch)
	}
	c.identify(r)
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("logis does not answer: %w", err)
	}
	if answer.StatusCode < http.StatusMultipleChoices {
		return answer, nil
	}
	defer func() { _ = answer.Body.Close() }()
	return nil, problemOf(answer)
}

// identify says who asks: a token as it is, a session as a browser would.
func (c *Client) identify(r *http.Request) {
	switch {
	case strings.HasPrefix(c.secret, sessionPrefix):
		r.Header.Set("Cookie", cookieName+"="+c.secret)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	case c.secret != "":
		r.Header.Set("Authorization", "Bearer "+c.secret)
	default:
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
}

func problemOf(answer *http.Response) error {
	p := &Problem{}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(p); err != nil || p.Detail == "" {
		p.Detail = "answered " + answer.Status
	}
	p.Status = answer.StatusCode
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return p
}

// SignIn uses up a one-time link, as the server prints it, and returns the secret
// of a session. Treat it like a password.
func (c *Client) SignIn(ctx context.Context, link string) (string, error) {
	if _, after, ok := strings.Cut(link, "#"); ok {
		link = after
	}
	answer, err := c.send(ctx, Request{Method: http.MethodPost, Path: "/session", Body: map[string]string{"link": link}}, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	for _, line := range answer.Header.Values("Set-Cookie") {
		if cookie, err := http.ParseSetCookie(line); err == nil && cookie.Name == cookieName {
			return cookie.Value, nil
		}
	}
	return "", errNoSession
}

var errNoSession = errors.New("the server began no session")
