package health

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"logis/edge"
)

// socketFile is the name of the socket in the agent's folder.
const socketFile = "agent.sock"

// Bounds of the socket.
const (
	askTimeout = 5 * time.Second // from the question to the end of the answer
	maxAnswer  = 256 << 10       // bytes of an answer; a radio takes about 300
	maxAskers  = 8               // answered at once; the others wait
)

// Answer is what a running agent tells of itself.
type Answer struct {
	PID     int    `json:"pid"`
	UptimeS int64  `json:"uptime_s"` // since the process began, in seconds
	LogLost uint64 `json:"log_lost"` // lines that could not be written to the log
	edge.Status
}

// Serve answers everybody who may open the socket in a folder until ctx ends;
// then it returns nil. Only the folder's owner may open it. An error says why
// there is no socket. The caller must hold the folder's lock.
func Serve(ctx context.Context, dir string, answer func(context.Context) Answer) error {
	path, done, err := socketPath(dir)
	if err != nil {
		return fmt.Errorf("status socket: %w", err)
	}
	defer done()
	// One that is left was an agent's that was killed: the lock is ours.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("status socket: %w", err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return fmt.Errorf("status socket: %w", err)
	}
	defer listener.Close() //nolint:errcheck // it ends with ctx
	if err := os.Chmod(path, fileMode); err != nil {
		return fmt.Errorf("status socket: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	seats := make(chan struct{}, maxAskers)
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("status socket: %w", err)
		}
		seats <- struct{}{}
		go func() {
			defer func() { <-seats }()
			tell(ctx, conn, answer)
		}()
	}
}

// tell writes one answer. A peer that does not take it is left alone.
func tell(ctx context.Context, conn net.Conn, answer func(context.Context) Answer) {
	defer conn.Close() //nolint:errcheck // the peer notices by itself
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	_ = conn.SetDeadline(time.Now().Add(askTimeout))
	text, err := json.Marshal(answer(ctx))
	if err == nil {
		_, _ = conn.Write(text)
	}
}

// Ask asks the agent that runs on a folder. It fails when there is none, or when
// it does not answer within five seconds.
func Ask(ctx context.Context, dir string) (Answer, error) {
	var answer Answer
	path, done, err := socketPath(dir)
	if err != nil {
		return answer, fmt.Errorf("ask the agent: %w", err)
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return answer, fmt.Errorf("ask the agent: %w", err)
	}
	defer conn.Close() //nolint:errcheck // nothing is written
	_ = conn.SetDeadline(time.Now().Add(askTimeout))
	text, err := io.ReadAll(io.LimitReader(conn, maxAnswer))
	if err != nil {
		return answer, fmt.Errorf("ask the agent: %w", err)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, fmt.Errorf("what the agent answers: %w", err)
	}
	return answer, nil
}

// pathLimit is what the address of a socket may hold, in bytes (104 or 108, with
// an end mark).
const pathLimit = 100

// socketPath returns the path of the socket. One that is too long for an address
// leads over the opened folder instead; done closes that.
func socketPath(dir string) (path string, done func(), err error) {
	path = filepath.Join(dir, socketFile)
	if len(path) <= pathLimit {
		return path, func() {}, nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	short := fmt.Sprintf("/proc/self/fd/%d", folder.Fd())
	return filepath.Join(short, socketFile), func() { _ = folder.Close() }, nil
}
