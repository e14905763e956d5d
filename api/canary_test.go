package api

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// secretColumns are those that must hold a secret as it is, and why.
var secretColumns = map[string]string{
	"webhook_targets.secret":     "what is sent is signed with it",
	"webhook_targets.old_secret": "it signs for a day more",
	"one_time_seeds.seed":        "codes are made from it",
	"claims.secret":              "the gateway shows that it knows it without saying it",
}

// whatIsSecret matches what is given and shown once: links, sessions, invitations,
// tokens, claims, challenges, seeds, recovery codes, secrets of webhooks, passwords.
var whatIsSecret = map[string]*regexp.Regexp{
	"random":   regexp.MustCompile(`logis-(?:link|session|invite|token|incident|ceremony|claim)-([A-Za-z0-9_-]{43})`),
	"webhook":  regexp.MustCompile(`whsec_([A-Za-z0-9+/=]+)`),
	"seed":     regexp.MustCompile(`secret=([A-Z2-7]+)`),
	"recovery": regexp.MustCompile(`"([a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4})"`),
	"password": regexp.MustCompile(`"password":"([^"]+)"`),
}

// wiretap reads all that is asked and answered.
type wiretap struct {
	next http.RoundTripper

	mu      sync.Mutex
	secrets map[string]string // what they are, by their text
}

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		w.hear(string(text))
		r.Body = io.NopCloser(bytes.NewReader(text))
	}
	w.hear(r.Header.Get("Cookie"))
	answer, err := w.next.RoundTrip(r)
	if err != nil || answer.Header.Get("Content-Type") != "application/json" {
		return answer, err
	}
	w.hear(strings.Join(answer.Header.Values("Set-Cookie"), " "))
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	w.hear(string(text))
	answer.Body = io.NopCloser(bytes.NewReader(text))
	return answer, err
}

func (w *wiretap) hear(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for what, pattern := range whatIsSecret {
		for _, found := range pattern.FindAllStringSubmatch(text, -1) {
			w.secrets[found[1]] = what
		}
	}
}

// forms are how a secret may stand somewhere: as it is, its bytes in hexadecimal
// digits, and those of what it is the text of.
func forms(secret, what string) []string {
	all := []string{secret, hex.EncodeToString([]byte(secret))}
	var raw []byte
	switch what {
	case "random":
		raw, _ = base64.RawURLEncoding.DecodeString(secret)
	case "webhook":
		raw, _ = base64.StdEncoding.DecodeString(secret)
	case "seed":
		raw, _ = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	}
	if len(raw) >= 16 { // of a claim the first half is a name, which is no secret
		all = append(all, hex.EncodeToString(raw[len(raw)-16:]))
	}
	return all
}

// Every operation is asked for, and every secret that was ever said is looked for: in
// the log, in every column of the database, in what the server says of errors. There
// are neither traces nor metrics that could hold one.
func TestNoSecretStandsWhereItMustNot(t *testing.T) {
	t.Parallel()
	n := newTour(t)
	w := &wiretap{next: n.b.http.Client().Transport, secrets: map[string]string{
		"letmein": "mail", strings.TrimPrefix(n.owner.token, "logis-session-"): "random",
	}}
	n.b.http.Client().Transport = w
	n.walk()
	heard := map[string]int{}
	for _, what := range w.secrets {
		heard[what]++
	}
	for what := range whatIsSecret {
		if heard[what] == 0 {
			t.Errorf("no secret of the kind %s was said: the tour has changed", what)
		}
	}
	n.searchErrors(w.secrets)
	n.searchDatabase(w.secrets)
	log := n.b.log.String()
	for secret, what := range w.secrets {
		for _, form := range forms(secret, what) {
			if strings.Contains(log, form) {
				t.Errorf("the log holds a secret (%s)", what)
			}
		}
	}
}

// searchErrors puts each secret where it does not belong.
func (n *tour) searchErrors(secrets map[string]string) {
	n.b.t.Helper()
	for secret, what := range secrets {
		quoted, err := json.Marshal(secret)
		if err != nil {
			n.b.t.Fatal(err)
		}
		for _, prefix := range []string{"", "logis-token-", "logis-link-"} {
			for _, r := range []*reply{
				n.b.ask("POST", base+"/session", `{"link":"`+prefix+secret+`"}`),
				n.b.ask("POST", base+"/session/password", `{"login":"`+prefix+`nobody","password":`+string(quoted)+`}`),
				n.b.ask("GET", base+"/homes/"+url.PathEscape(prefix+secret)+"/devices", "", header{"Authorization", "Bearer " + prefix + secret}),
				n.b.ask("POST", base+"/incidents/open", `{"link":`+string(quoted)+`}`),
				n.b.ask("POST", base+"/session/passkey", `{"ceremony":"`+prefix+secret+`","response":{}}`),
			} {
				if r.status < http.StatusBadRequest {
					n.b.t.Fatalf("%s: %d, which is no refusal", strings.ReplaceAll(r.what, secret, "…"), r.status)
				}
				if strings.Contains(r.body, secret) {
					n.b.t.Errorf("a refusal says a secret (%s): %s", what, r.body)
				}
			}
		}
	}
}

// searchDatabase looks into every column of every table.
func (n *tour) searchDatabase(secrets map[string]string) {
	n.b.t.Helper()
	ctx, pool := n.b.t.Context(), n.b.store.Pool()
	rows, err := pool.Query(ctx, `
		SELECT table_name, column_name, data_type FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type IN ('bytea', 'text', 'json', 'jsonb', 'ARRAY', 'character varying', 'uuid', 'USER-DEFINED')`)
	if err != nil {
		n.b.t.Fatal(err)
	}
	type column struct{ Table, Name, Type string }
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	if err != nil || len(columns) < 50 {
		n.b.t.Fatalf("%d columns, %v", len(columns), err)
	}
	found := map[string]bool{}
	for _, c := range columns {
		name := pgx.Identifier{c.Name}.Sanitize()
		value := name + "::text" // bytes become hexadecimal digits
		if c.Type == "bytea" {
			value = `encode(` + name + `, 'hex')`
		}
		var all string
		err := pool.QueryRow(ctx, `SELECT coalesce(string_agg(`+value+`, ' '), '') FROM `+pgx.Identifier{c.Table}.Sanitize()).Scan(&all)
		if err != nil {
			n.b.t.Fatalf("%s.%s: %v", c.Table, c.Name, err)
		}
		for secret, what := range secrets {
			for _, form := range forms(secret, what) {
				if !strings.Contains(all, form) {
					continue
				}
				if _, ok := secretColumns[c.Table+"."+c.Name]; !ok {
					n.b.t.Errorf("%s.%s holds a secret (%s)", c.Table, c.Name, what)
				}
				found[c.Table+"."+c.Name] = true
			}
		}
	}
	if len(found) == 0 { // the seed of one-time codes at least, or nothing was looked for
		n.b.t.Error("no column holds a secret, not even those that must")
	}
}
