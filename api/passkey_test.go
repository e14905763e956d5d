package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"logis/domain"
)

// decodeLoosely reads what of an answer has a place in v.
func decodeLoosely(text string, v any) error { return json.Unmarshal([]byte(text), v) }

// oneTimeCode is what an authenticator shows now that has read an otpauth address.
func oneTimeCode(t testing.TB, address string) string {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(at.Query().Get("secret"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, seed)
	_ = binary.Write(mac, binary.BigEndian, time.Now().Unix()/30)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&0x0f:])&0x7fffffff%1_000_000)
}

// passkey is an authenticator with one key, as a phone holds it: ES256, without
// an attestation.
type passkey struct {
	t   testing.TB
	id  []byte
	key *ecdsa.PrivateKey
}

func newPasskey(t testing.TB) *passkey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &passkey{t, []byte("a key of a phone"), key}
}

// What an authenticator says of itself: the person was there and was verified, and
// a new key follows.
const (
	verified = 0x05
	attached = 0x40
)

// create answers navigator.credentials.create.
func (k *passkey) create(origin string, c Ceremony) string {
	public, err := k.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		k.t.Fatal(err)
	}
	cose := append([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, public[1:33]...)
	cose = append(append(cose, 0x22, 0x58, 32), public[33:]...)
	data := k.data(origin, verified|attached)
	data = append(data, make([]byte, 16)...) // no maker
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), cose...)
	attestation := append([]byte("\xa3cfmtdnonegattStmt\xa0hauthData\x58"), byte(len(data)))
	return k.answer(map[string]string{
		"clientDataJSON": k.client("webauthn.create", origin, c), "attestationObject": text64(append(attestation, data...)),
	})
}

// get answers navigator.credentials.get.
func (k *passkey) get(origin string, c Ceremony, who domain.PersonID) string {
	client, data := k.client("webauthn.get", origin, c), k.data(origin, verified)
	said, err := base64.RawURLEncoding.DecodeString(client)
	if err != nil {
		k.t.Fatal(err)
	}
	hash := sha256.Sum256(said)
	signed := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.key, signed[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]string{
		"clientDataJSON": client, "authenticatorData": text64(data), "signature": text64(signature), "userHandle": text64(who[:]),
	})
}

func (k *passkey) data(origin string, flags byte) []byte {
	at, err := url.Parse(origin)
	if err != nil {
		k.t.Fatal(err)
	}
	party := sha256.Sum256([]byte(at.Hostname()))
	return append(party[:], flags, 0, 0, 0, 0)
}

func (k *passkey) client(kind, origin string, c Ceremony) string {
	var options struct{ PublicKey struct{ Challenge string } }
	if err := json.Unmarshal(c.Options, &options); err != nil {
		k.t.Fatal(err)
	}
	if options.PublicKey.Challenge == "" {
		if err := json.Unmarshal(c.Options, &options.PublicKey); err != nil {
			k.t.Fatal(err)
		}
	}
	text, err := json.Marshal(map[string]any{"type": kind, "challenge": options.PublicKey.Challenge, "origin": origin, "crossOrigin": false})
	if err != nil {
		k.t.Fatal(err)
	}
	return text64(text)
}

func (k *passkey) answer(response map[string]string) string {
	text, err := json.Marshal(map[string]any{"id": text64(k.id), "rawId": text64(k.id), "type": "public-key", "response": response})
	if err != nil {
		k.t.Fatal(err)
	}
	return string(text)
}

func text64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
