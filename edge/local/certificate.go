package local

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"logis/edge/identity"
)

const certificateFile = "local-tls.pem"

const (
	// certificateLife is how long a certificate is good.
	certificateLife = 365 * 24 * time.Hour
	// renewalLife is how much of a certificate's life is left when it is replaced: a
	// third.
	renewalLife = certificateLife / 3
)

// certificates is the gateway's own certificate, which no authority signed: people
// compare its fingerprint once. The key stays the same when it is renewed. It is
// ECDSA on P256, because browsers know no Ed25519 here.
type certificates struct {
	path  string
	names []string
	now   func() time.Time
	say   func(fingerprint string) // called with each certificate that comes into use

	mu      sync.Mutex
	present *tls.Certificate
}

// get returns the present certificate, renewed when it is time.
func (c *certificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.present == nil {
		if loaded, err := loadCertificate(c.path); err == nil {
			c.use(loaded) // one that cannot be read is replaced: people compare again
		}
	}
	if c.present != nil && !c.due(c.present.Leaf) {
		return c.present, nil
	}
	made, err := c.renew()
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	c.use(made)
	return c.present, nil
}

func (c *certificates) use(certificate *tls.Certificate) {
	c.present = certificate
	if !c.due(certificate.Leaf) {
		c.say(fingerprint(certificate.Leaf.Raw))
	}
}

// due reports whether a certificate must be replaced.
func (c *certificates) due(leaf *x509.Certificate) bool {
	for _, name := range c.names {
		if leaf.VerifyHostname(name) != nil {
			return true
		}
	}
	return c.now().After(leaf.NotAfter.Add(-renewalLife))
}

// renew makes a certificate with the present key, or a new one.
func (c *certificates) renew() (*tls.Certificate, error) {
	var key *ecdsa.PrivateKey
	if c.present != nil {
		key, _ = c.present.PrivateKey.(*ecdsa.PrivateKey)
	}
	var err error
	if key == nil {
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, err
		}
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	now := c.now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Logis gateway"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(certificateLife), // a phone's clock may be behind
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range c.names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := slices.Concat(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	if err := identity.Keep(c.path, text); err != nil {
		return nil, err
	}
	return parseCertificate(text)
}

func loadCertificate(path string) (*tls.Certificate, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, fmt.Errorf("hide the key from others: %w", err)
	}
	return parseCertificate(text)
}

func parseCertificate(text []byte) (*tls.Certificate, error) {
	certificate, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, err
	}
	certificate.Leaf, err = x509.ParseCertificate(certificate.Certificate[0])
	return &certificate, err
}

// fingerprint returns the SHA-256 of a certificate as browsers show it.
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	var text bytes.Buffer
	for i, b := range sum {
		if i > 0 {
			text.WriteByte(':')
		}
		fmt.Fprintf(&text, "%02X", b)
	}
	return text.String()
}

// names returns what a gateway can be called: what the person said, what the
// machine calls itself, and the machine itself.
func names(given, listening string) []string {
	all := []string{"localhost", "127.0.0.1", "::1"}
	if given != "" {
		all = append(all, given)
	}
	if host, err := os.Hostname(); err == nil && host != "localhost" && isHostName(host) {
		all = append(all, host)
		if !strings.Contains(host, ".") {
			all = append(all, host+".local")
		}
	}
	if host, _, err := net.SplitHostPort(listening); err == nil && host != "" {
		if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
			all = append(all, host)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// isHostName reports whether a text can stand in a certificate as a name.
func isHostName(text string) bool {
	return text != "" && len(text) <= 253 && text[0] != '-' && text[0] != '.' &&
		strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == ""
}
