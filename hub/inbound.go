package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"logis/domain"
	"logis/eventstore"
	"logis/wire"
)

// recordEntries turns outbox entries into events. Those recorded before are
// skipped and acked again; those that make no sense are kept as refused, so that
// every entry leaves exactly one event and the outbox goes on.
func (s *session) recordEntries(ctx context.Context, tx *eventstore.Tx, f *wire.Entries) (reply, error) {
	var r reply
	home := tx.Home(s.home)
	if err := home.Current(s.gateway, s.number); err != nil {
		return r, currentRefusal(err)
	}
	number := f.First
	if len(f.Entries) == 0 || len(f.Entries) > wire.MaxEntries {
		return r, refuse(wire.CloseBadFrame, "a frame holds 1 to 500 entries")
	}
	for i := range f.Entries {
		e := &f.Entries[i]
		last := number
		if e.Kind == wire.KindGap {
			last = e.To
		}
		fresh, err := home.Place(s.gateway, number, last)
		if err != nil {
			return r, placeRefusal(err)
		}
		if fresh {
			if err := s.recordEntry(ctx, tx, e, number, last, f.Historic, &r); err != nil {
				return r, err
			}
		}
		number = last + 1
	}
	hash := home.Hash
	r.ack = &wire.Ack{Cursor: home.Gateways[s.gateway].Cursor, Head: wire.Head{Seq: home.Seq, Hash: hash[:]}}
	return r, nil
}

// currentRefusal ends a session that may not speak any more.
func currentRefusal(err error) error {
	switch domain.CodeOf(err) {
	case domain.Forbidden:
		return refuse(wire.CloseForbidden, err.Error())
	case domain.KeyEnded:
		return refuse(wire.CloseKeyEnded, err.Error())
	}
	return refuse(wire.CloseReplaced, err.Error())
}

func placeRefusal(err error) error {
	if domain.CodeOf(err) == domain.Invalid {
		return refuse(wire.CloseBadFrame, err.Error())
	}
	return refuse(wire.CloseOutOfOrder, err.Error())
}

func (s *session) recordEntry(ctx context.Context, tx *eventstore.Tx, e *wire.Entry, number, last int64, historic bool, r *reply) error {
	ev, err := e.Means(tx.Home(s.home), s.gateway, number, tx.Now(), s.numbers(ctx, tx))
	if err != nil {
		r.errors = append(r.errors, wire.Error{Code: domain.CodeOf(err), Message: err.Error(), Entry: number})
		ev = s.refused(e, err)
	}
	ev.Edge = domain.EdgeRef{Gateway: s.gateway, Epoch: s.epoch, Seq: last}
	if e.AtMS != 0 {
		ev.OccurredAt = time.UnixMilli(e.AtMS)
	}
	if historic {
		ev.Flags |= domain.Historic
	}
	if e.Inferred && ev.Causation != 0 {
		ev.Flags |= domain.Inferred
	}
	rec, err := tx.Record(ctx, s.home, ev)
	if err != nil {
		return err
	}
	s.places.keep(last, rec)
	if e.Kind == wire.KindDevice {
		return s.welcomeDevice(ctx, tx, e, rec)
	}
	return nil
}

// maxRefusedBytes bounds what is kept of an entry nobody understands, in bytes.
const maxRefusedBytes = 4096

func (s *session) refused(e *wire.Entry, why error) domain.Event {
	kept := *e
	kept.Name, kept.Room = "", "" // words of people stand beside the log, where they can be erased
	text, err := json.Marshal(&kept)
	if err != nil {
		text = nil // it was read from JSON, so it can be written; nothing is lost but detail
	}
	return domain.Event{Entity: s.gateway.Entity(), Actor: domain.GatewayActor, Fact: domain.GatewayEntryRefused{
		Code: domain.CodeOf(why), Detail: why.Error(), Entry: clip(string(text), maxRefusedBytes),
	}}
}

// recordSnapshot records where the present state differs from the twins.
func (s *session) recordSnapshot(ctx context.Context, tx *eventstore.Tx, f *wire.Snapshot) (reply, error) {
	var r reply
	if len(f.Devices) > wire.MaxSnapshot || f.AsOf < 0 {
		return r, refuse(wire.CloseBadFrame, "a snapshot holds at most 200 devices, as of an entry")
	}
	home := tx.Home(s.home)
	if err := home.Current(s.gateway, s.number); err != nil {
		return r, currentRefusal(err)
	}
	ref := domain.EdgeRef{Gateway: s.gateway, Epoch: s.epoch, Seq: f.AsOf}
	for i := range f.Devices {
		if err := s.recordPresent(ctx, tx, home, ref, &f.Devices[i], &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

// recordPresent records one device of a snapshot. One that is not known yet is
// passed over: what registers it comes with the backlog.
func (s *session) recordPresent(
	ctx context.Context, tx *eventstore.Tx, home *domain.Home, ref domain.EdgeRef, p *wire.Present, r *reply,
) error {
	var events []domain.Event
	if len(p.Values) > 0 {
		ev, news, err := home.Present(p.Device, ref, p.Values)
		if domain.CodeOf(err) == domain.Invalid {
			r.errors = append(r.errors, wire.Error{Code: domain.Invalid, Message: fmt.Sprintf("snapshot of %s: %v", p.Device, err)})
		}
		if err == nil && news {
			events = append(events, ev)
		}
	}
	if ev, err := home.Reach(s.gateway, p.Device, p.Available); err == nil && home.ReachNews(p.Device, p.Available) {
		ev.Edge, ev.Flags = ref, domain.Snapshot
		events = append(events, ev)
	}
	for _, ev := range events {
		if p.AtMS != 0 {
			ev.OccurredAt = time.UnixMilli(p.AtMS)
		}
		if _, err := tx.Record(ctx, s.home, ev); err != nil {
			return err
		}
	}
	return nil
}
