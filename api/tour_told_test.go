package api

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"testing"
	"time"

	"logis/dispatch/mail"
	"logis/dispatch/mail/maillab"
	"logis/dispatch/notify"
	"logis/dispatch/push"
	"logis/dispatch/push/pushlab"
)

// telling lets the server send e-mail through a real mail server and to browsers
// through a push service, and returns what the first takes, and the second.
func (b *bundle) telling(t *testing.T) (chan maillab.Mail, *pushlab.Service) {
	t.Helper()
	outside := pushlab.Start(t)
	lab := maillab.Start(t)
	server, err := mail.Open(fmt.Sprintf("smtp://logis@127.0.0.1:%d", lab.Port), "letmein", "Logis <home@example.org>", lab.Roots)
	if err != nil {
		t.Fatal(err)
	}
	b.server.options.Teller = notify.New(b.store, notify.Options{
		Mail: server, Push: outside.Sender(t), Outside: outside.Caller(t), Site: "https://logis.example/",
	})
	return lab.Mails, outside
}

// webhooks tells a server in the garden what happens.
func (n *tour) webhooks() {
	var made WebhookSecret
	n.own("add-webhook", `{"name":"Garden server","url":"https://garden.example.org/logis","types":["device.reported","command.failed"]}`).into(&made)
	n.places["webhook"] = made.Webhook.ID.String()
	n.match = etag(made.Webhook.Revision)
	n.own("change-webhook", `{"types":["device","command.failed"]}`)
	n.own("new-webhook-secret", "")
	n.own("call-webhook", "")
	n.own("list-webhooks", "")
	n.own("remove-webhook", "")
}

// notifications has the owner told at an address, but not at night, in a browser, and
// by a program of their own.
func (n *tour) notifications() {
	n.own("set-address", `{"address":"ada@example.org"}`)
	n.own("confirm-address", `{"code":"`+n.codeSent()+`"}`)
	n.own("choose-notifications", `{"quiet":{"from":1320,"to":420},"kinds":[{"kind":"gateway_lost","choice":"always"},{"kind":"key_ending","choice":"off"}]}`)
	n.made("browser", "add-browser", subscriptionOf(n.outside.Browser(n.b.t)))
	n.own("set-own-webhook", `{"url":"`+n.outside.Site+`/hook"}`)
	n.own("try-own-webhook", "")
	n.own("get-notifications", "")
	n.own("remove-own-webhook", "")
	n.own("remove-browser", "")
	n.own("remove-address", "")
}

// subscriptionOf is what a browser sends.
func subscriptionOf(at push.Subscription) string {
	encode := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf(`{"endpoint":%q,"p256dh":%q,"auth":%q}`, at.Endpoint, encode(at.Key), encode(at.Auth))
}

// codeSent waits for the mail with a code.
func (n *tour) codeSent() string {
	n.b.t.Helper()
	select {
	case m := <-n.mails:
		found := regexp.MustCompile(`Your code is (\d{8})`).FindStringSubmatch(m.Text)
		if found == nil {
			n.b.t.Fatalf("there is no code in %s", m.Text)
		}
		return found[1]
	case <-time.After(20 * time.Second):
		n.b.t.Fatal("no mail came")
		return ""
	}
}
