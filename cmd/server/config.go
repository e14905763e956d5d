package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
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

	smtp        string // address of a mail server; "": no mail is sent
	smtpSecret  string // file with its password
	mailFrom    string
	site        string // where the app is, for links in mail
	callable    string // networks that may be called although they are not public
	checkpoints string // folder of the second place; "" is one in data
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
	password := ""
	if c.smtpSecret != "" {
		text, err := os.ReadFile(c.smtpSecret)
		if err != nil {
			return nil, fmt.Errorf("password of the mail server: %w", err)
		}
		password = strings.TrimSpace(string(text))
	}
	server, err := mail.Open(c.smtp, password, c.mailFrom, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return server, nil
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
	flags.StringVar(&c.site, "site", c.site, "where the app is, for links in mail and calls, like https://home.example.org (LOGIS_SITE)")
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
