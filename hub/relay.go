package hub

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/call"
	"logis/eventstore"
	"logis/wire"
)

// A call for a gateway that another server is connected with goes through a row:
// the asker writes it, the holder of the session takes it, asks and writes the
// answer, the asker takes that away. Both look again and again, which costs a
// person a moment and nobody a further connection.
const (
	relayPeriod = 250 * time.Millisecond // between two looks of the holder for calls
	replyPeriod = 100 * time.Millisecond // between two looks of the asker for the answer
	maxRelayed  = 32                     // calls taken in one look; the others wait for the next
)

// relay asks a gateway whose session another server holds. ctx must end.
func (h *Hub) relay(ctx context.Context, to call.Address, method call.Method, params []byte) ([]byte, error) {
	deadline, _ := ctx.Deadline()
	id := eventstore.NewID[domain.EventKind](time.Now())
	_, err := h.options.Store.Pool().Exec(ctx, `
		INSERT INTO gateway_calls (call_id, replica, gateway_id, session, method, params, not_after)
		VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7::interval)`,
		[16]byte(id), to.Replica, [16]byte(to.Gateway), to.Session, string(method), params, time.Until(deadline))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	// Whatever comes of it, nobody asks for it again.
	defer func() {
		_, _ = h.options.Store.Pool().Exec(context.WithoutCancel(ctx), `DELETE FROM gateway_calls WHERE call_id = $1`, [16]byte(id))
	}()
	look := time.NewTicker(replyPeriod)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, errLate()
		case <-look.C:
		}
		result, done, err := h.replyTo(ctx, id)
		if ctx.Err() != nil {
			return nil, errLate()
		}
		if done || err != nil {
			return result, err
		}
	}
}

// replyTo returns the answer to a relayed call, if it is there.
func (h *Hub) replyTo(ctx context.Context, id domain.EventID) (result []byte, done bool, err error) {
	var code, message *string
	err = h.options.Store.Pool().QueryRow(ctx, `
		SELECT result, code, message FROM gateway_calls WHERE call_id = $1 AND answered`, [16]byte(id)).Scan(&result, &code, &message)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, eventstore.Translate(err)
	case code != nil:
		return nil, true, domain.Errorf(domain.Code(*code), "%s", *message)
	}
	return result, true, nil
}

// runRelay answers what other servers ask of the gateways that are connected here
// until ctx ends. While the database is away nobody asks.
func (h *Hub) runRelay(ctx context.Context) {
	var serving sync.WaitGroup
	defer serving.Wait()
	look := time.NewTicker(relayPeriod)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		asked, err := h.takeCalls(ctx)
		if err != nil {
			continue
		}
		for _, c := range asked {
			serving.Go(func() { h.serveCall(ctx, c) })
		}
	}
}

// relayed is a call that another server asks for.
type relayed struct {
	id     [16]byte
	to     call.Address
	method string
	params []byte
	left   time.Duration
}

// takeCalls takes the calls for this server, and forgets those whose asker died.
func (h *Hub) takeCalls(ctx context.Context) ([]relayed, error) {
	rows, err := h.options.Store.Pool().Query(ctx, `
		WITH late AS (DELETE FROM gateway_calls WHERE not_after < clock_timestamp() - $3::interval)
		UPDATE gateway_calls SET taken = true WHERE call_id IN (
			SELECT call_id FROM gateway_calls WHERE replica = $1 AND NOT taken AND not_after > clock_timestamp()
			LIMIT $2 FOR UPDATE SKIP LOCKED)
		RETURNING call_id, gateway_id, session, method, params, extract(epoch FROM not_after - clock_timestamp())::float8`,
		h.options.Replica, maxRelayed, wire.CallLimit)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	asked, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (relayed, error) {
		c := relayed{to: call.Address{Replica: h.options.Replica}}
		var gateway [16]byte
		var left float64
		err := row.Scan(&c.id, &gateway, &c.to.Session, &c.method, &c.params, &left)
		c.to.Gateway, c.left = gateway, time.Duration(left*float64(time.Second))
		return c, err
	})
	return asked, eventstore.Translate(err)
}

// serveCall asks the gateway and writes down what it says.
func (h *Hub) serveCall(ctx context.Context, c relayed) {
	ctx, cancel := context.WithTimeout(ctx, min(c.left, wire.CallLimit))
	defer cancel()
	result, err := h.ask(ctx, c.to, call.Method(c.method), c.params)
	var code, message *string
	if err != nil {
		why, words := string(domain.CodeOf(err)), err.Error()
		code, message = &why, &words
	}
	write, done := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer done()
	_, _ = h.options.Store.Pool().Exec(write, `
		UPDATE gateway_calls SET answered = true, result = $2, code = $3, message = $4 WHERE call_id = $1`,
		c.id, result, code, message) // an asker who hears nothing is told that it took too long
}
