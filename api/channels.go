package api

import (
	"context"
	"encoding/base64"
	"net/http"

	"logis/access"
	"logis/dispatch/notify"
	"logis/dispatch/push"
	"logis/domain"
)

// Browser is one in which the caller is told what happens.
type Browser struct {
	ID        domain.EntityID `json:"id" format:"uuid" doc:"The browser." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0c"`
	Agent     string          `json:"agent" doc:"What it calls itself." example:"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"`
	CreatedAt Instant         `json:"created_at" doc:"When it was added."`
	ToldAt    *Instant        `json:"told_at" nullable:"true" doc:"When its push service last took a message; null: never."`
	Current   bool            `json:"current" doc:"Whether it is the one that asks." example:"true"`
}

func browserOf(b notify.Browser, here domain.EntityID) Browser {
	return Browser{ID: b.ID, Agent: b.Agent, CreatedAt: Instant{b.CreatedAt}, ToldAt: instant(b.ToldAt), Current: b.Session == here}
}

// Subscription is what a browser's push service gave it: PushSubscription.toJSON().
type Subscription struct {
	Endpoint string `json:"endpoint" minLength:"1" maxLength:"500" doc:"Where the push service takes messages for this browser." example:"https://push.example.org/send/dGhpcyBpcyBub3QgYSBicm93c2Vy"`
	P256dh   string `json:"p256dh" minLength:"87" maxLength:"88" doc:"The browser's public key, base64url." example:"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"`
	Auth     string `json:"auth" minLength:"22" maxLength:"24" doc:"Its secret, base64url." example:"BTBZMqHH6r4Tts7J_aSIgg"`
}

// OwnWebhook is a program of the caller's own that is told what they are told.
type OwnWebhook struct {
	URL         string   `json:"url" doc:"Where it is." example:"https://ada.example.org/hook"`
	Failures    int      `json:"failures" doc:"How often in a row it did not take a message." example:"0"`
	Problem     *string  `json:"problem" doc:"Why it last did not; null: it did, or was not called yet." example:"timed_out"`
	DeliveredAt *Instant `json:"delivered_at" nullable:"true" doc:"When it last took a message; null: never."`
	EndedAt     *Instant `json:"ended_at" nullable:"true" doc:"Since when it is told nothing any more, as it did not take what it was told; null: it is told."`
}

func ownWebhookOf(w *notify.OwnWebhook) OwnWebhook {
	return OwnWebhook{
		URL: w.URL, Failures: w.Failures, Problem: textOrNull(string(w.Problem)), DeliveredAt: instant(w.DeliveredAt), EndedAt: instant(w.EndedAt),
	}
}

// OwnWebhookRequest gives the caller's program.
type OwnWebhookRequest struct {
	URL string `json:"url" minLength:"1" maxLength:"500" doc:"Where it is: a public address that begins with https://." example:"https://ada.example.org/hook"`
}

// OwnSecret is what the caller's program checks signatures with.
type OwnSecret struct {
	Secret string `json:"secret" doc:"As the Standard Webhooks specification says. It is shown only now." example:"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"`
}

type (
	addBrowserInput    struct{ Body Subscription }
	browserOutput      struct{ Body Browser }
	removeBrowserInput struct {
		Browser domain.EntityID `path:"browser" format:"uuid" doc:"The browser." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0c"`
	}
	ownWebhookInput  struct{ Body OwnWebhookRequest }
	ownSecretOutput  struct{ Body OwnSecret }
	ownWebhookOutput struct{ Body OwnWebhook }
)

func (s *Server) addChannels() {
	op := func(id, method, path, summary, description string, refusals ...int) operation {
		return operation{
			id: id, method: method, path: "/account/notifications" + path, tag: "Account", dangerous: method != http.MethodDelete,
			summary: summary, description: description, refusals: refusals,
		}
	}
	added := op("add-browser", http.MethodPost, "/browsers", "Be told in this browser",
		"Takes the subscription that the browser's push service gave it. It ends with the session, when that is ended by hand. "+
			"409 when this server sends nothing to browsers.", http.StatusConflict)
	added.status = http.StatusCreated
	add(s, added, s.addBrowser)
	add(s, op("remove-browser", http.MethodDelete, "/browsers/{browser}", "Be told no more in a browser",
		"Nothing is sent to it any more."), s.removeBrowser)
	add(s, op("set-own-webhook", http.MethodPut, "/webhook", "Give a webhook of one's own",
		"Tells an address what the caller is told, by the same choices, and returns the secret to check its signatures with. "+
			"409 when this server calls nobody.", http.StatusConflict), s.setOwnWebhook)
	add(s, op("remove-own-webhook", http.MethodDelete, "/webhook", "Forget one's own webhook",
		"Nothing is sent to it any more."), s.removeOwnWebhook)
	tried := op("try-own-webhook", http.MethodPost, "/webhook/test", "Try one's own webhook",
		"Calls it with `person.test`, and tells how it fared. 409 when it was switched off; 503 when it was tried in the last ten seconds.",
		http.StatusNotFound, http.StatusConflict)
	tried.dangerous = false
	add(s, tried, s.tryOwnWebhook)
}

// signedInHere returns the session that the caller comes with.
func (s *Server) signedInHere(ctx context.Context) (access.SignedIn, error) {
	sessions, err := s.options.Access.Sessions(ctx, principal(ctx))
	if err != nil {
		return access.SignedIn{}, err
	}
	for _, session := range sessions {
		if session.Current {
			return session, nil
		}
	}
	return access.SignedIn{}, domain.Errorf(domain.Unauthorized, "sign in first") // it ended at this moment
}

func (s *Server) addBrowser(ctx context.Context, in *addBrowserInput) (*browserOutput, error) {
	at := push.Subscription{Endpoint: in.Body.Endpoint}
	for _, part := range []struct {
		field, text string
		bytes       *[]byte
	}{{"p256dh", in.Body.P256dh, &at.Key}, {"auth", in.Body.Auth, &at.Auth}} {
		var err error
		if *part.bytes, err = base64.RawURLEncoding.DecodeString(part.text); err != nil {
			return nil, domain.InvalidInput(domain.Fault{Field: part.field, Message: "must be base64url without ="})
		}
	}
	here, err := s.signedInHere(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.options.Teller.AddBrowser(ctx, principal(ctx).Person, here.ID, here.Agent, at)
	if err != nil {
		return nil, err
	}
	return &browserOutput{browserOf(b, here.ID)}, nil
}

func (s *Server) removeBrowser(ctx context.Context, in *removeBrowserInput) (*nothing, error) {
	return &nothing{}, s.options.Teller.RemoveBrowser(ctx, principal(ctx).Person, in.Browser)
}

func (s *Server) setOwnWebhook(ctx context.Context, in *ownWebhookInput) (*ownSecretOutput, error) {
	secret, err := s.options.Teller.SetWebhook(ctx, principal(ctx).Person, in.Body.URL)
	if err != nil {
		return nil, err
	}
	return &ownSecretOutput{OwnSecret{secret}}, nil
}

func (s *Server) removeOwnWebhook(ctx context.Context, _ *nothing) (*nothing, error) {
	return &nothing{}, s.options.Teller.RemoveWebhook(ctx, principal(ctx).Person)
}

func (s *Server) tryOwnWebhook(ctx context.Context, _ *nothing) (*ownWebhookOutput, error) {
	w, err := s.options.Teller.TryWebhook(ctx, principal(ctx).Person)
	if err != nil {
		return nil, err
	}
	return &ownWebhookOutput{ownWebhookOf(w)}, nil
}
