package domain

import (
	"errors"
	"fmt"
)

// Code is a machine-readable reason. Every door translates it in one place:
// api into an HTTP status, wire into a frame code, cmd into an exit code.
type Code string

// The reasons an operation can be refused for.
const (
	Invalid       Code = "invalid"                 // the input is wrong; Faults says where
	NotFound      Code = "not_found"               // no such thing, or not yours
	Forbidden     Code = "forbidden"               // you are known and may not
	Unauthorized  Code = "unauthorized"            // you are not known
	WrongRevision Code = "wrong_expected_revision" // somebody else changed it first
	Conflict      Code = "conflict"                // its present state does not allow it
	KeyReused     Code = "idempotency_key_reused"  // same key, other request
	EdgeOffline   Code = "edge_offline"            // a live-only command while the gateway is away
	Overloaded    Code = "overloaded"              // a queue is full; try later
	Storage       Code = "storage"                 // the database cannot write now
	Internal      Code = "internal"                // a fault of ours
)

// Fault names one wrong field of an input.
type Fault struct {
	Field   string `json:"field"`   // JSON path: "set.currentLevel"
	Message string `json:"message"` // "must be from 0 to 100 percent"
}

// Error is a refusal with a reason for machines and a sentence for people. The
// sentence holds no secret, no SQL and no id the caller did not send.
type Error struct {
	Code    Code
	Message string
	Faults  []Fault
	cause   error
}

// Errorf returns an Error. A %w operand becomes its cause: for logs, never for
// the caller.
func Errorf(code Code, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...) //nolint:err113 // the code is the sentinel
	return &Error{Code: code, Message: wrapped.Error(), cause: errors.Unwrap(wrapped)}
}

// Wrap returns an Error with a sentence for the caller and a cause for the log.
func Wrap(code Code, message string, cause error) *Error {
	return &Error{Code: code, Message: message, cause: cause}
}

// InvalidInput returns an Error that names every fault at once.
func InvalidInput(faults ...Fault) *Error {
	e := &Error{Code: Invalid, Faults: faults}
	switch len(faults) {
	case 0:
		e.Message = "the input is not valid"
	case 1:
		e.Message = faults[0].Field + " " + faults[0].Message
	default:
		e.Message = fmt.Sprintf("%d fields are not valid", len(faults))
	}
	return e
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the reason in err's chain, Internal when there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
