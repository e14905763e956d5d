package notify

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// letter is what a person is told of one home at once, in words. Each channel gives
// it a form.
type letter struct {
	id   string // the same when it is sent again
	home domain.HomeID
	name string // of the home
	zone *time.Location
	site string // where the app is; "": nobody knows
	told []told // the oldest first
	more int    // that are only counted
	at   time.Time
}

// told is one notice in words.
type told struct {
	row      eventstore.Row
	about    domain.NoticeKind
	sentence string
	page     string // of the app, where one can look
	again    again
}

// again is what did not succeed and can be asked for once more: always something that
// secures. The page asks before it does anything.
type again struct {
	title string // "": nothing can
	page  string
}

// place is the page of the app where one can act.
func (n *told) place() string {
	if n.again.title != "" {
		return n.again.page
	}
	return n.page
}

// subject is a letter in a few words.
func (l *letter) subject() string {
	if n := len(l.told) + l.more; n > 1 {
		return fmt.Sprintf("%d things happened", n)
	}
	return l.told[0].sentence
}

// link is a page of the app as an address, "" when nobody knows where the app is.
func (l *letter) link(page string) string {
	if l.site == "" {
		return ""
	}
	return l.site + page
}

// scene is what words need of a home as it is now.
type scene struct {
	home   domain.HomeID
	names  map[domain.EntityID]string
	zone   *time.Location
	models map[domain.EntityID]*thing.Model // of its devices that are told of
}

// write puts a message into words, nil when the person is not a member any more.
// Names are those of now.
func (t *Teller) write(ctx context.Context, m *message) (*letter, error) {
	named, more := m.seqs()
	l := &letter{
		id: fmt.Sprintf("%d.%d.%s.%s", named[0], len(m.notices), m.person, m.home), home: m.home,
		site: strings.TrimSuffix(t.options.Site, "/"), more: more, at: m.now,
	}
	for i, seq := range named {
		row, err := t.event(ctx, m.home, seq)
		if err != nil {
			return nil, err
		}
		l.told = append(l.told, told{row: row, about: m.notices[i].about})
	}
	s, err := t.scene(ctx, m, l.told)
	if err != nil || s == nil {
		return nil, err
	}
	l.zone, l.name = s.zone, s.name(m.home.Entity(), "Home")
	for i := range l.told {
		n := &l.told[i]
		n.sentence, n.page = s.say(n)
		if n.again, err = t.again(ctx, s, n); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// scene looks at the home, nil when the person does not belong to it now.
func (t *Teller) scene(ctx context.Context, m *message, notices []told) (*scene, error) {
	s := &scene{home: m.home}
	zone, belongs := "", false
	err := t.store.Append(ctx, []domain.HomeID{m.home}, func(_ context.Context, tx *eventstore.Tx) error {
		h := tx.Home(m.home)
		member, ok := h.Members[m.person]
		zone, belongs = h.Profile.TimeZone, ok && member.Scope.Lasts(tx.Now())
		s.models = map[domain.EntityID]*thing.Model{}
		for _, n := range notices {
			if d, ok := h.Devices[domain.DeviceID(n.row.Entity)]; ok {
				s.models[n.row.Entity], _ = h.Model(d) // nothing is offered of a kind that nobody knows
			}
		}
		return nil
	})
	if err != nil || !belongs {
		return nil, err
	}
	if s.names, err = eventstore.Names(ctx, t.store.Pool(), m.home, 0); err != nil {
		return nil, err
	}
	if s.zone, err = time.LoadLocation(zone); err != nil {
		s.zone = time.UTC // a home without a known zone is told in UTC
	}
	return s, nil
}

func (s *scene) name(id domain.EntityID, otherwise string) string {
	if name, ok := s.names[id]; ok {
		return name
	}
	return otherwise
}

// say returns a notice as a sentence, and the page of the app that is about it.
func (s *scene) say(n *told) (sentence, page string) {
	quoted := func(otherwise string) string { return "“" + s.name(n.row.Entity, otherwise) + "”" }
	here := fmt.Sprintf("/homes/%s/", s.home)
	part := func(kind string) string { return here + kind + "/" + n.row.Entity.String() }
	switch n.about {
	case domain.NoticeOfRule:
		return quoted("Rule"), part("rules")
	case domain.NoticeOfCut:
		return "The rule " + quoted("Rule") + " was held back: rules went round in a circle, or moved something too often", part("rules")
	case domain.NoticeOfDoubt:
		return quoted("Device") + " did not confirm that it is secured. Do it now?", part("devices")
	case domain.NoticeOfGateway:
		return "The gateway " + quoted("Gateway") + " is away", part("gateways")
	case domain.NoticeOfKey:
		return "The key of the gateway " + quoted("Gateway") + " ends soon, and it has not taken a new one", part("gateways")
	case domain.NoticeOfWebhook:
		if (domain.NotificationFailed{}).EventType() == n.row.Type {
			return "Your own webhook takes nothing any more and was switched off", "/account"
		}
		return "The webhook " + quoted("Webhook") + " takes nothing any more and was switched off", here + "webhooks"
	}
	return "Something happened", here + "timeline"
}

// maxBack is how many orders to a device are looked at for the one that did not
// succeed: they take turns, so it is among the newest.
const maxBack = 20

// again returns how what did not succeed can be asked for once more. Only an action
// without a choice, and only one that secures: whoever is shown it has seen no more
// than a line of text.
func (t *Teller) again(ctx context.Context, s *scene, n *told) (again, error) {
	model := s.models[n.row.Entity]
	ended, err := domain.DecodeFact(n.row.Type, n.row.Schema, n.row.Data)
	failed, ok := ended.(domain.CommandEnded)
	if err != nil || !ok || model == nil {
		return again{}, err
	}
	rows, err := t.store.List(ctx, eventstore.Filter{
		Home: s.home, Entity: n.row.Entity, Type: domain.CommandRequested{}.EventType(), Before: n.row.Seq, Newest: true, AtLimit: maxBack,
	})
	if err != nil {
		return again{}, err
	}
	for _, row := range rows {
		fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
		if err != nil {
			return again{}, err
		}
		asked, ok := fact.(domain.CommandRequested)
		if !ok || asked.Command != failed.Command {
			continue
		}
		action, ok := model.Actions[asked.Action]
		if !ok || action.Class != thing.Securing || action.Input != nil {
			break
		}
		return again{title: action.Title + " now", page: n.page + "?again=" + url.QueryEscape(asked.Action)}, nil
	}
	return again{}, nil
}
