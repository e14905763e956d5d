// Package mail hands messages to one mail server.
//
// It speaks SMTP with TLS, begun at once or by STARTTLS, and signs in. To a server on
// this very machine it may speak in clear. What it is refused says whether the same
// message may be taken later ([ErrRefused]).
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

// sendTimeout bounds handing over one message, from the look-up of the name on.
const sendTimeout = 15 * time.Second

// ErrRefused is wrapped by Send when the server will not take the message later
// either: the address is wrong, for instance.
var ErrRefused = errors.New("the mail server refused it for good")

// Server is the mail server that is used.
type Server struct {
	host, port     string
	atOnce         bool // TLS from the first byte on
	user, password string
	from           *netmail.Address
	roots          *x509.CertPool
}

// Open reads the settings: an address like smtp://user@mail.example.org:587, or smtps://
// for TLS from the first byte on; the password of its user; and who messages are from.
// roots are the authorities believed in; nil: those of the machine.
func Open(address, password, from string, roots *x509.CertPool) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" {
		return nil, errors.New("the mail server must be like smtp://user@mail.example.org:587 or smtps://…:465")
	}
	if _, inAddress := u.User.Password(); inAddress {
		return nil, errors.New("the password of the mail server does not belong into its address")
	}
	s := &Server{host: u.Hostname(), port: u.Port(), atOnce: u.Scheme == "smtps", user: u.User.Username(), password: password, roots: roots}
	if s.from, err = netmail.ParseAddress(from); err != nil {
		return nil, fmt.Errorf("whom mail is from: %w", err)
	}
	if s.port == "" {
		s.port = map[bool]string{true: "465", false: "587"}[s.atOnce]
	}
	return s, nil
}

// Mail is one message to one person.
type Mail struct {
	To      string
	Subject string
	Text    string
	ID      string // the same when it is sent again, so that a mail program shows it once
	At      time.Time
}

// Address returns the address that a person wrote, or false for what is none.
func Address(text string) (string, bool) {
	parsed, err := netmail.ParseAddress(text)
	if err != nil || parsed.Name != "" || parsed.Address != text || strings.ContainsAny(text, " \r\n<>") || len(text) > maxAddress {
		return "", false
	}
	return parsed.Address, true
}

// maxAddress bounds an e-mail address, in bytes: RFC 5321.
const maxAddress = 254

// Send hands one message over.
func (s *Server) Send(ctx context.Context, m Mail) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("reach the mail server: %w", err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // net/smtp knows no context
	defer stop()
	client, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return fmt.Errorf("greet the mail server: %w", err)
	}
	if err := s.introduce(client); err != nil {
		return fmt.Errorf("sign in to the mail server: %w", err)
	}
	if err := s.hand(client, m); err != nil {
		return permanent(err)
	}
	_ = client.Quit() // it has the message
	return nil
}

func (s *Server) tls() *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}
}

func (s *Server) dial(ctx context.Context) (net.Conn, error) {
	place := net.JoinHostPort(s.host, s.port)
	if s.atOnce {
		return (&tls.Dialer{Config: s.tls()}).DialContext(ctx, "tcp", place)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", place)
}

// introduce makes the line secret and says who we are.
func (s *Server) introduce(client *smtp.Client) error {
	if !s.atOnce {
		offered, _ := client.Extension("STARTTLS")
		switch {
		case offered:
			if err := client.StartTLS(s.tls()); err != nil {
				return err
			}
		case !s.here():
			return errors.New("it offers no TLS, and is not on this machine")
		}
	}
	if s.user == "" {
		return nil
	}
	return client.Auth(smtp.PlainAuth("", s.user, s.password, s.host))
}

// here reports whether the server is on this very machine.
func (s *Server) here() bool {
	address, err := netip.ParseAddr(s.host)
	return s.host == "localhost" || err == nil && address.IsLoopback()
}

func (s *Server) hand(client *smtp.Client, m Mail) error {
	if err := client.Mail(s.from.Address); err != nil {
		return err
	}
	if err := client.Rcpt(m.To); err != nil {
		return err
	}
	text, err := s.write(m)
	if err != nil {
		return err
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := data.Write(text); err != nil {
		return err
	}
	return data.Close()
}

// permanent tells a refusal for good from one for now, by the first digit of what the
// server said.
func permanent(err error) error {
	var said *textproto.Error
	if errors.As(err, &said) && said.Code >= 500 {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return fmt.Errorf("hand a message over: %w", err)
}

// write returns the message as it goes over the line.
func (s *Server) write(m Mail) ([]byte, error) {
	_, domain, _ := strings.Cut(s.from.Address, "@")
	var out bytes.Buffer
	for _, field := range [][2]string{
		{"From", s.from.String()}, {"To", (&netmail.Address{Address: m.To}).String()},
		{"Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject))}, {"Date", m.At.Format(time.RFC1123Z)},
		{"Message-ID", "<" + m.ID + "@" + domain + ">"}, {"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		out.WriteString(field[0] + ": " + field[1] + "\r\n")
	}
	out.WriteString("\r\n")
	body := quotedprintable.NewWriter(&out)
	if _, err := body.Write([]byte(m.Text)); err != nil {
		return nil, err
	}
	err := body.Close()
	return out.Bytes(), err
}

// oneLine keeps names that people chose from becoming headers.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}
