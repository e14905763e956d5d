// Package maillab runs a real SMTP server, npm's smtp-server, in a process of its own.
// Only tests use it; `make test` installs it, or `npm ci` in this folder.
package maillab

import (
	"crypto/x509"
	"testing"

	"logis/dispatch/nodelab"
)

// Mail is what the server took.
type Mail struct {
	From   string   `json:"from"`
	To     []string `json:"to"`
	Secure bool     `json:"secure"` // it came by TLS
	Text   string   `json:"text"`   // headers and body
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
	port, roots, mails := nodelab.Start[Mail](t)
	return &Server{Port: port, Roots: roots, Mails: mails}
}
