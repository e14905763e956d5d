package wire

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
	"logis/domain/call"
)

// VersionCalls is the first version with call, answer and configure.
const VersionCalls = 2

// Limits of calls.
const (
	// MaxCalls bounds the calls under way in one session: a person looks at one thing
	// at a time, and a gateway has other work.
	MaxCalls = 4
	// MaxParams bounds what a call is given, in bytes: a code, a name, a few numbers.
	MaxParams = 4 << 10
	// MaxAnswer bounds what a call is answered, in bytes: MaxLines long lines of a
	// log, within MaxEdgeFrame.
	MaxAnswer = 192 << 10
	// CallLimit is how long a call may take, beside the way there and back: somebody
	// waits in front of a screen.
	CallLimit = 15 * time.Second
)

// Call asks the gateway something and awaits one answer in the same session. It
// never moves a device: see the methods.
type Call struct {
	ID         int64          `json:"id"` // 1, 2, 3, … within the session
	Method     call.Method    `json:"method"`
	Params     jsontext.Value `json:"params"`       // as the method says
	NotAfterMS int64          `json:"not_after_ms"` // server time; nobody waits any longer
}

// Answer answers Call, with a result or an error.
type Answer struct {
	ID     int64          `json:"id"`
	Result jsontext.Value `json:"result,omitzero"` // as the method says
	Error  *CallError     `json:"error,omitzero"`
}

// CallError is why a call was refused or failed.
type CallError struct {
	Code    domain.Code `json:"code"`
	Message string      `json:"message"`
}

// Configure tells which configuration is wanted, when it changes and in every
// session. The gateway answers with an entry, unless the cloud knows: it may take a
// minute, and the answer must outlive the session.
type Configure struct {
	Version       domain.Seq           `json:"version"`
	Configuration domain.Configuration `json:"configuration"`
	Settled       bool                 `json:"settled,omitzero"` // the cloud knows what the version came to
}

func (Call) FrameType() string      { return "call" }
func (Answer) FrameType() string    { return "answer" }
func (Configure) FrameType() string { return "configure" }
