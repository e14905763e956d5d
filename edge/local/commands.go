package local

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/wire"
)

// Bounds of a command, as in the cloud.
const (
	maxKey    = 64               // characters of an Idempotency-Key
	maxSet    = 32               // properties of one command
	maxAction = 64               // characters of an action's name
	maxTTLMS  = 24 * 3600 * 1000 // for any class; each has its own below it
)

func (s *Server) requestCommand(w http.ResponseWriter, r *http.Request, client Client) error {
	b, err := readBody(w, r)
	if err != nil {
		return err
	}
	device, err := s.findDevice(r)
	if err != nil {
		return err
	}
	act, err := readCommand(b, r, device)
	if err != nil {
		return err
	}
	if act.Class == thing.Opening && !client.Opens {
		return domain.Errorf(domain.Forbidden, "this client may not open things: that is granted when it is paired")
	}
	act.Client, act.Command = client.ID, s.newCommandID()
	// What is accepted is carried out even if the caller is gone.
	ctx := context.WithoutCancel(r.Context())
	id, at, fresh, err := s.options.Outbox.Accept(ctx, act)
	if errors.Is(err, outbox.ErrKeyReused) {
		return domain.Errorf(domain.KeyReused, "this key was used for another request")
	}
	if err != nil {
		return err
	}
	if fresh {
		var due time.Duration
		if act.TTL > 0 {
			due = at + act.TTL
		}
		err := s.options.Act(ctx, wire.Command{
			ID: id, Device: act.Device, Class: act.Class, Set: act.Set, Action: act.Action, Input: act.Input,
			TransitionMS: act.Transition.Milliseconds(),
		}, due)
		if err != nil {
			return err
		}
	}
	return s.answerCommand(w, r, http.StatusAccepted, id)
}

// readCommand reads what is asked of a device and names every fault.
func readCommand(b *body, r *http.Request, device outbox.Twin) (outbox.Act, error) {
	a := outbox.Act{Device: device.ID}
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) != 1 || !isKey(keys[0]) {
		b.fault("Idempotency-Key", "must be there once, with 1 to 64 visible ASCII characters")
	} else {
		a.Key = keys[0]
	}
	_, hasTTL := b.members["ttl_ms"]
	var ttl, over int64
	before := len(b.faults)
	b.take("set", "must be an object of values by property", &a.Set)
	b.take("action", "must be a text", &a.Action)
	b.take("input", "must be a value", &a.Input)
	b.take("transition_ms", "must be a whole number", &over)
	readable := len(b.faults) == before
	b.take("ttl_ms", "must be a whole number", &ttl)
	b.end()
	switch {
	case len(a.Set) > maxSet:
		b.fault("set", "must have at most 32 properties")
	case len(a.Action) > maxAction:
		b.fault("action", "must have at most 64 characters")
	case device.Model == nil:
		return a, domain.Errorf(domain.Internal, "the device has no model")
	case readable:
		var faults []domain.Fault
		a.Transition = time.Duration(max(-1, min(over, domain.MaxTransition.Milliseconds()+1))) * time.Millisecond // what is out of bounds stays so
		a.Class, _, faults = domain.Weigh(device.Model, domain.CommandRequest{
			Set: a.Set, Action: a.Action, Input: a.Input, Transition: a.Transition,
		})
		b.faults = append(b.faults, faults...)
	}
	if hasTTL {
		if why := checkTTL(a.Class, ttl); why != "" {
			b.fault("ttl_ms", why)
		}
	}
	a.TTL = cmp.Or(time.Duration(ttl)*time.Millisecond, a.Class.Timing().Default)
	hash := sha256.New()
	hash.Write([]byte(r.Method + " " + r.URL.Path + "\n"))
	hash.Write(b.text)
	hash.Sum(a.Request[:0])
	return a, b.refused()
}

// checkTTL says what is wrong with how long a command may wait.
func checkTTL(class thing.Class, ms int64) string {
	limit := class.Timing().Max
	switch {
	case ms < 1 || ms > maxTTLMS:
		return "must be from 1 to 86400000"
	case limit > 0 && time.Duration(ms)*time.Millisecond > limit:
		return "must be at most " + limit.String() + " for a command of class " + class.String()
	case limit == 0 && class.Valid():
		return "must be left out: this setting waits until a newer one replaces it"
	}
	return ""
}

func isKey(key string) bool {
	return key != "" && len(key) <= maxKey && !strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' })
}

// newCommandID returns an id of version 7 (RFC 9562).
func (s *Server) newCommandID() domain.CommandID {
	var id domain.CommandID
	_, _ = rand.Read(id[6:]) // never fails
	ms := s.now().UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i)) //nolint:gosec // the bits wanted
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

func (s *Server) getCommand(w http.ResponseWriter, r *http.Request, _ Client) error {
	id, err := domain.ParseID[domain.CommandKind](r.PathValue("command"))
	if err != nil {
		return domain.InvalidInput(domain.Fault{Field: "command", Message: err.Error()})
	}
	return s.answerCommand(w, r, http.StatusOK, id)
}

func (s *Server) answerCommand(w http.ResponseWriter, r *http.Request, status int, id domain.CommandID) error {
	found, err := s.options.Outbox.Acts(r.Context(), id)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return domain.Errorf(domain.NotFound, "no such command was given here")
	}
	if status == http.StatusAccepted {
		w.Header().Set("Location", "/local/v1/commands/"+id.String())
	}
	answer(w, status, s.commandOf(found[0]))
	return nil
}
