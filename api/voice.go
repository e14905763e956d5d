package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-json-experiment/json"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore/wall"
	"logis/projections"
)

// Voice assistants speak in their own shapes with a token that OAuth gave them. What
// they ask goes the way of every app: the same question whether it may, the same
// command.
const (
	alexaPath  = "/voice/alexa"
	googlePath = "/voice/google"
	// maxSpoken bounds what one request of an assistant asks, counted in commands: a
	// house full of lamps.
	maxSpoken = 100
	// voiceWait is how long an assistant waits to hear that a device did it: they give
	// up after eight seconds.
	voiceWait = 4 * time.Second
	// voicePoll is how often a command is looked at although nobody told of it.
	voicePoll = 250 * time.Millisecond
)

func (s *Server) addVoice(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(s.bounded, s.known)
		r.Post(alexaPath, s.serveAlexa)
		r.Post(googlePath, s.serveGoogle)
	})
}

// readSpoken reads what an assistant sent. What it says beside what is understood is
// left alone: they add to it when they like.
func readSpoken(w http.ResponseWriter, r *http.Request, into any) error {
	err := json.UnmarshalRead(http.MaxBytesReader(w, r.Body, maxBody), into)
	if err != nil {
		return refusal(http.StatusBadRequest, domain.Invalid, "the body must be what the assistant sends")
	}
	return nil
}

// speaker is a person through whose assistant something is asked.
type speaker struct {
	s    *Server
	ctx  context.Context //nolint:containedctx // of one request, with who asks
	home domain.HomeID
	p    access.Principal
}

// speaker finds out whose token it is.
func (s *Server) speaker(ctx context.Context, token string) (*speaker, error) {
	p, err := s.options.Access.Authenticate(ctx, token, domain.HomeID{})
	if err != nil {
		return nil, err
	}
	home, ok := p.Home()
	switch {
	case !ok: // a browser's session is good in a cookie only
		return nil, domain.Errorf(domain.Unauthorized, "sign in first")
	case principal(ctx).Person.IsZero() && !s.people.allow(p.Person.String()):
		return nil, domain.Errorf(domain.Overloaded, "too many requests: wait a moment")
	}
	ctx = wall.AsMember(context.WithValue(ctx, principalKey, p), home, p.Person)
	return &speaker{s: s, ctx: ctx, home: home, p: p}, nil
}

// may returns a context in which the action is allowed, or the refusal, which is
// remembered.
func (sp *speaker) may(action access.Action) (context.Context, error) {
	permit, err := sp.s.judge.Permit(sp.ctx, sp.p, sp.home, action)
	if code := domain.CodeOf(err); err != nil && (code == domain.Forbidden || code == domain.NotFound) {
		if err := sp.s.options.Access.Refused(sp.ctx, sp.p, sp.home, action); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	return context.WithValue(sp.ctx, permitKey, permit), nil
}

// spoken is a device as assistants know devices.
type spoken struct {
	Device
	twin   Twin
	room   string
	online bool
}

// sets reports whether the property can be set.
func (d spoken) sets(name string) bool {
	p, ok := d.Affordances.Properties[name]
	return ok && !p.ReadOnly
}

// locks reports whether it is a lock.
func (d spoken) locks() bool {
	_, ok := d.Affordances.Actions[lockAction]
	return ok
}

// speaks reports whether an assistant can do anything with it.
func (d spoken) speaks() bool { return d.sets(onOff) || d.sets(level) || d.locks() }

// reported returns what the device last said of a property, nil when it never did.
func (d spoken) reported(name string) *Reported { return d.twin.Properties[name].Reported.value }

// What assistants speak of, in the words of the models.
const (
	onOff        = "onOff"
	level        = "currentLevel"
	lockState    = "lockState"
	lockAction   = "lockDoor"
	unlockAction = "unlockDoor"
)

// things returns the devices that the assistant sees and can do something with.
func (sp *speaker) things() ([]spoken, error) {
	ctx, err := sp.may(access.ReadHome)
	if err != nil {
		return nil, err
	}
	v, err := sp.s.present(ctx, sp.home)
	if err != nil {
		return nil, err
	}
	var found []spoken
	for _, d := range v.remaining() {
		if one := spokenOf(v, d); one.speaks() {
			found = append(found, one)
		}
	}
	return found, nil
}

func spokenOf(v view, d *domain.Device) spoken {
	out := spoken{Device: v.device(d), twin: v.twin(d.ID)}
	if out.Room != nil {
		out.room = v.named(out.Room.Entity(), "")
	}
	g := v.home.Gateways[d.Gateway]
	reached := out.twin.Available.value
	out.online = g != nil && g.Connected && (reached == nil || reached.Is)
	return out
}

// thing returns one of the devices. It refuses with NotFound.
func (sp *speaker) thing(id string) (spoken, error) {
	found, err := sp.things()
	if err != nil {
		return spoken{}, err
	}
	for _, d := range found {
		if d.ID.String() == id {
			return d, nil
		}
	}
	return spoken{}, domain.Errorf(domain.NotFound, "there is no such device")
}

// ask asks something of a device, once for each word: an assistant that heard no answer
// says the same again.
func (sp *speaker) ask(word string, device domain.DeviceID, body CommandRequest) (domain.CommandID, error) {
	ctx, err := sp.may(access.CommandDevice)
	if err != nil {
		return domain.CommandID{}, err
	}
	sum := sha256.Sum256([]byte(word))
	in := &requestInput{Body: body}
	in.Home, in.Device, in.Key = sp.home, device, "voice-"+hex.EncodeToString(sum[:16])
	made, err := sp.s.requestCommand(ctx, in)
	if err != nil {
		return domain.CommandID{}, err
	}
	var asked struct {
		ID domain.CommandID `json:"id"`
	}
	if err := json.Unmarshal(made.Body.bytes, &asked); err != nil {
		return asked.ID, domain.Wrap(domain.Internal, "the command cannot be read", err)
	}
	return asked.ID, nil
}

// settled waits until the commands have ended, but not for ever, and returns how they
// stand.
func (sp *speaker) settled(ids []domain.CommandID) (map[domain.CommandID]*domain.Command, error) {
	ctx, cancel := context.WithTimeout(sp.ctx, sp.s.tuning.voice)
	defer cancel()
	watch := sp.s.options.Store.Watch(sp.home)
	defer watch.Close()
	poll := time.NewTicker(voicePoll)
	defer poll.Stop()
	for {
		commands, err := projections.CommandsByID(sp.ctx, sp.s.options.Store.Pool(), sp.home, ids)
		if err != nil {
			return nil, err
		}
		standing, open := map[domain.CommandID]*domain.Command{}, false
		for _, c := range commands {
			standing[c.ID] = c
			open = open || c.Open()
		}
		if !open || ctx.Err() != nil {
			return standing, nil
		}
		select {
		case <-watch.C:
		case <-poll.C:
		case <-ctx.Done():
		}
	}
}

// wished returns the request to set a property.
func wished(name string, value thing.Value) CommandRequest {
	return CommandRequest{Set: map[string]thing.Value{name: value}}
}

// bolt returns the request to lock or unlock.
func bolt(locked bool) CommandRequest {
	if locked {
		return CommandRequest{Action: lockAction}
	}
	return CommandRequest{Action: unlockAction}
}
