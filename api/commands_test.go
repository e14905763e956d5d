package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

func seqText(seq domain.Seq) string { return strconv.FormatInt(int64(seq), 10) }

// end records the gateway's result of a command.
func (h *house) end(device domain.DeviceID, id domain.CommandID, outcome domain.Outcome) {
	h.b.t.Helper()
	h.append(func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(h.id).EndCommand(h.gateway, device, domain.Result{Command: id, Outcome: outcome})
		if err != nil {
			return err
		}
		ev.Edge = h.edge()
		_, err = tx.Record(ctx, h.id, ev)
		return err
	})
}

func TestACommandIsAskedAndSeenThroughToItsEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	var asked Command
	reply := h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true},"ttl_ms":20000}`).want(202).into(&asked)
	if asked.Status != domain.Requested || asked.Set["onOff"] != "true" || asked.Class != thing.Comfort || asked.Deadline == nil {
		t.Errorf("%+v", asked)
	}
	if asked.Actor.Kind != "person" || asked.Actor.Name == nil || *asked.Actor.Name != "Ada" {
		t.Errorf("actor %+v", asked.Actor)
	}
	at := reply.header.Get("Location")
	if got := h.owner.ask("GET", at, "").want(200); got.body != reply.body || got.header.Get("ETag") != reply.header.Get("ETag") {
		t.Errorf("GET %s\nPOST %s", got.body, reply.body)
	}
	h.end(lamp, asked.ID, domain.Succeeded)
	var ended Command
	h.owner.ask("GET", at, "").want(200).into(&ended)
	if ended.Status != "succeeded" || ended.Ended.value == nil || ended.Ended.value.Seq != h.head() {
		t.Errorf("%+v", ended)
	}
	h.owner.ask("DELETE", at, "", reply.match()).refused(412, domain.WrongRevision)
	h.owner.ask("DELETE", at, "", header{"If-Match", etag(h.head())}).refused(409, domain.Conflict)
}

func TestAWaitingCommandCanBeWithdrawn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	asked := h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`).want(202)
	at := asked.header.Get("Location")
	h.owner.ask("DELETE", at, "").refused(428, domain.Invalid)
	var withdrawn Command
	h.owner.ask("DELETE", at, "", asked.match()).want(200).into(&withdrawn)
	if withdrawn.Status != "cancelled" {
		t.Errorf("%+v", withdrawn)
	}
}

func TestWhatADeviceCannotDoIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, lock := h.device("dimmable-light", "Lamp"), h.device("lock", "Lock")
	for body, field := range map[string]string{
		`{"set":{"currentLevel":101}}`:               "set.currentLevel",
		`{"set":{"currentLevel":"40"}}`:              "set.currentLevel",
		`{"set":{"currentLevel":40.5}}`:              "set.currentLevel",
		`{"set":{"color":"red"}}`:                    "set.color",
		`{"action":"unlockDoor"}`:                    "action",
		`{"action":"identify","set":{"onOff":true}}`: "action",
		`{}`:                                            "set",
		`{"set":{"onOff":null}}`:                        "set.onOff",
		`{"set":{"onOff":true},"ttl_ms":0}`:             "ttl_ms",
		`{"set":{"onOff":true},"ttl_ms":1e9}`:           "ttl_ms",
		`{"set":{"onOff":true},"ttl_ms":1.5}`:           "ttl_ms",
		`{"set":{"onOff":true},"ttl_ms":"5"}`:           "ttl_ms",
		`{"set":{"onOff":true},"ttl_ms":9e15}`:          "ttl_ms",
		`{"set":{"onOff":true},"transition_ms":-1}`:     "transition_ms",
		`{"set":{"onOff":true},"transition_ms":600001}`: "transition_ms",
		`{"action":"identify","transition_ms":1000}`:    "transition_ms",
		`{"set":{"onOff":true},"home":"x"}`:             "home",
		`{"set":{"onOff":true},"actor":"x"}`:            "actor",
		`{"set":[true]}`:                                "set",
	} {
		p := h.owner.ask("POST", h.deviceAt(lamp)+"/commands", body).refused(422, domain.Invalid)
		if len(p.Errors) == 0 || p.Errors[0].Field != field {
			t.Errorf("%s: %+v, want a fault at %s", body, p.Errors, field)
		}
	}
	h.disconnect()
	h.owner.ask("POST", h.deviceAt(lock)+"/commands", `{"action":"unlockDoor"}`).refused(409, domain.EdgeOffline)
	h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`).want(202)
}

func TestCommandsAreListedNewestFirstPageByPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, plug := h.device("light", "Lamp"), h.device("plug", "Plug")
	for i := range 6 {
		on := i%2 == 0
		h.owner.ask("POST", h.deviceAt(lamp)+"/commands", fmt.Sprintf(`{"set":{"onOff":%v}}`, on)).want(202)
	}
	h.owner.ask("POST", h.deviceAt(plug)+"/commands", `{"set":{"onOff":true}}`).want(202)
	var page Commands
	var seen []domain.Seq
	at := h.path + "/commands?limit=3"
	for {
		page = Commands{}
		h.owner.ask("GET", at, "").want(200).into(&page)
		for _, c := range page.Items {
			seen = append(seen, c.Requested.Seq)
		}
		if page.Next == nil {
			break
		}
		at = h.path + "/commands?limit=3&cursor=" + *page.Next
	}
	for i := 1; i < len(seen); i++ {
		if seen[i] >= seen[i-1] {
			t.Errorf("not newest first: %v", seen)
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d commands, want 7: %v", len(seen), seen)
	}
	h.owner.ask("GET", h.path+"/commands?device="+plug.String(), "").want(200).into(&page)
	if len(page.Items) != 1 || page.Items[0].Device != plug {
		t.Errorf("of one device: %+v", page)
	}
	h.owner.ask("GET", h.path+"/commands?open=true", "").want(200).into(&page)
	if len(page.Items) != 2 { // the others were superseded
		t.Errorf("open: %d", len(page.Items))
	}
	h.owner.ask("GET", h.path+"/commands?before="+seqText(seen[3]), "").want(200).into(&page)
	if len(page.Items) != 3 {
		t.Errorf("before: %d", len(page.Items))
	}
	h.owner.ask("GET", h.path+"/commands/"+lamp.String(), "").refused(404, domain.NotFound)
}

func TestARequestHappensOnceHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	h.repeat("/api/v1/homes", `{"name":"<b>Chalet & Co</b>","time_zone":"UTC"}`)
	h.repeat(h.path+"/rooms", `{"name":"Attic"}`)
	h.repeat(h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`)
	for _, eventType := range []string{"room.added", "command.requested"} {
		rows, err := b.store.List(t.Context(), eventstore.Filter{Home: h.id, Type: eventType})
		if err != nil || len(rows) != 1 {
			t.Errorf("%d events %s, %v", len(rows), eventType, err)
		}
	}
	var homes list[Home]
	h.owner.ask("GET", "/api/v1/homes", "").want(200).into(&homes)
	if len(homes.Items) != 2 {
		t.Errorf("%d homes, want 2", len(homes.Items))
	}
}

// repeat sends a request many times at once with one key, and a different one
// after it.
func (h *house) repeat(path, body string) {
	t := h.b.t
	t.Helper()
	key := header{"Idempotency-Key", "same" + path[len(path)-5:]}
	replies := make([]*reply, 25)
	var group sync.WaitGroup
	for i := range replies {
		group.Go(func() { replies[i] = h.owner.ask("POST", path, body, key) })
	}
	group.Wait()
	first := replies[0]
	for _, r := range replies {
		if r.status != first.status || r.status/100 != 2 || r.body != first.body ||
			r.header.Get("Location") != first.header.Get("Location") || r.header.Get("ETag") != first.header.Get("ETag") {
			t.Errorf("%s: %d %s\n%d %s", path, r.status, r.body, first.status, first.body)
		}
	}
	other := strings.Replace(body, "}", " }", 1)
	if body == "" {
		other = "{}"
	}
	h.owner.ask("POST", path, other, key).refused(422, domain.KeyReused)
}

func TestARefusedRequestMayBeSentAgainWithItsKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lock := h.device("lock", "Lock")
	h.disconnect()
	key := header{"Idempotency-Key", "again"}
	h.owner.ask("POST", h.deviceAt(lock)+"/commands", `{"action":"unlockDoor"}`, key).refused(409, domain.EdgeOffline)
	h.connect(2)
	h.owner.ask("POST", h.deviceAt(lock)+"/commands", `{"action":"unlockDoor"}`, key).want(202)
}

func TestAKeyIsVisibleASCIIOfSixtyFourCharacters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	for _, wrong := range []string{"", "with space", "ключ", strings.Repeat("k", 65), "tab\tbed"} {
		p := h.owner.ask("POST", h.path+"/rooms", `{"name":"Attic"}`, header{"Idempotency-Key", wrong}).refused(422, domain.Invalid)
		if len(p.Errors) == 0 || p.Errors[0].Field != "Idempotency-Key" {
			t.Errorf("%q: %+v", wrong, p)
		}
	}
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Attic"}`, header{"Idempotency-Key", strings.Repeat("~", 64)}).want(201)
}
