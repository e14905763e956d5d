package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/dispatch/webhook"
	"logis/domain"
	"logis/eventstore"
)

// Webhook is an address outside that is told what happens in the home.
type Webhook struct {
	ID          domain.WebhookID `json:"id" format:"uuid" doc:"The webhook." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0b"`
	Name        string           `json:"name" doc:"What people call it." example:"Garden server"`
	URL         string           `json:"url" doc:"Where it is." example:"https://example.org/hook"`
	Types       []string         `json:"types" nullable:"false" doc:"What it is told of: types of events, or the first word of some. None: only what it is called for." example:"device.reported"`
	Stopped     *string          `json:"stopped" enum:"asked,failing,gone" doc:"Why it is told nothing any more; null: it is told." example:"failing"`
	Revision    domain.Seq       `json:"revision" doc:"The last event that touched it." example:"1041"`
	Checkpoint  domain.Seq       `json:"checkpoint" doc:"It has been told of the log up to here." example:"1040"`
	DeliveredAt *Instant         `json:"delivered_at" nullable:"true" doc:"When it last took a message; null: never."`
	Failures    int              `json:"failures" doc:"How often in a row it did not take the next message." example:"0"`
	Problem     *string          `json:"problem" doc:"Why it last did not; null: it did." example:"timed_out"`
	RetryAt     *Instant         `json:"retry_at" nullable:"true" doc:"When it is tried again; null: nothing waits."`
}

// WebhookRequest makes a webhook.
type WebhookRequest struct {
	Name  Name     `json:"name" doc:"What to call it."`
	URL   string   `json:"url" minLength:"1" maxLength:"500" doc:"Where it is: a public address that begins with https://." example:"https://example.org/hook"`
	Types []string `json:"types" nullable:"false" maxItems:"20" doc:"What to tell it of: types of events, or the first word of some. None: only what it is called for." example:"device.reported"`
}

// WebhookChange says what is to be different about a webhook.
type WebhookChange struct {
	Name  *Name    `json:"name,omitzero" doc:"A new name."`
	URL   *string  `json:"url,omitzero" minLength:"1" maxLength:"500" doc:"A new address." example:"https://example.org/hook"`
	Types []string `json:"types,omitzero" nullable:"false" maxItems:"20" doc:"What to tell it of from now on." example:"device.reported"`
	On    *bool    `json:"on,omitzero" doc:"Whether to tell it anything. What happened while it was off it is not told." example:"true"`
}

// Resolve refuses to change nothing.
func (c *WebhookChange) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	if c.Name == nil && c.URL == nil && c.Types == nil && c.On == nil {
		return []error{&huma.ErrorDetail{Location: prefix.String(), Message: "must have name, url, types or on"}}
	}
	return nil
}

// WebhookSecret is a webhook with a new secret.
type WebhookSecret struct {
	Webhook Webhook `json:"webhook" doc:"The webhook."`
	Secret  string  `json:"secret" doc:"To check signatures with, as the Standard Webhooks specification says. It is shown only now." example:"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"`
}

// InWebhook is the webhook an operation is about.
type InWebhook struct {
	InHome
	Webhook domain.WebhookID `path:"webhook" format:"uuid" doc:"The webhook." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0b"`
}

type (
	webhooksOutput struct {
		Body list[Webhook]
	}
	addWebhookInput struct {
		InHome
		Body WebhookRequest
	}
	webhookSecretOutput struct {
		Body WebhookSecret
	}
	changeWebhookInput struct {
		InWebhook
		Based
		Body WebhookChange
	}
	removeWebhookInput struct {
		InWebhook
		Based
	}
)

