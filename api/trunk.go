package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"logis/access"
	"logis/domain"
	"logis/eventstore/wall"
)

// Subscribe asks to be told of a home. Where it is followed over this connection
// already, the new wish replaces the old one.
type Subscribe struct {
	Type    string            `json:"type" enum:"subscribe" doc:"Which frame it is." example:"subscribe"`
	Key     string            `json:"key" minLength:"1" maxLength:"64" doc:"Chosen by the app; comes back in the answer." example:"a1"`
	Home    domain.HomeID     `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	After   *domain.Seq       `json:"after,omitzero" minimum:"0" doc:"Begin after this event; from now on if not given." example:"1042"`
	Devices []domain.DeviceID `json:"devices,omitzero" nullable:"false" maxItems:"100" doc:"Only of these devices." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Rooms   []domain.RoomID   `json:"rooms,omitzero" nullable:"false" maxItems:"100" doc:"Only of these rooms and what is in them." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Types   []string          `json:"types,omitzero" nullable:"false" maxItems:"100" doc:"Only events of these types." example:"device.reported"`
}

// Unsubscribe asks to be told of a home no more.
type Unsubscribe struct {
	Type string        `json:"type" enum:"unsubscribe" doc:"Which frame it is." example:"unsubscribe"`
	Key  string        `json:"key" minLength:"1" maxLength:"64" doc:"Chosen by the app; comes back in a refusal." example:"a2"`
	Home domain.HomeID `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
}

// Order asks something of a device, as POST …/commands does.
type Order struct {
	Type    string          `json:"type" enum:"command" doc:"Which frame it is." example:"command"`
	Key     string          `json:"key" minLength:"1" maxLength:"64" pattern:"^[!-~]+$" patternDescription:"visible ASCII characters" doc:"Its Idempotency-Key: the same order with the same key happens once. Comes back in the answer." example:"5f0c8a1e9b7d4c3f"`
	Home    domain.HomeID   `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Device  domain.DeviceID `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Command CommandRequest  `json:"command" doc:"What is asked of it."`
}

// Answer tells what came of an order.
type Answer struct {
	Type    string        `json:"type" enum:"answer" doc:"Which frame it is." example:"answer"`
	Key     string        `json:"key" doc:"That of the order." example:"5f0c8a1e9b7d4c3f"`
	Command text[Command] `json:"command" doc:"The command that was begun."`
}

// Refusal tells why a frame of the app came to nothing.
type Refusal struct {
	Type    string        `json:"type" enum:"refusal" doc:"Which frame it is." example:"refusal"`
	Key     string        `json:"key" doc:"That of the app's frame; empty where it could not be read." example:"a1"`
	Problem text[Problem] `json:"problem" doc:"Why."`
}

// trunk is one connection over which an app follows several homes and asks things.
// Whoever reads it waits for the answer to one frame before the next: an app that
// asks faster than it is answered is held back by its own connection.
type trunk struct {
	server  *Server
	request *http.Request // which opened it: its credentials are looked at for every frame
	conn    *websocket.Conn
	ended   chan over
	homes   map[domain.HomeID]*socket
	group   sync.WaitGroup // the sockets
}

// over is a socket that ended.
type over struct {
	socket *socket
	why    closing
}

// board turns a request that was allowed into a trunk.
func (s *Server) board(w http.ResponseWriter, r *http.Request) error {
	if len(r.URL.Query()) > 0 {
		return domain.InvalidInput(domain.Fault{Field: "query", Message: "must be empty: frames say what is wanted"})
	}
	if err := upgradable(w, r); err != nil {
		return err
	}
	person := principal(r.Context()).Person
	if err := s.hall.take(person); err != nil {
		return err
	}
	conn, err := accept(w, r, maxAsked)
	if err != nil {
		s.hall.give(person)
		return nil // accept has answered
	}
	k := &trunk{server: s, request: r, conn: conn, ended: make(chan over), homes: map[domain.HomeID]*socket{}}
	go func() { //nolint:gosec // the connection outlives the request that opened it
		defer s.hall.give(person)
		gone, leave := context.WithCancel(wall.Nowhere(context.Background()))
		asked := make(chan []byte)
		go k.listen(gone, leave, asked)
		why := k.serve(gone, asked)
		_ = conn.Close(why.code, why.reason) // the peer may be gone already
		leave()
		k.group.Wait()
	}()
	return nil
}

// serve does what the app asks until something ends the connection.
func (k *trunk) serve(gone context.Context, asked <-chan []byte) closing {
	idle := time.NewTimer(k.server.tuning.idle)
	defer idle.Stop()
	for {
		select {
		case <-gone.Done():
			return closing{code: websocket.StatusNormalClosure}
		case <-k.server.hall.closing:
			return closing{closeRestart, "the server restarts"}
		case <-idle.C:
			return closing{closeIdle, "no home is followed"}
		case text := <-asked:
			if k.hear(gone, text) != nil {
				return slow
			}
		case o := <-k.ended:
			if why, last := k.farewell(gone, o); last {
				return why
			}
		}
		idle.Stop()
		if len(k.homes) == 0 {
			idle.Reset(k.server.tuning.idle)
		}
	}
}

