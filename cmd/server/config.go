package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"logis/access"
	"logis/dispatch/mail"
	"logis/dispatch/notify"
	"logis/dispatch/outside"
	"logis/dispatch/push"
)

// config is what the environment and the flags say.
type config struct {
	addr     string // to listen on
	data     string // folder of the private PostgreSQL and the demo home
	database string // URL of a PostgreSQL; "" starts a private one
	demoEdge string // program of an edge agent to run with a simulated home
	demoArgs string // further flags for it
	homeName string

	smtp         string // address of a mail server; "": no mail is sent
	smtpSecret   string // file with its password
	mailFrom     string
	openID       string // issuer of an OpenID provider; "": nobody signs in by one
	openIDClient string // what this server is called there
	openIDSecret string // file with its secret
	openIDName   string // what people call the provider
	site         string // where the app is, for links in mail
	callable     string // networks that may be called although they are not public
	checkpoints  string // folder of the second place; "" is one in data
}

// second returns the folder of what must not be lost with the database: the signed
// checkpoints and the ledger of erasures.
func (c config) second() string {
	if c.checkpoints != "" {
		return c.checkpoints
	}
	return filepath.Join(c.data, "checkpoints")
}

func checkpointsFlag(flags *flag.FlagSet, c *config) {
	flags.StringVar(&c.checkpoints, "checkpoints-dir", c.checkpoints,
		"folder for the signed checkpoints and the ledger of erasures, best on another disk (LOGIS_CHECKPOINTS; checkpoints in the data folder)")
}

// outside returns who calls the addresses that people give.
func (c config) outside() (*outside.Caller, error) {
	var options outside.Options
	for text := range strings.SplitSeq(c.callable, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%w: network %q: want one like 192.168.1.0/24", errUsage, text)
		}
		options.Allow = append(options.Allow, network)
	}
	return outside.New(options), nil
}

