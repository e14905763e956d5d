package executor

import (
	"bytes"
	"context"
	"crypto/rand"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

// agreed asks the cloud for its last word on a command that opens something and
// returns why it must not be done, the zero verdict if it may (Matter's timed
// invoke does it so). The nonce lives only here: an answer to a process before a
// crash, or to a command that waited too long, opens nothing.
//
// Nobody is asked about a command given in the home: a person stands there, and was
// allowed to open things when the client was paired.
func (e *Executor) agreed(ctx context.Context, t *task) verdict {
	c := t.command
	if c.Class != thing.Opening || t.local {
		return verdict{}
	}
	nonce := make([]byte, wire.NonceBytes)
	_, _ = rand.Read(nonce) // never fails
	words, say := e.await(c.ID)
	defer e.forget(c.ID)
	ctx, cancel := context.WithTimeout(ctx, wire.GoLimit)
	defer cancel()
	if say == nil || say(ctx, wire.Ready{Command: c.ID, Nonce: nonce}) != nil {
		return verdict{domain.Rejected, "session_ended"}
	}
	for {
		select {
		case <-ctx.Done():
			return verdict{domain.Rejected, "no_go_in_time"}
		case word := <-words:
			switch {
			case !bytes.Equal(word.Nonce, nonce): // meant for another time
			case word.Denied != "":
				return verdict{domain.Rejected, word.Denied}
			default:
				return verdict{}
			}
		}
	}
}

// await makes the place where the last word on a command comes in.
func (e *Executor) await(id domain.CommandID) (<-chan wire.Go, func(context.Context, wire.Frame) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	words := make(chan wire.Go, 1)
	e.words[id] = words
	return words, e.say
}

func (e *Executor) forget(id domain.CommandID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.words, id)
}

// Go takes the cloud's last word on a command. One that nobody waits for is
// dropped.
func (e *Executor) Go(word wire.Go) {
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case e.words[word.Command] <- word: // a nil channel takes nothing
	default:
	}
}
