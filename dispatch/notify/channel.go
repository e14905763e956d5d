package notify

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/dispatch/mail"
	"logis/dispatch/outside"
	"logis/dispatch/push"
	"logis/domain"
	"logis/eventstore"
)

// Mailer hands messages over; *mail.Server does.
type Mailer interface {
	Send(ctx context.Context, m mail.Mail) error
}

// Options are what a Teller needs.
type Options struct {
	// Mail sends e-mail; nil: this server sends none.
	Mail Mailer
	// Push sends to browsers; nil: this server does not.
	Push *push.Sender
	// Outside calls people's own programs; nil: nobody does.
	Outside *outside.Caller
	// Site is where the app is, like https://home.example.org: for links; "": there
	// are none.
	Site string
	// Later asks for a Tell at a time, in the transaction.
	Later func(ctx context.Context, tx pgx.Tx, home domain.HomeID, person domain.PersonID, by domain.ChannelKind, at time.Time) error
}

// Teller tells people. It is safe for concurrent use.
type Teller struct {
	store    *eventstore.Store
	options  Options
	channels map[domain.ChannelKind]channel
}

// New returns a teller over the homes of store.
func New(store *eventstore.Store, options Options) *Teller {
	t := &Teller{store: store, options: options, channels: map[domain.ChannelKind]channel{}}
	if options.Mail != nil {
		t.channels[domain.ByMail] = byMail{t}
	}
	if options.Push != nil {
		t.channels[domain.ByPush] = byPush{t}
	}
	if options.Outside != nil {
		t.channels[domain.ByWebhook] = byWebhook{t}
	}
	return t
}

// Sends reports whether this server sends e-mail.
func (t *Teller) Sends() bool { return t.options.Mail != nil }

// channel is a way to tell a person something.
type channel interface {
	// reaches reports whether a person can be told this way, as things are.
	reaches(s *Settings) bool
	// send hands a letter over. It returns errRefused when that is no use later either.
	send(ctx context.Context, person domain.PersonID, s *Settings, l *letter) error
}

var (
	// errRefused says that the other side will never take it.
	errRefused = errors.New("it is refused for good")
	// errUnreached says that the other side did not take it now.
	errUnreached = errors.New("it was not taken")
)