// mailer returns who sends mail, nil for nobody. The password is in a file: a variable
// would show in listings and reports of crashes.
func (c config) mailer() (notify.Mailer, error) {
	if c.smtp == "" {
		return nil, nil //nolint:nilnil // everything works without mail
	}
	password, err := secretIn(c.smtpSecret)
	if err != nil {
		return nil, fmt.Errorf("password of the mail server: %w", err)
	}
	server, err := mail.Open(c.smtp, password, c.mailFrom, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return server, nil
}

// secretIn reads a secret from a file; without one there is none.
func secretIn(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	return strings.TrimSpace(string(text)), err
}

// provider returns who signs people in by OpenID, nil for nobody.
func (c config) provider(a *access.Access) (*access.OpenID, error) {
	if c.openID == "" {
		return nil, nil //nolint:nilnil // everything works without a provider
	}
	issuer, err := url.Parse(c.openID)
	if err != nil || issuer.Host == "" || (issuer.Scheme != "https" && issuer.Hostname() != "localhost" && issuer.Hostname() != "127.0.0.1") {
		return nil, fmt.Errorf("%w: OpenID provider %q: want an issuer like https://accounts.example.org", errUsage, c.openID)
	}
	if c.openIDClient == "" {
		return nil, fmt.Errorf("%w: OpenID provider: want --openid-client, what this server is called there", errUsage)
	}
	secret, err := secretIn(c.openIDSecret)
	if err != nil {
		return nil, fmt.Errorf("secret at the OpenID provider: %w", err)
	}
	name := c.openIDName
	if name == "" {
		name = issuer.Host
	}
	return a.OpenID(access.Provider{Issuer: c.openID, Client: c.openIDClient, Secret: secret, Name: name}), nil
}

func openIDFlags(flags *flag.FlagSet, c *config) {
	flags.StringVar(&c.openID, "openid", c.openID, "issuer of an OpenID provider that may sign people in, like https://accounts.example.org (LOGIS_OPENID; none)")
	flags.StringVar(&c.openIDClient, "openid-client", c.openIDClient, "what this server is called there (LOGIS_OPENID_CLIENT)")
	flags.StringVar(&c.openIDSecret, "openid-secret-file", c.openIDSecret, "file with its secret there (LOGIS_OPENID_SECRET_FILE)")
	flags.StringVar(&c.openIDName, "openid-name", c.openIDName, "what people call the provider (LOGIS_OPENID_NAME; its host)")
}

// pusher returns who sends to browsers, with the key that all servers of the database
// have: the first one to start makes it.
func (c config) pusher(ctx context.Context, keys *access.Access, caller *outside.Caller) (*push.Sender, error) {
	key, err := keys.PushKey(ctx)
	if err != nil {
		return nil, err
	}
	contact := c.site
	if from, err := netmail.ParseAddress(c.mailFrom); err == nil {
		contact = "mailto:" + from.Address
	}
	return push.New(key, contact, caller)
}

func mailFlags(flags *flag.FlagSet, c *config) {
	flags.StringVar(&c.smtp, "smtp", c.smtp, "mail server, like smtp://user@mail.example.org:587 (LOGIS_SMTP; none, and no mail is sent)")
	flags.StringVar(&c.smtpSecret, "smtp-password-file", c.smtpSecret, "file with the password of its user (LOGIS_SMTP_PASSWORD_FILE)")
	flags.StringVar(&c.mailFrom, "mail-from", c.mailFrom, "whom mail is from, like Logis <home@example.org> (LOGIS_MAIL_FROM)")
	flags.StringVar(&c.site, "site", c.site, "where the app is, for links in mail and calls, and for apps of others, like https://home.example.org (LOGIS_SITE)")
}

func callableFlag(flags *flag.FlagSet, c *config) {
	flags.StringVar(&c.callable, "callable", c.callable,
		"networks that webhooks may be in although they are not public, separated by commas (LOGIS_CALLABLE; none)")
}

const (
	defaultAddr = "localhost:8080"
	defaultData = ".logis"
)

// readConfig fills the flags of a subcommand: environment first, flags win.
func readConfig(t terminal, name string, args []string, more func(*flag.FlagSet, *config)) (config, []string, error) {
	c := config{addr: fromEnv(t, "LOGIS_ADDR", defaultAddr), data: fromEnv(t, "LOGIS_DATA", defaultData)}
	c.database, c.checkpoints = fromEnv(t, "DATABASE_URL", ""), fromEnv(t, "LOGIS_CHECKPOINTS", "")
	c.smtp, c.mailFrom = fromEnv(t, "LOGIS_SMTP", ""), fromEnv(t, "LOGIS_MAIL_FROM", "")
	c.smtpSecret, c.site = fromEnv(t, "LOGIS_SMTP_PASSWORD_FILE", ""), fromEnv(t, "LOGIS_SITE", "")
	c.callable = fromEnv(t, "LOGIS_CALLABLE", "")
	c.openID, c.openIDClient = fromEnv(t, "LOGIS_OPENID", ""), fromEnv(t, "LOGIS_OPENID_CLIENT", "")
	c.openIDSecret, c.openIDName = fromEnv(t, "LOGIS_OPENID_SECRET_FILE", ""), fromEnv(t, "LOGIS_OPENID_NAME", "")
	flags := flag.NewFlagSet("logis-server "+name, flag.ContinueOnError)
	flags.SetOutput(t.err)
	flags.StringVar(&c.data, "data", c.data, "data folder (LOGIS_DATA)")
	flags.StringVar(&c.database, "database", c.database, "URL of a PostgreSQL; without it a private one runs (DATABASE_URL)")
	if more != nil {
		more(flags, &c)
	}
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp { //nolint:errorlint // the flag package returns it as it is
			return c, nil, err
		}
		return c, nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	absolute, err := filepath.Abs(c.data)
	if err != nil {
		return c, nil, fmt.Errorf("data folder: %w", err)
	}
	c.data = absolute
	return c, flags.Args(), nil
}

func fromEnv(t terminal, name, fallback string) string {
	if value, ok := t.env(name); ok && value != "" {
		return value
	}
	return fallback
}

// checkAddr refuses an address nobody can listen on, with a sentence.
func checkAddr(addr string) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return fmt.Errorf("%w: address %q: want host:port, like localhost:8080 or :8080", errUsage, addr)
	}
	return nil
}
