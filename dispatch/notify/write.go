package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"logis/dispatch/mail"
	"logis/domain"
	"logis/eventstore"
)

// codeMail is what shows that an address is the person's.
func codeMail(address, code string, person domain.PersonID, now time.Time) mail.Mail {
	return mail.Mail{
		To: address, Subject: "Your code is " + code, ID: fmt.Sprintf("code.%d.%s", now.Unix(), person), At: now,
		Text: "Type " + code + " into your account page to be told at this address what happens at home.\n\n" +
			"If you did not ask for it, somebody mistyped their address: do nothing.\n",
	}
}

// letterhead is what all lines of a message need.
type letterhead struct {
	home     domain.HomeID
	names    map[domain.EntityID]string
	location *time.Location
	site     string
}

// write puts a message into words, nil when the person is not a member any more.
// Names are those of now.
func (t *Teller) write(ctx context.Context, m *message) (*mail.Mail, error) {
	zone, err := t.zone(ctx, m)
	if err != nil || zone == nil {
		return nil, err
	}
	names, err := eventstore.Names(ctx, t.store.Pool(), m.home, 0)
	if err != nil {
		return nil, err
	}
	head := letterhead{home: m.home, names: names, location: zone, site: strings.TrimSuffix(t.options.Site, "/")}
	named, more := m.seqs()
	var text strings.Builder
	subject := ""
	for i, seq := range named {
		row, err := t.event(ctx, m.home, seq)
		if err != nil {
			return nil, err
		}
		sentence, link := head.say(m.notices[i].about, &row)
		if subject == "" {
			subject = sentence
		}
		text.WriteString(row.RecordedAt.In(zone).Format("2 Jan 15:04") + "  " + sentence + "\n")
		if link != "" {
			text.WriteString("    " + link + "\n")
		}
		text.WriteString("\n")
	}
	if more > 0 {
		fmt.Fprintf(&text, "And %d more.\n\n", more)
	}
	if len(m.notices) > 1 {
		subject = fmt.Sprintf("%d things happened", len(m.notices))
	}
	text.WriteString("-- \nYou are told because you belong to this home. What you are told of, and when, is up to you")
	if head.site != "" {
		text.WriteString(": " + head.site + "/account")
	}
	text.WriteString(".\n")
	return &mail.Mail{
		Subject: subject + " – " + head.name(m.home.Entity(), "Home"), Text: text.String(), At: m.now,
		ID: fmt.Sprintf("%d.%d.%s.%s", named[0], len(m.notices), m.person, m.home),
	}, nil
}

// zone returns the home's time zone, nil when the person does not belong to it now.
func (t *Teller) zone(ctx context.Context, m *message) (location *time.Location, err error) {
	name, belongs := "", false
	err = t.store.Append(ctx, []domain.HomeID{m.home}, func(_ context.Context, tx *eventstore.Tx) error {
		h := tx.Home(m.home)
		member, ok := h.Members[m.person]
		name, belongs = h.Profile.TimeZone, ok && member.Scope.Lasts(tx.Now())
		return nil
	})
	if err != nil || !belongs {
		return nil, err
	}
	if location, err = time.LoadLocation(name); err != nil {
		return time.UTC, nil //nolint:nilerr // a home without a known zone is told in UTC
	}
	return location, nil
}

func (l letterhead) name(id domain.EntityID, otherwise string) string {
	if name, ok := l.names[id]; ok {
		return name
	}
	return otherwise
}

// say returns a notice as a sentence, and where in the app it can be answered.
func (l letterhead) say(about domain.NoticeKind, row *eventstore.Row) (sentence, link string) {
	quoted := func(otherwise string) string { return "“" + l.name(row.Entity, otherwise) + "”" }
	page := func(path string) string {
		if l.site == "" {
			return ""
		}
		return fmt.Sprintf("%s/homes/%s/%s", l.site, l.home, path)
	}
	part := func(kind string) string { return page(kind + "/" + row.Entity.String()) }
	switch about {
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
		return "The webhook " + quoted("Webhook") + " takes nothing any more and was switched off", page("webhooks")
	}
	return "Something happened", page("timeline")
}
