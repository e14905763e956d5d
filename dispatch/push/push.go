package push

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"logis/dispatch/outside"
	"logis/domain"
)

// Urgency tells a push service whether to wake a sleeping phone.
type Urgency string

// The urgencies.
const (
	Low    Urgency = "low"
	Normal Urgency = "normal"
	High   Urgency = "high"
)

// Message is what a browser is sent.
type Message struct {
	ID      string // one that waits at the push service is replaced by a later one of the same
	Text    []byte // at most MaxText
	Urgency Urgency
	TTL     time.Duration // how long it is worth something
	At      time.Time     // now
}

// Sender sends messages in the name of this server.
type Sender struct {
	key     *ecdsa.PrivateKey
	public  string
	contact string
	caller  *outside.Caller
}

// New returns a sender with the server's key. The contact is whom a push service tells
// when something is wrong, as "https://…" or "mailto:…"; others are left out.
func New(key *ecdsa.PrivateKey, contact string, caller *outside.Caller) (*Sender, error) {
	public, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("key for push services: %w", err)
	}
	if !strings.HasPrefix(contact, "https://") && !strings.HasPrefix(contact, "mailto:") {
		contact = ""
	}
	return &Sender{key: key, public: base64.RawURLEncoding.EncodeToString(public), contact: contact, caller: caller}, nil
}

// PublicKey is what browsers subscribe with, base64url.
func (s *Sender) PublicKey() string { return s.public }

// Check refuses with Invalid a subscription that could never be used.
func (s *Sender) Check(to Subscription) error {
	if err := s.caller.Check("endpoint", to.Endpoint); err != nil {
		return err
	}
	return to.check()
}

// Send hands a message to the push service of a browser.
func (s *Sender) Send(ctx context.Context, to Subscription, m Message) (outside.Outcome, error) {
	if len(m.Text) > MaxText {
		return outside.Outcome{}, domain.Errorf(domain.Internal, "a message of %d bytes is too long for a browser", len(m.Text))
	}
	once, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return outside.Outcome{}, err
	}
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	body, err := seal(pad(m.Text), to, once, salt)
	if err != nil {
		return outside.Outcome{}, fmt.Errorf("encrypt for a browser: %w", err)
	}
	token, err := s.token(to.Endpoint, m.At)
	if err != nil {
		return outside.Outcome{}, fmt.Errorf("sign for a push service: %w", err)
	}
	return s.caller.Call(ctx, to.Endpoint, outside.Message{Body: body, Header: http.Header{
		"Content-Type":     {"application/octet-stream"},
		"Content-Encoding": {"aes128gcm"},
		"Authorization":    {"vapid t=" + token + ", k=" + s.public},
		"Urgency":          {string(m.Urgency)},
		"Ttl":              {strconv.Itoa(int(m.TTL / time.Second))},
		"Topic":            {topic(m.ID)},
	}}), nil
}

// topic is an ID in the 32 characters that push services allow.
func topic(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}
