package matter

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coder/websocket"
)

// link is one connection to the server.
type link struct {
	conn *websocket.Conn
	info serverInfo
}

// dial connects and waits for the server's first message.
func dial(ctx context.Context, o Options) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, response, err := websocket.Dial(ctx, o.Server, &websocket.DialOptions{HTTPClient: o.HTTP})
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("connect to the Matter Server: %w", err)
	}
	conn.SetReadLimit(maxFrame)
	l := &link{conn: conn}
	if err := l.greet(ctx); err != nil {
		_ = conn.CloseNow()
		return nil, err
	}
	return l, nil
}

func (l *link) greet(ctx context.Context) error {
	_, text, err := l.conn.Read(ctx)
	if err != nil {
		return fmt.Errorf("the Matter Server's first message: %w", err)
	}
	if err := json.Unmarshal(text, &l.info); err != nil {
		return fmt.Errorf("the Matter Server's first message: %w", err)
	}
	return l.info.check()
}

// send writes a message, or nothing once ctx has ended. A server that does not
// take it in time loses the connection: the message must not get there late.
func (l *link) send(ctx context.Context, r request) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return l.conn.Write(ctx, websocket.MessageText, text)
}

// read hands every message to take until the connection or ctx ends. take must
// not block.
func (l *link) read(ctx context.Context, take func([]byte)) error {
	for {
		_, text, err := l.conn.Read(ctx)
		if err != nil {
			return fmt.Errorf("the Matter Server: %w", err)
		}
		take(text)
	}
}

// close ends the connection at once.
func (l *link) close() { _ = l.conn.CloseNow() }
