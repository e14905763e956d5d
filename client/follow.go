package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// News is what happened in a home, and how what it touched is now.
type News struct {
	Seq      int64     `json:"seq"` // where to resume
	Events   []Event   `json:"events"`
	Twins    []Twin    `json:"twins"`
	Devices  []Device  `json:"devices"`
	Commands []Command `json:"commands"`
}

// FollowOptions say what to be told of.
type FollowOptions struct {
	After   *int64   // begin after this event; nil: from now on
	Devices []string // only these; nil: all
	Rooms   []string // only these and what is in them
	Types   []string // only events of these types
}

// Bounds of a stream.
const (
	// silenceLimit is how long a stream may be silent: the server gives a sign of life
	// every 15 s.
	silenceLimit = 46 * time.Second
	// maxLine bounds one line of a stream, in bytes.
	maxLine = 64 << 20
	// maxWait bounds the wait before the stream is opened again; it doubles from
	// firstWait on.
	maxWait   = 30 * time.Second
	firstWait = 500 * time.Millisecond
)

// ErrChanged ends a stream: what may be seen has become something else. Read anew
// what is shown, and follow from there.
var ErrChanged = errors.New("what may be seen has changed")

// errCut is a stream that ended without a reason.
var errCut = errors.New("the stream was cut")

// Follow tells what happens in a home until ctx ends or the loop is left. When the
// line is cut it comes back by itself and goes on where it was: no event is missed,
// none comes twice. It ends with a *Problem when the caller may not listen (any
// more), and with ErrChanged.
func (c *Client) Follow(ctx context.Context, home string, options FollowOptions) iter.Seq2[News, error] {
	return func(yield func(News, error) bool) {
		f := follower{client: c, path: at(home, "/events/stream"), query: options.query(), wait: firstWait}
		if options.After != nil {
			f.last = strconv.FormatInt(*options.After, 10)
		}
		for {
			err := f.listen(ctx, func(n News) bool { return yield(n, nil) })
			switch {
			case errors.Is(err, errLeft), ctx.Err() != nil:
				return
			case final(err):
				yield(News{}, err)
				return
			}
			if !f.pause(ctx) {
				return
			}
		}
	}
}

func (o FollowOptions) query() url.Values {
	query := url.Values{}
	for name, list := range map[string][]string{"device": o.Devices, "room": o.Rooms, "type": o.Types} {
		if len(list) > 0 {
			query.Set(name, strings.Join(list, ","))
		}
	}
	return query
}

// final reports whether coming back makes no sense.
func final(err error) bool {
	var p *Problem
	if errors.As(err, &p) {
		return p.Status < http.StatusInternalServerError && p.Status != http.StatusTooManyRequests
	}
	return errors.Is(err, ErrChanged)
}

var errLeft = errors.New("nobody listens any more")

type follower struct {
	client *Client
	path   string
	query  url.Values
	last   string // the id of the last event, empty for none
	wait   time.Duration
}

// pause waits with full jitter, so that a thousand programs do not come at once.
func (f *follower) pause(ctx context.Context) bool {
	timer := time.NewTimer(rand.N(f.wait)) //nolint:gosec // nobody gains from guessing it
	defer timer.Stop()
	f.wait = min(2*f.wait, maxWait)
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// listen opens the stream once and reads it to its end.
func (f *follower) listen(ctx context.Context, tell func(News) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	silent := time.AfterFunc(silenceLimit, cancel)
	defer silent.Stop()
	headers := map[string]string{"Accept": "text/event-stream"}
	if f.last != "" {
		headers["Last-Event-ID"] = f.last
	}
	path := f.path
	if len(f.query) > 0 {
		path += "?" + f.query.Encode()
	}
	answer, err := f.client.send(ctx, Request{Method: http.MethodGet, Path: path}, headers)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	var id, kind, data string
	for lines.Scan() {
		silent.Reset(silenceLimit)
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			kind = value
		case "data":
			data = value
		case "":
			if err := f.take(id, kind, data, tell); err != nil {
				return err
			}
			kind, data = "", ""
		}
	}
	return errCut
}

// take does what one event of the stream says.
func (f *follower) take(id, kind, data string, tell func(News) bool) error {
	switch kind {
	case "news":
		var n News
		if err := json.Unmarshal([]byte(data), &n); err != nil {
			return fmt.Errorf("news cannot be read: %w", err)
		}
		if !tell(n) {
			return errLeft
		}
	case "ended":
		return f.ended(data)
	case "":
		return nil
	}
	f.last, f.wait = id, firstWait
	return nil
}

// What the server says when it ends a stream.
const (
	codeSignedOut = 4401
	codeChanged   = 4403
)

func (f *follower) ended(data string) error {
	var why struct {
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal([]byte(data), &why); err != nil {
		return errCut
	}
	switch why.Code {
	case codeSignedOut:
		return &Problem{Status: http.StatusUnauthorized, Code: "unauthorized", Detail: why.Reason}
	case codeChanged:
		return ErrChanged
	}
	return errCut
}
