package api

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// decodeAnswer reads what encode wrote.
func decodeAnswer(text string, v any) error { return json.Unmarshal([]byte(text), v) }

// house is a home with a connected gateway that speaks for its devices.
type house struct {
	b       *bundle
	owner   *person
	id      domain.HomeID
	path    string
	gateway domain.GatewayID
	said    int64 // edge_seq
	fixture struct {
		device  domain.DeviceID
		room    domain.RoomID
		command domain.CommandID

		invitation     domain.InvitationID
		token, session domain.EntityID
		app, grant     domain.EntityID
		rule           domain.RuleID
		scene          domain.SceneID
		mode           domain.Mode
		test           domain.TestID
		webhook        domain.WebhookID
		incident       domain.IncidentID
	}
}

// furnish puts one of everything into the house.
func (h *house) furnish() {
	h.b.t.Helper()
	h.fixture.device = h.device("light", "Lamp")
	var room Room
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Hall"}`).want(201).into(&room)
	var command Command
	h.owner.ask("POST", h.deviceAt(h.fixture.device)+"/commands", `{"set":{"onOff":true}}`).want(202).into(&command)
	h.fixture.room, h.fixture.command = room.ID, command.ID
	var invited InvitationLink
	h.owner.ask("POST", h.path+"/invitations", `{"role":"guest"}`).want(201).into(&invited)
	var token NewToken
	h.owner.ask("POST", "/api/v1/account/tokens",
		`{"name":"Terminal","home":"`+h.id.String()+`","actions":["home.read","device.command"],"classes":["C"],"days":1}`).want(201).into(&token)
	h.owner.signIn()
	var sessions list[SignedIn]
	h.owner.ask("GET", "/api/v1/account/sessions", "").want(200).into(&sessions)
	h.fixture.invitation, h.fixture.token, h.fixture.session = invited.Invitation.ID, token.Token.ID, sessions.Items[0].ID
	if sessions.Items[0].Current {
		h.fixture.session = sessions.Items[1].ID
	}
	var rule Rule
	h.owner.ask("POST", h.path+"/rules", `{"name":"Noon","document":`+noon+`}`).want(201).into(&rule)
	var scene Scene
	h.owner.ask("POST", h.path+"/scenes", `{"name":"Bright","settings":[{"device":"`+h.fixture.device.String()+`","set":{"onOff":true}}]}`).want(201).into(&scene)
	var modes Modes
	h.owner.ask("POST", h.path+"/modes", `{"name":"Party"}`).want(201).into(&modes)
	h.fixture.rule, h.fixture.scene, h.fixture.mode = rule.ID, scene.ID, modes.Modes[len(modes.Modes)-1].Mode
	var hook WebhookSecret
	h.owner.ask("POST", h.path+"/webhooks", `{"name":"Server","url":"https://example.org/hook","types":["device"]}`).want(201).into(&hook)
	h.fixture.webhook = hook.Webhook.ID
	var incident Incident
	h.owner.ask("POST", h.path+"/incidents", `{"name":"Slice","after":1,"to":2}`).want(201).into(&incident)
	h.fixture.incident = incident.ID
	h.fixture.app, h.fixture.grant = h.linked()
	h.fixture.test = h.tested(eventstore.NewID[domain.RuleKind](time.Now()))
}

// noon is a rule that makes sense in every home.
const noon = `{"triggers":[{"time":{"at":"12:00"}}],"actions":[{"mode":{"to":"home"}}]}`

// house founds a home through the API and lets a gateway in beside it.
func (p *person) house(name string) *house {
	p.b.t.Helper()
	var home Home
	p.ask("POST", "/api/v1/homes", fmt.Sprintf(`{"name":%q,"time_zone":"Europe/Paris"}`, name)).want(201).into(&home)
	h := &house{b: p.b, owner: p, id: home.ID, path: "/api/v1/homes/" + home.ID.String()}
	h.gateway = eventstore.NewID[domain.GatewayKind](time.Now())
	h.append(func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.RecordNamed(ctx, h.id, domain.Event{
			Entity: h.gateway.Entity(), Actor: p.actor(), Fact: domain.GatewayEnrolled{KeyFingerprint: "f00d"},
		}, "Gateway")
		return err
	})
	h.connect(1)
	return h
}

func (p *person) actor() domain.Actor { return domain.PersonActor(p.id) }

func (h *house) append(decide eventstore.Decide) {
	h.b.t.Helper()
	if err := h.b.store.Append(h.b.t.Context(), []domain.HomeID{h.id}, decide); err != nil {
		h.b.t.Fatal(err)
	}
}

// record appends the events as they are.
func (h *house) record(events ...domain.Event) {
	h.b.t.Helper()
	h.append(func(ctx context.Context, tx *eventstore.Tx) error {
		for _, ev := range events {
			if _, err := tx.Record(ctx, h.id, ev); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) connect(session int64) {
	h.b.t.Helper()
	h.append(func(ctx context.Context, tx *eventstore.Tx) error {
		events, err := tx.Home(h.id).Connect(domain.Hello{
			Gateway: h.gateway, Outbox: "outbox", Version: "0.1.0", Replica: "here", Session: session,
		})
		for _, ev := range events {
			if _, err := tx.Record(ctx, h.id, ev); err != nil {
				return err
			}
		}
		return err
	})
}

func (h *house) disconnect() {
	h.b.t.Helper()
	h.record(domain.Event{
		Entity: h.gateway.Entity(), Actor: domain.SystemActor, Fact: domain.GatewayDisconnected{Session: 1, Reason: "test"},
	})
}

// edge is the next place in what the gateway says.
func (h *house) edge() domain.EdgeRef {
	h.said++
	return domain.EdgeRef{Gateway: h.gateway, Epoch: 1, Seq: h.said}
}

// device registers a device under a name.
func (h *house) device(kind, name string) domain.DeviceID {
	h.b.t.Helper()
	id := eventstore.NewID[domain.DeviceKind](time.Now())
	h.append(func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(h.id).Register(h.gateway, id, domain.DeviceRegistered{
			Address: "simulated/" + id.String(), Kind: kind, Attributes: map[string]string{"manufacturer": "Logis"},
		})
		if err != nil {
			return err
		}
		ev.Edge = h.edge()
		_, err = tx.RecordNamed(ctx, h.id, ev, name)
		return err
	})
	return id
}

// report records values a device told.
func (h *house) report(id domain.DeviceID, values map[string]thing.Value) {
	h.b.t.Helper()
	h.append(func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(h.id).Report(h.gateway, id, values, domain.CommandID{})
		if err != nil {
			return err
		}
		ev.Edge, ev.OccurredAt = h.edge(), tx.Now()
		_, err = tx.Record(ctx, h.id, ev)
		return err
	})
}

// turn reports a lamp on or off.
func (h *house) turn(id domain.DeviceID, on bool) {
	h.b.t.Helper()
	h.report(id, map[string]thing.Value{"onOff": thing.Bool(on)})
}

// deviceAt is the path of a device.
func (h *house) deviceAt(id domain.DeviceID) string { return h.path + "/devices/" + id.String() }

func (h *house) head() domain.Seq {
	h.b.t.Helper()
	head, err := eventstore.HeadOf(h.b.t.Context(), h.b.store.Pool(), h.id)
	if err != nil {
		h.b.t.Fatal(err)
	}
	return head.Seq
}
