package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"logis/dispatch/mail"
	"logis/dispatch/notify"
	"logis/domain"
)

// Notifications are how the caller is told what happens in their homes.
type Notifications struct {
	Sends   bool          `json:"sends" doc:"Whether this server sends e-mail at all." example:"true"`
	Address *string       `json:"address" doc:"Where e-mail goes; null: nowhere." example:"ada@example.org"`
	Active  bool          `json:"active" doc:"Whether the address was confirmed: before, nothing is sent." example:"true"`
	Quiet   orNull[Hours] `json:"quiet" doc:"When what can wait waits; null: never."`
	Kinds   []NoticeRule  `json:"kinds" nullable:"false" doc:"What the caller is told of."`

	PushKey  *string            `json:"push_key" doc:"The key that a browser subscribes with (RFC 8292), base64url; null: this server sends nothing to browsers." example:"BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"`
	Browsers []Browser          `json:"browsers" nullable:"false" doc:"Where the caller is told in a browser, the newest first."`
	Webhook  orNull[OwnWebhook] `json:"webhook" doc:"A program of the caller's own that is told; null: none."`
}

// Hours are a time of day, by the clocks of each home.
type Hours struct {
	From int `json:"from" minimum:"0" maximum:"1439" doc:"Its first minute, since midnight." example:"1320"`
	To   int `json:"to" minimum:"0" maximum:"1439" doc:"The first minute after it; it may go over midnight." example:"420"`
}

// NoticeRule is whether, and how, the caller is told of a kind of notice.
type NoticeRule struct {
	Kind    domain.NoticeKind `json:"kind" enum:"rule,cut,not_confirmed,gateway_lost,key_ending,webhook_stopped" doc:"What it is about." example:"gateway_lost"`
	Choice  notify.Choice     `json:"choice" enum:"off,quiet,always" doc:"By e-mail: never, outside quiet hours, or at any time." example:"quiet"`
	Push    notify.Choice     `json:"push" enum:"off,quiet,always" doc:"In browsers." example:"always"`
	Webhook notify.Choice     `json:"webhook" enum:"off,quiet,always" doc:"By the caller's own webhook." example:"off"`
}

// NoticeChoice is what the caller chooses for a kind of notice.
type NoticeChoice struct {
	Kind    domain.NoticeKind `json:"kind" enum:"rule,cut,not_confirmed,gateway_lost,key_ending,webhook_stopped" doc:"What it is about." example:"gateway_lost"`
	Choice  notify.Choice     `json:"choice,omitzero" enum:"off,quiet,always" doc:"By e-mail: never, outside quiet hours, or at any time; left out: as for everybody." example:"quiet"`
	Push    notify.Choice     `json:"push,omitzero" enum:"off,quiet,always" doc:"In browsers; left out: as for everybody." example:"always"`
	Webhook notify.Choice     `json:"webhook,omitzero" enum:"off,quiet,always" doc:"By the caller's own webhook; left out: as for everybody." example:"off"`
}

// NotificationChange replaces quiet hours and choices.
type NotificationChange struct {
	Quiet *Hours         `json:"quiet,omitzero" doc:"When what can wait waits; left out: never."`
	Kinds []NoticeChoice `json:"kinds" nullable:"false" maxItems:"6" doc:"What the caller wants to be told of; what is left out is as for everybody."`
}

// Resolve refuses hours without an end.
func (c *NotificationChange) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	if c.Quiet != nil && c.Quiet.From == c.Quiet.To {
		return []error{&huma.ErrorDetail{Location: prefix.With("quiet.to"), Message: "must not be when they begin"}}
	}
	return nil
}

// AddressRequest proposes an address.
type AddressRequest struct {
	Address string `json:"address" minLength:"3" maxLength:"254" doc:"The e-mail address, without a name." example:"ada@example.org"`
}

// AddressConfirmation shows that the address is the caller's.
type AddressConfirmation struct {
	Code string `json:"code" minLength:"8" maxLength:"8" doc:"The code that was sent there." example:"04711815"`
}

type (
	notificationsOutput struct{ Body Notifications }
	chooseInput         struct{ Body NotificationChange }
	addressInput        struct{ Body AddressRequest }
	confirmAddressInput struct{ Body AddressConfirmation }
)