func (s *Server) addWebhooks() {
	op := func(id, method, path, summary, description string, refusals ...int) operation {
		return operation{
			id: id, method: method, path: "/homes/{home}/webhooks" + path, tag: "Webhooks", action: access.ManageWebhooks,
			dangerous: method != http.MethodGet, summary: summary, description: description, refusals: refusals,
		}
	}
	add(s, op("list-webhooks", http.MethodGet, "", "The webhooks",
		"Returns the webhooks of the home, the oldest first, and how they fare."), s.listWebhooks)
	made := op("add-webhook", http.MethodPost, "", "Make a webhook",
		"Tells an address what happens from now on, and returns the secret to check its signatures with. 409 when there are as many as can be.",
		http.StatusConflict)
	made.status = http.StatusCreated
	add(s, made, s.addWebhook)
	add(s, op("change-webhook", http.MethodPatch, "/{webhook}", "Change a webhook",
		"Gives it another name, address or types, or switches it on or off."), s.changeWebhook)
	add(s, op("remove-webhook", http.MethodDelete, "/{webhook}", "Remove a webhook",
		"It is told nothing any more. Rules that call it fail at that point."), s.removeWebhook)
	add(s, op("new-webhook-secret", http.MethodPost, "/{webhook}/secret", "Replace the secret of a webhook",
		"Returns a new secret. For a day messages are signed with both."), s.newWebhookSecret)
	called := op("call-webhook", http.MethodPost, "/{webhook}/calls", "Call a webhook",
		"Tells it `webhook.called`, as a rule does, to see whether it answers. 409 when it is off.", http.StatusConflict)
	called.status, called.dangerous = http.StatusAccepted, false
	add(s, called, s.callWebhook)
}

func (v view) webhook(w *domain.Webhook, t webhook.Target) Webhook {
	return Webhook{
		ID: w.ID, Name: v.named(w.ID.Entity(), "Webhook"), URL: t.URL, Types: append([]string{}, w.Types...), Stopped: textOrNull(string(w.Stopped)),
		Revision: w.Revision, Checkpoint: t.Checkpoint, DeliveredAt: instant(t.DeliveredAt), Failures: t.Failures,
		Problem: textOrNull(string(t.Problem)), RetryAt: instant(t.RetryAt),
	}
}

func (s *Server) listWebhooks(ctx context.Context, in *InHome) (*webhooksOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	targets, err := webhook.Targets(ctx, s.options.Store.Pool(), in.Home)
	if err != nil {
		return nil, err
	}
	return &webhooksOutput{list[Webhook]{all(ordered(v.home.Webhooks), func(w *domain.Webhook) Webhook { return v.webhook(w, targets[w.ID]) })}}, nil
}

func (s *Server) addWebhook(ctx context.Context, in *addWebhookInput) (out *webhookSecretOutput, err error) {
	if err := s.options.Outside.Check("url", in.Body.URL); err != nil {
		return nil, err
	}
	err = s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		id := eventstore.NewID[domain.WebhookKind](tx.Now())
		ev, err := v.home.EditWebhook(id, domain.WebhookEdited{Types: in.Body.Types}, principal(ctx).Actor())
		if err != nil {
			return err
		}
		if err := v.rename(ctx, tx, id.Entity(), principal(ctx), ev.Fact, in.Body.Name); err != nil {
			return err
		}
		secret, err := webhook.Add(ctx, tx.PG(), in.Home, id, in.Body.URL, v.home.Seq)
		if err != nil {
			return err
		}
		out = &webhookSecretOutput{WebhookSecret{Secret: secret}}
		out.Body.Webhook, err = v.webhookNow(ctx, tx, id)
		return err
	})
	return out, err
}

// webhookNow shows a webhook as the append leaves it.
func (v view) webhookNow(ctx context.Context, tx *eventstore.Tx, id domain.WebhookID) (Webhook, error) {
	targets, err := webhook.Targets(ctx, tx.PG(), v.home.ID)
	if err != nil {
		return Webhook{}, err
	}
	return v.webhook(v.home.Webhooks[id], targets[id]), nil
}