// listen hands on what the app says, one frame after the other.
func (k *trunk) listen(gone context.Context, leave context.CancelFunc, asked chan<- []byte) {
	defer leave()
	for {
		kind, text, err := k.conn.Read(gone)
		if err != nil {
			return
		}
		if kind != websocket.MessageText {
			text = nil
		}
		select {
		case asked <- text:
		case <-gone.Done():
			return
		}
	}
}

// farewell tells that a home is not followed any more, and whether the connection
// ends with it.
func (k *trunk) farewell(gone context.Context, o over) (closing, bool) {
	if k.homes[o.socket.home] == o.socket {
		delete(k.homes, o.socket.home)
	}
	if o.why.code == closeSlow || o.why.code == closeRestart || (o.why.code == closeSignedOut && len(k.homes) == 0) {
		return o.why, true
	}
	if o.why == replaced {
		return o.why, false
	}
	text, err := endOf(o.socket.home, o.why)
	if err != nil || k.write(gone, text) != nil {
		return slow, true
	}
	return o.why, false
}

// Ends that the app itself asked for.
//
//nolint:gochecknoglobals // constants, if Go had them
var (
	replaced     = closing{websocket.StatusNormalClosure, "followed anew"}
	unsubscribed = closing{websocket.StatusNormalClosure, "unsubscribed"}
)

func (k *trunk) write(gone context.Context, text []byte) error {
	ctx, cancel := context.WithTimeout(gone, writeLimit)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, text)
}

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

// read reads a frame by the rules of a body: strict JSON first, then the schema of
// what it is meant to be, all faults at once.
func (k *trunk) read(text []byte, v any, schema *huma.Schema) error {
	if text == nil {
		return domain.InvalidInput(domain.Fault{Field: "frame", Message: "must be text"})
	}
	if faults := checkJSON(text); len(faults) > 0 {
		return faulty(http.StatusBadRequest, faults)
	}
	if schema != nil {
		var value any
		var result huma.ValidateResult
		if err := json.Unmarshal(text, &value); err != nil {
			return domain.InvalidInput(domain.Fault{Field: "frame", Message: "must be JSON"})
		}
		huma.Validate(k.server.huma.OpenAPI().Components.Schemas, schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, value, &result)
		if len(result.Errors) > 0 {
			return faultsOf(result.Errors)
		}
	}
	if err := json.Unmarshal(text, v); err != nil {
		return domain.InvalidInput(domain.Fault{Field: "frame", Message: "does not fit"})
	}
	return nil
}

// faultsOf says what huma found in our words.
func faultsOf(found []error) error {
	var faults []domain.Fault
	for _, err := range found {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			faults = append(faults, inOurWords(detail.Location, detail.Message))
		}
	}
	return faulty(http.StatusUnprocessableEntity, faults)
}

func (k *trunk) schema(frame any) *huma.Schema {
	return k.server.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(frame), true, "")
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

// order asks what the frame orders as the request it stands for, through every
// door that the request would pass, and answers with what came of it.
func (k *trunk) order(gone context.Context, frame []byte, key string) error {
	var in Order
	if err := k.read(frame, &in, k.schema(in)); err != nil {
		return k.refuse(gone, key, problemOf(err))
	}
	body, err := json.Marshal(in.Command)
	if err != nil {
		return err
	}
	path := base + "/homes/" + in.Home.String() + "/devices/" + in.Device.String() + "/commands"
	r, err := http.NewRequestWithContext(gone, http.MethodPost, path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Host, r.RemoteAddr, r.TLS = k.request.Host, k.request.RemoteAddr, k.request.TLS
	for _, name := range []string{"Authorization", "Cookie", "Origin", "Sec-Fetch-Site", "User-Agent"} {
		if values := k.request.Header.Values(name); len(values) > 0 {
			r.Header[name] = values
		}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", in.Key)
	kept := &overheard{header: http.Header{}}
	k.server.ServeHTTP(kept, r)
	said := bytes.TrimSpace(kept.body.Bytes())
	reply := any(Answer{Type: "answer", Key: in.Key, Command: text[Command]{said}})
	if kept.status != http.StatusAccepted {
		reply = Refusal{Type: "refusal", Key: in.Key, Problem: text[Problem]{said}}
	}
	answer, err := encode(reply)
	if err != nil {
		return err
	}
	return k.write(gone, answer)
}

// overheard keeps an answer that goes nowhere else.
type overheard struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *overheard) Header() http.Header { return r.header }

func (r *overheard) WriteHeader(status int) { r.status = status }

func (r *overheard) Write(p []byte) (int, error) { return r.body.Write(p) }

// SetReadDeadline does nothing: the body is here.
func (r *overheard) SetReadDeadline(time.Time) error { return nil }
