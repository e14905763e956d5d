package domain

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Code is a machine-readable reason. Every door translates it in one place:
// api into an HTTP status, wire into a frame code, cmd into an exit code.
type Code string

// The reasons an operation can be refused for.
const (
	Invalid       Code = "invalid"                 // the input is wrong; Faults says where
	NotFound      Code = "not_found"               // no such thing, or not yours
	Gone          Code = "gone"                    // it was kept as long as it was to be, and deleted
	Forbidden     Code = "forbidden"               // you are known and may not
	Unauthorized  Code = "unauthorized"            // you are not known
	ProofNeeded   Code = "proof_needed"            // prove once more who you are
	FactorNeeded  Code = "factor_needed"           // set up first what proves who you are
	KeyEnded      Code = "key_ended"               // you are known, and your key is not good any more
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

// Errorf returns an Error with a sentence for the caller. What caused it belongs
// to Wrap: a %w here would show it to the caller.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an Error with a sentence for the caller and a cause for the log.
func Wrap(code Code, message string, cause error) *Error {
	return &Error{Code: code, Message: message, cause: cause}
}

// Bounds of what an Error says of an input: a hostile one must not choose how
// long the answer gets.
const (
	maxFaults     = 50  // named in one Error
	maxFaultField = 100 // bytes of a field's name
)

// InvalidInput returns an Error that names the faults, the first fifty if there
// are more.
func InvalidInput(faults ...Fault) *Error {
	e := &Error{Code: Invalid, Message: fmt.Sprintf("%d fields are not valid", len(faults))}
	for _, f := range faults[:min(len(faults), maxFaults)] {
		f.Field = clip(f.Field, maxFaultField)
		e.Faults = append(e.Faults, f)
	}
	switch len(faults) {
	case 0:
		e.Message = "the input is not valid"
	case 1:
		e.Message = e.Faults[0].Field + " " + e.Faults[0].Message
	}
	return e
}

// clip cuts a text that is longer than limit bytes, between two characters, and
// shows that it did.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
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
