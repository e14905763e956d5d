package link

import (
	"context"
	"math"
	"time"

	"golang.org/x/time/rate"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/wire"
)

// What one frame may hold. The margin is for what surrounds the entries.
const (
	frameBytes    = wire.MaxEdgeFrame - 4096
	historicFrame = 200 // entries of the backlog, so that the pace is even
	presentBytes  = 128 // of a device in a snapshot, beside its values
)

// writeAll tells the present state, then the backlog in order, then what comes.
// Beside it only the executor writes, that it is ready, and the answers to calls.
func (s *session) writeAll(ctx context.Context) error {
	if err := s.ping(ctx); err != nil {
		return err
	}
	if err := s.sendSnapshot(ctx); err != nil {
		return err
	}
	ping := time.NewTicker(wire.PingPeriod)
	defer ping.Stop()
	pace := rate.NewLimiter(rate.Limit(s.options.Pace), max(s.options.Pace, historicFrame))
	for {
		sent, err := s.sendEntries(ctx, pace)
		if err != nil {
			return err
		}
		if sent {
			select {
			case <-ping.C:
				err = s.ping(ctx)
			default:
			}
		} else {
			err = s.rest(ctx, ping.C)
		}
		if err != nil {
			return err
		}
	}
}

// rest waits until there may be something to send, and pings when it is time.
func (s *session) rest(ctx context.Context, ping <-chan time.Time) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-ping:
		return s.ping(ctx)
	case <-s.room:
	case <-s.options.Outbox.Changed():
	}
	return nil
}

func (s *session) ping(ctx context.Context) error {
	return s.write(ctx, wire.Ping{BootMS: s.options.Time.Boot().Milliseconds()})
}

// bootOf returns the time a ping was written, as its echo tells it: at most a
// millisecond too early.
func bootOf(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// sendSnapshot tells the present state in as many frames as it takes.
func (s *session) sendSnapshot(ctx context.Context) error {
	devices := s.begun.Snapshot
	for len(devices) > 0 {
		n, bytes := 0, 0
		for n < len(devices) && n < wire.MaxSnapshot {
			bytes += presentSize(devices[n].Values)
			if n > 0 && bytes > frameBytes {
				break
			}
			n++
		}
		if err := s.write(ctx, wire.Snapshot{AsOf: s.begun.AsOf, Devices: devices[:n]}); err != nil {
			return err
		}
		devices = devices[n:]
	}
	return nil
}

func presentSize(values map[string]thing.Value) int {
	size := presentBytes
	for name, value := range values {
		size += len(name) + len(value) + 8
	}
	return size
}

// sendEntries sends one frame of entries if there are any and the cloud has room.
func (s *session) sendEntries(ctx context.Context, pace *rate.Limiter) (bool, error) {
	first, limit := s.window()
	if limit <= 0 {
		return false, nil
	}
	last, historic := int64(math.MaxInt64), first <= s.begun.AsOf
	if historic {
		last, limit = s.begun.AsOf, min(limit, historicFrame)
	}
	batch, err := s.options.Outbox.Read(ctx, first, last, limit, frameBytes)
	if err != nil {
		return false, onDisk(err)
	}
	if len(batch.Entries) == 0 {
		return false, nil
	}
	if historic {
		if err := pace.WaitN(ctx, len(batch.Entries)); err != nil {
			return false, err
		}
	}
	if s.version < wire.FadeVersion {
		for i := range batch.Entries {
			batch.Entries[i].TransitionMS = 0
		}
	}
	if s.version < wire.BundleVersion {
		batch = before(batch)
	}
	s.launch(batch.Next, len(batch.Entries))
	frame := wire.Entries{First: batch.First, Historic: historic, Entries: batch.Entries}
	return true, s.write(ctx, frame)
}

// before puts entries that a cloud of the release before does not know into words it
// does. There are some only when a newer one was here.
func before(b outbox.Batch) outbox.Batch {
	for i, e := range b.Entries {
		number := b.First + int64(i) // a gap of several numbers ends a batch
		switch {
		case e.Kind == wire.KindRule || e.Kind == wire.KindPlaced:
			b.Entries[i] = wire.Entry{Kind: wire.KindGap, AtMS: e.AtMS, To: number, Reason: "needs_a_newer_server"}
		case e.Kind == wire.KindAct && !e.Rule.IsZero():
			e.Client, e.Rule, e.After, e.Depth = e.Rule.String(), domain.RuleID{}, 0, 0
			b.Entries[i] = e
		}
	}
	return b
}

// window returns the next entry and how many may be sent.
func (s *session) window() (next int64, room int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.next, min(wire.MaxEntries, wire.MaxInFlight-s.flying)
}

// launch notes a frame before it is written: its ack may come at once.
func (s *session) launch(next int64, entries int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = next
	s.flight = append(s.flight, flying{last: next - 1, entries: entries})
	s.flying += entries
}
