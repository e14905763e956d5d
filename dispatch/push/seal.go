package push

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"

	"logis/domain"
)

// Sizes of a message, in bytes.
const (
	// MaxText bounds what a message says. All messages are padded to it, so that
	// their length tells nothing; push services take about 4,000.
	MaxText = 2048
	// recordSize is what the one record of a message is said to be at most.
	recordSize = 4096

	authSize, saltSize, nonceSize, keySize, secretSize = 16, 16, 12, 16, 32
	pointSize                                          = 65 // of a public key
)

// pad returns the record of a text: the last one of its message, always as long.
func pad(text []byte) []byte {
	record := make([]byte, MaxText+1)
	record[copy(record, text)] = 2 // what ends the text in the last record (RFC 8188)
	return record
}

// seal encrypts the one record of a message for a browser, with a key that is used
// once and a salt.
func seal(record []byte, to Subscription, once *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	browser, err := ecdh.P256().NewPublicKey(to.Key)
	if err != nil {
		return nil, err
	}
	shared, err := once.ECDH(browser)
	if err != nil {
		return nil, err
	}
	own := once.PublicKey().Bytes()
	secret, err := hkdf.Key(sha256.New, shared, to.Auth, "WebPush: info\x00"+string(to.Key)+string(own), secretSize)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", keySize)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", nonceSize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Write(salt)
	out.Write(binary.BigEndian.AppendUint32(nil, recordSize))
	out.WriteByte(pointSize)
	out.Write(own)
	return gcm.Seal(out.Bytes(), nonce, record, nil), nil
}

// Subscription is where and how one browser is reached.
type Subscription struct {
	Endpoint string // of its push service
	Key      []byte // its public key: an uncompressed point of P256
	Auth     []byte // 16 bytes that it and this server know
}

// check refuses with Invalid keys that nothing can be encrypted for.
func (s Subscription) check() error {
	if _, err := ecdh.P256().NewPublicKey(s.Key); err != nil {
		return domain.InvalidInput(domain.Fault{Field: "p256dh", Message: "must be a public key of P256, 65 bytes as base64url"})
	}
	if len(s.Auth) != authSize {
		return domain.InvalidInput(domain.Fault{Field: "auth", Message: "must be 16 bytes as base64url"})
	}
	return nil
}
