package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// patience bounds the waiting for a frame.
const patience = 20 * time.Second

// line is an app's end of a live socket.
type line struct {
	t    testing.TB
	conn *websocket.Conn
}

// dial opens a live socket as the person's browser would. When that is refused it
// returns the server's answer.
func (h *house) dial(p *person, query string, headers ...header) (*line, *reply, error) {
	h.b.t.Helper()
	options := &websocket.DialOptions{HTTPHeader: http.Header{
		"Cookie": {cookieName + "=" + p.token}, "Origin": {h.b.http.URL},
	}, HTTPClient: h.b.http.Client()}
	for _, set := range headers {
		if options.HTTPHeader.Del(set.name); set.value != "" {
			options.HTTPHeader.Set(set.name, set.value)
		}
	}
	ctx, cancel := context.WithTimeout(h.b.t.Context(), patience)
	defer cancel()
	conn, answer, err := websocket.Dial(ctx, strings.Replace(h.b.http.URL, "http", "ws", 1)+h.path+"/live"+query, options)
	if err != nil && answer != nil {
		defer func() { _ = answer.Body.Close() }()
		text, _ := io.ReadAll(answer.Body) // the test looks at what came
		return nil, &reply{h.b.t, "GET live" + query, answer.StatusCode, answer.Header, string(text)}, err
	}
	if err != nil {
		return nil, nil, err
	}
	conn.SetReadLimit(64 << 20)
	h.b.t.Cleanup(func() { _ = conn.CloseNow() })
	return &line{h.b.t, conn}, nil, nil
}

func (h *house) follow(query string) *line {
	h.b.t.Helper()
	l, _, err := h.dial(h.owner, query)
	if err != nil {
		h.b.t.Fatal(err)
	}
	return l
}

// read returns the next frame.
func (l *line) read() (kind, text string, err error) {
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	_, raw, err := l.conn.Read(ctx)
	if err != nil {
		return "", "", err
	}
	var frame struct{ Type string }
	if err := json.Unmarshal(raw, &frame); err != nil {
		return "", "", err
	}
	return frame.Type, string(raw), nil
}

// welcome reads the first frame.
func (l *line) welcome() Welcome {
	l.t.Helper()
	var w Welcome
	kind, text, err := l.read()
	if err != nil || kind != "welcome" || decodeAnswer(text, &w) != nil {
		l.t.Fatalf("%q %v", text, err)
	}
	return w
}

// news reads on to the next news.
func (l *line) news() News {
	l.t.Helper()
	for {
		kind, text, err := l.read()
		if err != nil {
			l.t.Fatal(err)
		}
		if kind == "news" {
			var n News
			if err := decodeAnswer(text, &n); err != nil {
				l.t.Fatal(err)
			}
			return n
		}
	}
}

// closed reads on until the server closes, and returns its code.
func (l *line) closed() websocket.StatusCode {
	l.t.Helper()
	for {
		_, _, err := l.read()
		if err == nil {
			continue
		}
		var why websocket.CloseError
		if !errors.As(err, &why) {
			l.t.Fatalf("not closed by the server: %v", err)
		}
		return why.Code
	}
}

// waitUntilEmpty returns once no socket and no feed is left.
func (b *bundle) waitUntilEmpty() {
	b.t.Helper()
	hall := b.server.hall
	for deadline := time.Now().Add(patience); ; {
		hall.mu.Lock()
		left := len(hall.feeds) + len(hall.sockets) + hall.total
		hall.mu.Unlock()
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%d are left", left)
		}
	}
}
