// Package maillab runs a real SMTP server, npm's smtp-server, in a process of its own.
// Only tests use it; `make test` installs it, or `npm ci` in this folder.
package maillab

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// Mail is what the server took.
type Mail struct {
	From   string   `json:"from"`
	To     []string `json:"to"`
	Secure bool     `json:"secure"` // it came by TLS
	Text   string   `json:"text"`   // headers and body
	Port   int      `json:"port"`   // of its first line only
}

// Server is a server that runs.
type Server struct {
	Port  int
	Roots *x509.CertPool // that believe its certificate, which is for 127.0.0.1
	Mails chan Mail
}

// Start runs a server until the test ends. It signs in logis by letmein, knows
// nobody@… not, and is always busy for busy@….
func Start(t *testing.T) *Server {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	dir := filepath.Dir(file)
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		t.Fatalf("run `npm ci` in %s", dir)
	}
	s := &Server{Roots: x509.NewCertPool(), Mails: make(chan Mail, 64)}
	cert, key := s.certify(t)
	cmd := exec.CommandContext(t.Context(), "node", "serve.mjs", cert, key)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	s.Port = s.next(t, lines).Port
	go func() {
		for lines.Scan() {
			var m Mail
			if json.Unmarshal(lines.Bytes(), &m) == nil {
				s.Mails <- m
			}
		}
	}()
	return s
}

func (*Server) next(t *testing.T, lines *bufio.Scanner) (m Mail) {
	t.Helper()
	if !lines.Scan() {
		t.Fatal("the SMTP server did not start")
	}
	if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// certify makes a certificate for the loopback address and returns its files.
func (s *Server) certify(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.Roots.AddCert(own)
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
