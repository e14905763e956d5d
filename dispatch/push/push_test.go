package push_test

import (
	"crypto/ecdh"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"logis/dispatch/outside"
	"logis/dispatch/push"
	"logis/dispatch/push/pushlab"
	"logis/domain"
)

func unbase(t *testing.T, text string) []byte {
	t.Helper()
	out, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The example of RFC 8291, section 5.
func TestAMessageIsSealedAsInTheSpecification(t *testing.T) {
	t.Parallel()
	once, err := ecdh.P256().NewPrivateKey(unbase(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	to := push.Subscription{
		Key:  unbase(t, "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
		Auth: unbase(t, "BTBZMqHH6r4Tts7J_aSIgg"),
	}
	got, err := push.Seal([]byte("When I grow up, I want to be a watermelon\x02"), to, once, unbase(t, "DGv6ra1nlYgDCS1FRnbzlw"))
	want := "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_" +
		"yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if text := base64.RawURLEncoding.EncodeToString(got); err != nil || text != want {
		t.Errorf("sealed %s (%v)", text, err)
	}
}

// A browser reads by another's implementation what was sent to it; the push service
// sees who sent it and nothing of what it says.
func TestABrowserReadsWhatItsPushServiceCannot(t *testing.T) {
	t.Parallel()
	lab := pushlab.Start(t)
	sender, browser := lab.Sender(t), lab.Browser(t)
	if err := sender.Check(browser); err != nil {
		t.Fatal(err)
	}
	sizes := map[int]bool{}
	now := time.Now()
	for _, text := range []string{"", "“Haustür” লক", strings.Repeat("a", push.MaxText)} {
		o, err := sender.Send(t.Context(), browser, push.Message{ID: "1.2", Text: []byte(text), Urgency: push.High, TTL: time.Hour, At: now})
		if err != nil || o.Problem != outside.None {
			t.Fatalf("%+v %v", o, err)
		}
		got := lab.Next(t)
		if got.Text != text || got.Urgency != "high" || got.TTL != 3600 || len(got.Topic) != 32 {
			t.Errorf("the browser is told %+v", got)
		}
		if got.By.Key != sender.PublicKey() || got.By.Contact != "https://home.example.org" || got.By.Expires != now.Add(12*time.Hour).Unix() {
			t.Errorf("the push service knows %+v", got.By)
		}
		sizes[got.Size] = true
	}
	if len(sizes) != 1 {
		t.Errorf("the length tells what is said: %v", sizes)
	}
	if _, err := sender.Send(t.Context(), browser, push.Message{Text: make([]byte, push.MaxText+1)}); err == nil {
		t.Error("a longer text is cut")
	}
	lab.Gone(t, browser)
	if o, err := sender.Send(t.Context(), browser, push.Message{At: now}); err != nil || o.Problem != outside.Gone {
		t.Errorf("a browser that is gone: %+v %v", o, err)
	}
}

func TestASubscriptionThatCannotBeOneIsRefused(t *testing.T) {
	t.Parallel()
	lab := pushlab.Start(t)
	sender, good := lab.Sender(t), lab.Browser(t)
	for what, spoil := range map[string]func(*push.Subscription){
		"in clear":   func(s *push.Subscription) { s.Endpoint = "http://push.example.org/x" },
		"inside":     func(s *push.Subscription) { s.Endpoint = "https://10.0.0.1/x" },
		"no point":   func(s *push.Subscription) { s.Key = append([]byte{4}, make([]byte, 64)...) },
		"no key":     func(s *push.Subscription) { s.Key = nil },
		"short auth": func(s *push.Subscription) { s.Auth = s.Auth[1:] },
	} {
		bad := good
		spoil(&bad)
		if err := sender.Check(bad); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}
