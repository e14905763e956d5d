package mail_test

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"logis/dispatch/mail"
	"logis/dispatch/mail/maillab"
)

func open(t *testing.T, lab *maillab.Server, user, password string) *mail.Server {
	t.Helper()
	s, err := mail.Open(fmt.Sprintf("smtp://%s@127.0.0.1:%d", user, lab.Port), password, "Logis <home@example.org>", lab.Roots)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARealMailServerTakesAMessageOverTLSFromWhoSignedIn(t *testing.T) {
	t.Parallel()
	lab := maillab.Start(t)
	sent := mail.Mail{
		To: "ada@example.org", Subject: "Türschloss\r\nBcc: eve@example.org", Text: "Es ist offen = auf.\n.\nলক\n" + strings.Repeat("a", 2000),
		ID: "7.42", At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	if err := open(t, lab, "logis", "letmein").Send(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	got := <-lab.Mails
	if !got.Secure || got.From != "home@example.org" || len(got.To) != 1 || got.To[0] != sent.To {
		t.Errorf("%+v", got)
	}
	read, err := netmail.ReadMessage(strings.NewReader(got.Text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := (&mime.WordDecoder{}).DecodeHeader(read.Header.Get("Subject"))
	if err != nil || subject != "Türschloss  Bcc: eve@example.org" || read.Header.Get("Bcc") != "" {
		t.Errorf("subject %q, %v", subject, read.Header)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(read.Body))
	if text := strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n")); err != nil || text != sent.Text {
		t.Errorf("%q (%v)", text, err)
	}
	if read.Header.Get("Message-ID") != "<7.42@example.org>" || read.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%v", read.Header)
	}
}

func TestARefusalSaysWhetherItIsForGood(t *testing.T) {
	t.Parallel()
	lab := maillab.Start(t)
	s := open(t, lab, "logis", "letmein")
	if err := s.Send(t.Context(), mail.Mail{To: "nobody@example.org"}); !errors.Is(err, mail.ErrRefused) {
		t.Errorf("an unknown address: %v", err)
	}
	if err := s.Send(t.Context(), mail.Mail{To: "busy@example.org"}); err == nil || errors.Is(err, mail.ErrRefused) {
		t.Errorf("a busy server: %v", err)
	}
	// A wrong password is the server's fault, not the address's: later it may be right.
	if err := open(t, lab, "logis", "wrong").Send(t.Context(), mail.Mail{To: "ada@example.org"}); err == nil || errors.Is(err, mail.ErrRefused) {
		t.Errorf("a wrong password: %v", err)
	}
	stranger, err := mail.Open(fmt.Sprintf("smtp://127.0.0.1:%d", lab.Port), "", "home@example.org", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Send(t.Context(), mail.Mail{To: "ada@example.org"}); err == nil {
		t.Error("a certificate of nobody is believed")
	}
}

func TestSettingsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://a:secret@mail.example.org"} {
		if _, err := mail.Open(address, "", "home@example.org", nil); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
	if _, err := mail.Open("smtp://mail.example.org", "", "home", nil); err == nil {
		t.Error("mail from nowhere is taken")
	}
	for text, want := range map[string]bool{
		"ada@example.org": true, "Ada <ada@example.org>": false, "ada": false, "a@b\r\nX: y": false, "<ada@example.org>": false, "": false,
		strings.Repeat("a", 250) + "@example.org": false,
	} {
		if _, ok := mail.Address(text); ok != want {
			t.Errorf("%q: %v", text, ok)
		}
	}
}