func (in InWebhook) find(v *view) (*domain.Webhook, error) {
	w, ok := v.home.Webhooks[in.Webhook]
	if !ok {
		return nil, domain.Errorf(domain.NotFound, "there is no such webhook")
	}
	return w, nil
}

func (s *Server) changeWebhook(ctx context.Context, in *changeWebhookInput) (out *tagged[Webhook], err error) {
	if in.Body.URL != nil {
		if err := s.options.Outside.Check("url", *in.Body.URL); err != nil {
			return nil, err
		}
	}
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		w, err := in.find(v)
		if err == nil {
			err = in.check(w.Revision)
		}
		if err == nil {
			err = in.Body.apply(ctx, tx, v, w)
		}
		if err != nil {
			return err
		}
		shown, err := v.webhookNow(ctx, tx, in.Webhook)
		out = tag(shown.Revision, shown)
		return err
	})
	return out, err
}

// apply records what changes and writes where it goes.
func (c WebhookChange) apply(ctx context.Context, tx *eventstore.Tx, v *view, w *domain.Webhook) error {
	p, home, id := principal(ctx), v.home.ID, w.ID
	if c.Name != nil {
		if err := v.rename(ctx, tx, id.Entity(), p, domain.WebhookRenamed{}, *c.Name); err != nil {
			return err
		}
	}
	if c.URL != nil || c.Types != nil {
		fact := domain.WebhookEdited{Types: w.Types, Moved: c.URL != nil}
		if c.Types != nil {
			fact.Types = c.Types
		}
		ev, err := v.home.EditWebhook(id, fact, p.Actor())
		if err != nil {
			return err
		}
		if _, err := tx.Record(ctx, home, ev); err != nil {
			return err
		}
	}
	if c.URL != nil {
		if err := webhook.Move(ctx, tx.PG(), home, id, *c.URL); err != nil {
			return err
		}
	}
	return c.turn(ctx, tx, v, w)
}

// turn switches a webhook on or off, unless it is already.
func (c WebhookChange) turn(ctx context.Context, tx *eventstore.Tx, v *view, w *domain.Webhook) error {
	switch {
	case c.On == nil || *c.On == (w.Stopped == ""):
		return nil
	case !*c.On:
		return v.record(ctx, tx, w.ID.Entity(), principal(ctx), domain.WebhookStopped{Reason: domain.StopAsked})
	}
	if err := v.record(ctx, tx, w.ID.Entity(), principal(ctx), domain.WebhookStarted{}); err != nil {
		return err
	}
	return webhook.Start(ctx, tx.PG(), v.home.ID, w.ID, v.home.Seq)
}

func (s *Server) removeWebhook(ctx context.Context, in *removeWebhookInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		w, err := in.find(v)
		if err == nil {
			err = in.check(w.Revision)
		}
		if err == nil {
			err = v.record(ctx, tx, in.Webhook.Entity(), principal(ctx), domain.WebhookRemoved{})
		}
		if err != nil {
			return err
		}
		return webhook.Remove(ctx, tx.PG(), in.Home, in.Webhook)
	})
	return &nothing{}, err
}

func (s *Server) newWebhookSecret(ctx context.Context, in *InWebhook) (out *webhookSecretOutput, err error) {
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if _, err := in.find(v); err != nil {
			return err
		}
		secret, err := webhook.NewSecret(ctx, tx.PG(), in.Home, in.Webhook, tx.Now())
		if err != nil {
			return err
		}
		out = &webhookSecretOutput{WebhookSecret{Secret: secret}}
		out.Body.Webhook, err = v.webhookNow(ctx, tx, in.Webhook)
		return err
	})
	return out, err
}

func (s *Server) callWebhook(ctx context.Context, in *InWebhook) (*nothing, error) {
	return &nothing{}, s.settle(ctx, in.Home, func(home *domain.Home, by domain.Actor) (domain.Event, error) {
		return home.CallWebhook(in.Webhook, by, domain.WebhookCalled{})
	})
}
