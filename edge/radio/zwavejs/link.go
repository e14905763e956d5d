package zwavejs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/coder/websocket"
)

// link is one connection to the server. When it breaks it is over: nothing is
// sent again, so that no order of an old connection can ever happen on a new one.
type link struct {
	conn  *websocket.Conn
	hello frame
}

var errGreeting = errors.New("it is no Z-Wave JS server")

// dial connects and takes the server's first words. The reading limit is that of
// the dump.
func dial(ctx context.Context, o Options) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	// A second redirect or compression would only cost; the peer is in the home.
	conn, _, err := websocket.Dial(ctx, o.URL, &websocket.DialOptions{HTTPClient: o.Client}) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, fmt.Errorf("connect to the Z-Wave JS server: %w", err)
	}
	conn.SetReadLimit(maxDump)
	l := &link{conn: conn}
	_, text, err := conn.Read(ctx)
	switch {
	case err != nil:
		err = fmt.Errorf("the Z-Wave JS server: %w", err)
	case json.Unmarshal(text, &l.hello) != nil || l.hello.Type != "version" || l.hello.HomeID == 0:
		err = errGreeting
	case l.hello.MaxSchemaVersion < oldestSchema:
		err = fmt.Errorf("the Z-Wave JS server knows schema %d at most, %d is needed", l.hello.MaxSchemaVersion, oldestSchema) //nolint:err113 // for people
	case l.hello.MinSchemaVersion > schema:
		err = fmt.Errorf("the Z-Wave JS server wants schema %d, %d is known here", l.hello.MinSchemaVersion, schema) //nolint:err113 // for people
	}
	if err != nil {
		_ = conn.CloseNow()
		return nil, err
	}
	return l, nil
}

// read hands one frame after another to receive, which must not block, and
// returns why there are no more.
func (l *link) read(ctx context.Context, receive func([]byte)) error {
	for {
		_, text, err := l.conn.Read(ctx)
		if err != nil {
			return fmt.Errorf("the Z-Wave JS server: %w", err)
		}
		receive(text)
	}
}

// write sends a frame. Its context is the session's: were it an order's, the end
// of the order would close the connection.
func (l *link) write(session context.Context, text []byte) error {
	ctx, cancel := context.WithTimeout(session, writeTimeout)
	defer cancel()
	return l.conn.Write(ctx, websocket.MessageText, text)
}

// ping returns once the server has answered.
func (l *link) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pongTimeout)
	defer cancel()
	if err := l.conn.Ping(ctx); err != nil {
		return fmt.Errorf("the Z-Wave JS server does not answer a ping: %w", err)
	}
	return nil
}

// close ends the connection without waiting for the server.
func (l *link) close() { _ = l.conn.CloseNow() }
