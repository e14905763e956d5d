package api

import (
	"testing"

	"logis/domain"
	"logis/eventstore"
)

func TestTheLogIsReadFromBothEndsPageByPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	for i := range 20 {
		h.turn(lamp, i%2 == 0)
	}
	head := h.head()
	for _, order := range []string{"asc", "desc"} {
		var seqs []domain.Seq
		at := h.path + "/events?limit=7&order=" + order
		for {
			page := Events{}
			h.owner.ask("GET", at, "").want(200).into(&page)
			for _, ev := range page.Items {
				seqs = append(seqs, ev.Seq)
			}
			if page.Head != head {
				t.Errorf("head %d, want %d", page.Head, head)
			}
			if page.Next == nil {
				break
			}
			at = h.path + "/events?limit=7&cursor=" + *page.Next
		}
		for i, seq := range seqs {
			want := domain.Seq(i + 1)
			if order == "desc" {
				want = head - domain.Seq(i)
			}
			if seq != want {
				t.Fatalf("%s: %v", order, seqs)
			}
		}
		if len(seqs) != int(head) {
			t.Errorf("%s: %d of %d events", order, len(seqs), head)
		}
	}
}

func TestEventsAreChosenByThingTypeAndPlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, plug := h.device("light", "Lamp"), h.device("plug", "Plug")
	h.turn(lamp, true)
	h.turn(plug, true)
	h.turn(lamp, false)
	head := h.head()
	for query, want := range map[string]int{
		"entity=" + lamp.String():                                3,
		"entity=" + lamp.String() + "&type=device.reported":      2,
		"type=device.registered":                                 2,
		"after=" + seqText(head-1):                               1,
		"after=" + seqText(head):                                 0,
		"before=3":                                               2,
		"after=1&before=4":                                       2,
		"after=1&before=4&order=desc&limit=1":                    1,
		"type=command.requested":                                 0,
		"entity=018f0000-0000-7000-8000-000000000000&order=desc": 0,
	} {
		var page Events
		h.owner.ask("GET", h.path+"/events?"+query, "").want(200).into(&page)
		if len(page.Items) != want {
			t.Errorf("%s: %d events, want %d", query, len(page.Items), want)
		}
	}
	for _, query := range []string{
		"type=device.exploded", "type=device.reported'--", "order=up", "limit=0", "limit=501", "limit=-1", "limit=2147483648000",
		"after=-1", "after=x", "after=1.0", "before=0", "entity=x", "entity={" + lamp.String() + "}", "cursor=x", "limit=1&limit=2",
		"a=1", "after=9223372036854775808", "entity=%00", "%zz=1",
	} {
		h.owner.ask("GET", h.path+"/events?"+query, "").refused(422, domain.Invalid)
	}
}

func TestAnEventTellsEverythingThatIsStored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	h.turn(lamp, true)
	var created, reported, registered Event
	h.owner.ask("GET", h.path+"/events/1", "").want(200).into(&created)
	h.owner.ask("GET", h.path+"/events/"+seqText(h.head()), "").want(200).into(&reported)
	h.owner.ask("GET", h.path+"/events/"+seqText(h.head()-1), "").want(200).into(&registered)
	if created.Type != "home.created" || created.Actor.Name == nil || *created.Actor.Name != "Ada" ||
		created.Words == nil || *created.Words != "Home" || string(created.Data) != `{"time_zone":"Europe/Paris"}` {
		t.Errorf("%+v", created)
	}
	edge := reported.Edge.value
	if reported.Type != "device.reported" || edge == nil || edge.Gateway != h.gateway || edge.Seq != 2 || edge.Epoch != 1 ||
		reported.Actor.Kind != "gateway" || *reported.Actor.ID != h.gateway.String() || *reported.Actor.Name != "Gateway" {
		t.Errorf("%+v %+v", reported, edge)
	}
	if *registered.Words != "Lamp" || *registered.Model != "light@1.0.0" || registered.Causation != nil {
		t.Errorf("%+v", registered)
	}
	rows, err := b.store.List(t.Context(), eventstore.Filter{Home: h.id, After: h.head() - 1})
	if err != nil || rows[0].Hash.String() != reported.Hash {
		t.Errorf("hash %s (%v), want %s", reported.Hash, err, rows[0].Hash)
	}
	h.owner.ask("GET", h.path+"/events/"+seqText(h.head()+1), "").refused(404, domain.NotFound)
	h.owner.ask("GET", h.path+"/events/0", "").refused(422, domain.Invalid)
	h.owner.ask("GET", h.path+"/events/9223372036854775807", "").refused(404, domain.NotFound)
}

func TestACursorBelongsToItsHomeAndItsQuestion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h, other := ada.house("Home"), ada.house("Chalet")
	var page Events
	ada.ask("GET", h.path+"/events?limit=2&order=desc", "").want(200).into(&page)
	next := *page.Next
	ada.ask("GET", h.path+"/events?order=desc&cursor="+next, "").want(200)
	for _, wrong := range []string{
		other.path + "/events?cursor=" + next,
		h.path + "/commands?cursor=" + next,
		h.path + "/events?order=asc&cursor=" + next,
		h.path + "/events?type=device.reported&cursor=" + next,
		h.path + "/events?before=3&cursor=" + next,
		h.path + "/events?cursor=" + next + "A",
		h.path + "/events?cursor=" + next[:len(next)-2],
		h.path + "/events?cursor=e30",
		h.path + "/events?cursor=%7B%7D",
	} {
		p := ada.ask("GET", wrong, "").refused(422, domain.Invalid)
		if len(p.Errors) == 0 || p.Errors[0].Field != "cursor" {
			t.Errorf("%s: %+v", wrong, p)
		}
	}
}
