package outside

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Message is what is sent, and what proves that it comes from here.
type Message struct {
	ID   string    // the same whenever it is sent again
	At   time.Time // of this attempt
	Body []byte
	// Secrets sign it, each: while one is replaced, the old one does as well. Without
	// one it is not signed.
	Secrets [][]byte
	// Header is what the other side wants beside that; the body is JSON unless it says so.
	Header http.Header
}

// write puts what goes with the body before it.
func (m Message) write(header http.Header) {
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", "Logis")
	maps.Copy(header, m.Header)
	if len(m.Secrets) > 0 {
		m.sign(header)
	}
}

// sign adds the headers of the Standard Webhooks specification.
func (m Message) sign(header http.Header) {
	at := strconv.FormatInt(m.At.Unix(), 10)
	signatures := make([]string, len(m.Secrets))
	for i, secret := range m.Secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(m.ID + "." + at + "."))
		mac.Write(m.Body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	header.Set("Webhook-Id", m.ID)
	header.Set("Webhook-Timestamp", at)
	header.Set("Webhook-Signature", strings.Join(signatures, " "))
}

const secretBytes = 32

// NewSecret returns a fresh secret, and how it is shown to whoever is to check
// signatures with it.
func NewSecret() (secret []byte, text string) {
	secret = make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails
	return secret, "whsec_" + base64.StdEncoding.EncodeToString(secret)
}
