// Package nodelab runs a server of others for a test: a program for node, in a process
// of its own, that speaks TLS with a certificate for 127.0.0.1 and tells what it took
// as lines of JSON, the first of which names its port.
package nodelab

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

// maxLine bounds one line, in bytes.
const maxLine = 1 << 20

// maxWaiting bounds the lines that no test has read yet.
const maxWaiting = 64

// Start runs serve.mjs of the caller's folder until the test ends. It returns the port,
// who believes its certificate, and what it tells.
func Start[Told any](t *testing.T) (port int, roots *x509.CertPool, told chan Told) {
	t.Helper()
	_, file, _, _ := runtime.Caller(1)
	dir := filepath.Dir(file)
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		t.Fatalf("run `npm ci` in %s", dir)
	}
	roots, told = x509.NewCertPool(), make(chan Told, maxWaiting)
	cert, key := certify(t, roots)
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
	lines.Buffer(nil, maxLine)
	first := struct{ Port int }{}
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &first) != nil {
		t.Fatalf("the program in %s did not start", dir)
	}
	go func() {
		for lines.Scan() {
			var line Told
			if json.Unmarshal(lines.Bytes(), &line) == nil {
				told <- line
			}
		}
	}()
	return first.Port, roots, told
}

// certify makes a certificate for the loopback address that roots believe, and returns
// its files.
func certify(t *testing.T, roots *x509.CertPool) (cert, key string) {
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
	roots.AddCert(own)
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
