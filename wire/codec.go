package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// ErrBadFrame is wrapped by every error of DecodeFromEdge and DecodeFromCloud.
var ErrBadFrame = errors.New("bad frame")

// maxComplaint bounds what an error says of a frame, in bytes: names and values
// in it are the peer's choice, and it goes into answers and logs.
const maxComplaint = 200

// complaint is what is wrong with a frame of some type.
type complaint struct {
	frameType string
	cause     error
}

func (c *complaint) Error() string {
	text := ErrBadFrame.Error() + ": " + c.frameType + ": " + c.cause.Error()
	if len(text) <= maxComplaint {
		return text
	}
	return strings.ToValidUTF8(text[:maxComplaint], "") + "…"
}

func (c *complaint) Unwrap() []error { return []error{ErrBadFrame, c.cause} }

// Encode returns the bytes of a frame: its type first, then its members in the
// order of the Go type, map keys sorted.
func Encode(f Frame) ([]byte, error) {
	body, err := json.Marshal(f, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode %s frame: %w", f.FrameType(), err)
	}
	out := make([]byte, 0, len(body)+len(f.FrameType())+10)
	out = append(out, `{"type":"`...)
	out = append(out, f.FrameType()...)
	out = append(out, '"')
	if len(body) > 2 {
		out = append(out, ',')
	}
	return append(out, body[1:]...), nil
}

// DecodeFromEdge reads a frame the edge may send. Unknown types and members,
// duplicate and case-variant names and invalid UTF-8 are errors that say where.
func DecodeFromEdge(text []byte) (Frame, error) {
	return decode(text, func(kind string) Frame {
		switch kind {
		case "entries":
			return &Entries{}
		case "ping":
			return &Ping{}
		case "ready":
			return &Ready{}
		case "answer":
			return &Answer{}
		case "snapshot":
			return &Snapshot{}
		case "hello":
			return &Hello{}
		case "enrol":
			return &Enrol{}
		case "renew":
			return &Renew{}
		case "error":
			return &Error{}
		}
		return nil
	})
}

// DecodeFromCloud reads a frame the cloud may send, as strictly.
func DecodeFromCloud(text []byte) (Frame, error) {
	return decode(text, func(kind string) Frame {
		switch kind {
		case "ack":
			return &Ack{}
		case "command":
			return &Command{}
		case "go":
			return &Go{}
		case "call":
			return &Call{}
		case "configure":
			return &Configure{}
		case "bundle":
			return &Bundle{}
		case "pong":
			return &Pong{}
		case "welcome":
			return &Welcome{}
		case "challenge":
			return &Challenge{}
		case "enrolled":
			return &Enrolled{}
		case "pending":
			return &Pending{}
		case "certificate":
			return &Certificate{}
		case "error":
			return &Error{}
		}
		return nil
	})
}

func decode(text []byte, empty func(kind string) Frame) (Frame, error) {
	kind, body, err := split(text)
	if err != nil {
		return nil, err
	}
	frame := empty(kind)
	if frame == nil {
		return nil, fmt.Errorf("%w: type %q is not one this end takes", ErrBadFrame, kind)
	}
	if err := json.Unmarshal(body, frame, json.RejectUnknownMembers(true)); err != nil {
		return nil, &complaint{kind, err}
	}
	return frame, nil
}

// split takes the type off the front of a frame, where every writer puts it.
func split(text []byte) (kind string, body []byte, err error) {
	rest, ok := bytes.CutPrefix(text, []byte(`{"type":"`))
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 0 || end > 32 || end+1 >= len(rest) {
		return "", nil, fmt.Errorf(`%w: must begin with {"type":"…"`, ErrBadFrame)
	}
	kind, rest = string(rest[:end]), rest[end+1:]
	switch rest[0] {
	case ',': // {"type":"x","a":1} → {"a":1}
		body = append([]byte{'{'}, rest[1:]...)
		if len(rest) == 2 {
			return "", nil, fmt.Errorf("%w: a comma stands before the end", ErrBadFrame)
		}
	case '}':
		body = append([]byte{'{'}, rest...)
	default:
		return "", nil, fmt.Errorf("%w: want a comma after the type", ErrBadFrame)
	}
	return kind, body, nil
}