func (s *Server) addNotifications() {
	const path = "/account/notifications"
	add(s, operation{
		id: "get-notifications", method: http.MethodGet, path: path, tag: "Account",
		summary: "How the caller is told", description: "Returns the address, quiet hours, and what the caller is told of.",
	}, s.getNotifications)
	add(s, operation{
		id: "choose-notifications", method: http.MethodPut, path: path, tag: "Account",
		summary: "Choose what to be told", description: "Replaces quiet hours and choices.",
	}, s.chooseNotifications)
	add(s, operation{
		id: "set-address", method: http.MethodPost, path: path + "/address", tag: "Account", dangerous: true,
		refusals: []int{http.StatusConflict},
		summary:  "Give an address",
		description: "Sends a code there; the address counts once the code was given back. 409 when this server sends no e-mail; " +
			"503 when a code was sent just now, or the mail server does not take it.",
	}, s.setAddress)
	add(s, operation{
		id: "confirm-address", method: http.MethodPost, path: path + "/address/confirm", tag: "Account",
		summary: "Confirm an address", description: "Takes the code that was sent there, for fifteen minutes and five tries.",
	}, s.confirmAddress)
	add(s, operation{
		id: "remove-address", method: http.MethodDelete, path: path + "/address", tag: "Account",
		summary: "Forget the address", description: "Nothing is sent any more.",
	}, s.removeAddress)
}

func (s *Server) getNotifications(ctx context.Context, _ *nothing) (*notificationsOutput, error) {
	teller, person := s.options.Teller, principal(ctx).Person
	set, err := notify.SettingsOf(ctx, s.options.Store.Pool(), person)
	if err != nil {
		return nil, err
	}
	browsers, err := teller.Browsers(ctx, person)
	if err != nil {
		return nil, err
	}
	own, err := teller.Webhook(ctx, person)
	if err != nil {
		return nil, err
	}
	here, err := s.signedInHere(ctx)
	if err != nil {
		return nil, err
	}
	out := Notifications{
		Sends: teller.Sends(), Address: textOrNull(set.Address), Active: set.Confirmed, PushKey: textOrNull(teller.PushKey()),
		Browsers: all(browsers, func(b notify.Browser) Browser { return browserOf(b, here.ID) }),
	}
	if own != nil {
		out.Webhook = some(ownWebhookOf(own))
	}
	if set.Quiet != nil {
		out.Quiet = some(Hours(*set.Quiet))
	}
	out.Kinds = all(domain.NoticeKinds(), func(k domain.NoticeKind) NoticeRule {
		return NoticeRule{k, set.Choice(domain.ByMail, k), set.Choice(domain.ByPush, k), set.Choice(domain.ByWebhook, k)}
	})
	return &notificationsOutput{out}, nil
}

func (s *Server) chooseNotifications(ctx context.Context, in *chooseInput) (*notificationsOutput, error) {
	choices, named := notify.Choices{}, map[domain.NoticeKind]bool{}
	for _, by := range domain.ChannelKinds() {
		choices[by] = map[domain.NoticeKind]notify.Choice{}
	}
	for _, k := range in.Body.Kinds {
		named[k.Kind] = true
		for by, choice := range map[domain.ChannelKind]notify.Choice{domain.ByMail: k.Choice, domain.ByPush: k.Push, domain.ByWebhook: k.Webhook} {
			if choice != "" {
				choices[by][k.Kind] = choice
			}
		}
	}
	if len(named) != len(in.Body.Kinds) {
		return nil, domain.InvalidInput(domain.Fault{Field: "kinds", Message: "must name each kind once at most"})
	}
	if err := s.options.Teller.Choose(ctx, principal(ctx).Person, (*domain.Window)(in.Body.Quiet), choices); err != nil {
		return nil, err
	}
	return s.getNotifications(ctx, nil)
}

func (s *Server) setAddress(ctx context.Context, in *addressInput) (*nothing, error) {
	address, ok := mail.Address(in.Body.Address)
	if !ok {
		return nil, domain.InvalidInput(domain.Fault{Field: "address", Message: "must be an e-mail address, like ada@example.org"})
	}
	return &nothing{}, s.options.Teller.Propose(ctx, principal(ctx).Person, address)
}

func (s *Server) confirmAddress(ctx context.Context, in *confirmAddressInput) (*nothing, error) {
	return &nothing{}, s.options.Teller.Confirm(ctx, principal(ctx).Person, in.Body.Code)
}

func (s *Server) removeAddress(ctx context.Context, _ *nothing) (*nothing, error) {
	return &nothing{}, s.options.Teller.Withdraw(ctx, principal(ctx).Person)
}
