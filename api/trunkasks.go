package api

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json"

	"logis/access"
	"logis/domain"
	"logis/eventstore/wall"
)

// hear does what one frame asks and answers it. An error means that the app does
// not read.
func (k *trunk) hear(gone context.Context, text []byte) error {
	var head struct {
		Type string `json:"type"`
		Key  string `json:"key"`
	}
	err := k.read(text, &head, nil)
	if head.Type != "command" && !k.server.people.allow(principal(k.request.Context()).Person.String()) {
		err = tooFast() // an order is counted as the request that it is
	}
	if err == nil {
		switch head.Type {
		case "subscribe":
			err = k.subscribe(gone, text)
		case "unsubscribe":
			err = k.unsubscribe(text)
		case "command":
			return k.order(gone, text, head.Key)
		default:
			err = domain.InvalidInput(domain.Fault{Field: "type", Message: "must be subscribe, unsubscribe or command"})
		}
	}
	if err == nil {
		return nil
	}
	return k.refuse(gone, head.Key, problemOf(err))
}

func (k *trunk) refuse(gone context.Context, key string, p *Problem) error {
	k.server.note(gone, "frame", p)
	problem, err := json.Marshal(p)
	if err != nil {
		return err
	}
	frame, err := encode(Refusal{Type: "refusal", Key: shown(key), Problem: text[Problem]{problem}})
	if err != nil {
		return err
	}
	return k.write(gone, frame)
}

// subscribe begins to follow a home: whose the connection is and what they may is
// asked anew.
func (k *trunk) subscribe(gone context.Context, text []byte) error {
	var in Subscribe
	if err := k.read(text, &in, k.schema(in)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(gone, k.server.tuning.work)
	defer cancel()
	next, err := k.admitted(ctx, in)
	if err != nil {
		return err
	}
	if old := k.homes[in.Home]; old != nil {
		old.end(replaced)
	}
	k.homes[in.Home] = next
	k.server.hall.cutBy(next, func() { _ = k.conn.CloseNow() })
	k.group.Go(func() {
		defer k.server.hall.leave(next)
		why := next.serve(gone, frames{k.conn})
		select {
		case k.ended <- over{next, why}:
		case <-gone.Done():
		}
	})
	return nil
}

func (k *trunk) admitted(ctx context.Context, in Subscribe) (*socket, error) {
	s := k.server
	who, err := s.recognize(k.request.WithContext(ctx), in.Home)
	if err != nil {
		return nil, err
	}
	ctx = wall.AsMember(ctx, in.Home, who.Person)
	permit, err := s.judge.Permit(ctx, who, in.Home, access.ReadHome)
	if err != nil {
		return nil, err
	}
	asked := following{after: -1, wish: wish{places: domain.Scope{Devices: in.Devices, Rooms: in.Rooms}, types: in.Types}}
	if in.After != nil {
		asked.after = *in.After
	}
	if err := errors.Join(asked.wish.check(), s.hall.recorded(ctx, in.Home, asked.after)); err != nil {
		return nil, err
	}
	next := newSocket(in.Home, asked, who, permit, s.tuning.queue)
	next.key = in.Key
	return next, s.hall.admit(next)
}

func (k *trunk) unsubscribe(text []byte) error {
	var in Unsubscribe
	if err := k.read(text, &in, k.schema(in)); err != nil {
		return err
	}
	followed := k.homes[in.Home]
	if followed == nil {
		return domain.Errorf(domain.NotFound, "this home is not followed over the connection")
	}
	followed.end(unsubscribed)
	return nil
}
