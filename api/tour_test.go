package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/access/openidlab"
	"logis/dispatch/mail/maillab"
	"logis/dispatch/push/pushlab"
)

var update = flag.Bool("update", false, "write the examples anew whose shape is another one (make generate)")

// tour asks for every operation once, as apps do, and keeps what was said.
type tour struct {
	*house
	desk   *desk
	ops    map[string]*huma.Operation // by their ids
	places map[string]string          // what stands for {device} and its like in a path
	seen   map[string]example
	mails  chan maillab.Mail // what the server sent

	provider *openidlab.Provider
	match    string // the newest ETag

	outside *pushlab.Service // a push service, and where a program stands
}

func newTour(t *testing.T) *tour {
	t.Helper()
	h, d, _ := staffed(t)
	h.b.http.URL = strings.Replace(h.b.http.URL, "127.0.0.1", "localhost", 1) // passkeys need a name
	n := &tour{house: h, desk: d, ops: map[string]*huma.Operation{}, places: map[string]string{}, seen: map[string]example{}}
	n.mails, n.outside = h.b.telling(t)
	n.provider = openidlab.Start(t, h.b.http.URL+callbackPath)
	h.b.server.options.OpenID = h.b.access.OpenID(access.Provider{
		Issuer: n.provider.Issuer, Client: openidlab.Client, Secret: openidlab.Secret, Name: "Example",
	})
	for _, op := range documented(h.b.server.huma.OpenAPI()) {
		n.ops[op.OperationID] = op
	}
	return n
}

// ask asks for an operation and expects what the document says of success. What is
// named ends with a query where the operation has one.
func (n *tour) ask(who *person, what, body string) *reply {
	n.b.t.Helper()
	id, query, _ := strings.Cut(what, "?")
	op := n.ops[id]
	if op == nil {
		n.b.t.Fatalf("there is no operation %s", id)
	}
	path := op.Path
	for place, value := range n.places {
		path = strings.ReplaceAll(path, "{"+place+"}", value)
	}
	path = n.fill(path)
	if query != "" {
		path += "?" + query
	}
	var headers []header
	e := example{Method: op.Method, Path: strings.TrimPrefix(path, base), Status: successOf(op), Type: "application/json"}
	if body != "" {
		e.Body = json.RawMessage(body)
	}
	for _, p := range op.Parameters {
		switch p.Name {
		case "If-Match":
			e.IfMatch = n.match
			headers = append(headers, header{"If-Match", n.match})
		case "Idempotency-Key":
			e.Key = "5f0c8a1e9b7d4c3f"
		}
	}
	ask := n.b.ask
	if who != nil {
		ask = who.ask
	}
	r := ask(op.Method, path, body, headers...).want(e.Status)
	if tag := r.header.Get("ETag"); tag != "" {
		n.match = tag
	}
	if r.body != "" {
		e.Type, e.Answer = r.shown()
	}
	n.keep(id, e)
	return r
}

// shown is the answer as an example keeps it: of what is no JSON the first lines.
func (r *reply) shown() (kind string, answer json.RawMessage) {
	r.t.Helper()
	kind = r.header.Get("Content-Type")
	if kind == "application/json" {
		return kind, json.RawMessage(r.body)
	}
	lines := strings.SplitAfter(r.body, "\n")
	answer, err := json.Marshal(strings.Join(lines[:min(len(lines), 3)], ""))
	if err != nil {
		r.t.Fatal(err)
	}
	return kind, answer
}

// keep remembers the first example of an operation.
func (n *tour) keep(id string, e example) {
	if _, ok := n.seen[id]; !ok {
		n.seen[id] = e
	}
}

// successOf returns the status that the document gives an operation that succeeds.
func successOf(op *huma.Operation) int {
	statuses := slices.Sorted(maps.Keys(op.Responses))
	status, _ := strconv.Atoi(statuses[0])
	return status
}

func TestEveryOperationHasAnExampleThatIsTrue(t *testing.T) {
	t.Parallel()
	n := newTour(t)
	n.walk()
	harmless := n.harmless()
	for _, id := range slices.Sorted(maps.Keys(n.ops)) {
		e, ok := n.seen[id]
		if !ok {
			t.Errorf("%s has no example: ask for it in the tour", id)
			continue
		}
		n.fits(id, e)
		got := harmless(e)
		kept, there, err := exampleOf(id)
		if err != nil {
			t.Fatal(err)
		}
		was, is := shapeOf(kept), shapeOf(got)
		if there && was == is {
			continue
		}
		if *update {
			n.write(id, got)
			continue
		}
		t.Errorf("%s: its example is not what the server says (run `go test ./api -update`):\n%s\nnow\n%s", id, was, is)
	}
}

func TestNoExampleIsOfAnOperationThatIsNotThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	there := map[string]bool{}
	for _, op := range documented(b.server.huma.OpenAPI()) {
		there[op.OperationID+".json"] = true
	}
	files, err := examples.ReadDir("examples")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !there[file.Name()] {
			t.Errorf("examples/%s is of no operation", file.Name())
		}
	}
}

// fits checks the request and the answer against the document's schemas.
func (n *tour) fits(id string, e example) {
	n.b.t.Helper()
	op := n.ops[id]
	if e.Body != nil && op.RequestBody != nil {
		n.valid(id+" asks", op.RequestBody.Content["application/json"].Schema, huma.ModeWriteToServer, e.Body)
	}
	if answer := op.Responses[strconv.Itoa(e.Status)]; e.Answer != nil && e.Type == "application/json" {
		n.valid(id+" answers", answer.Content[e.Type].Schema, huma.ModeReadFromServer, e.Answer)
	}
}

func (n *tour) valid(what string, schema *huma.Schema, mode huma.ValidateMode, text []byte) {
	n.b.t.Helper()
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		n.b.t.Errorf("%s: %v in %s", what, err, text)
		return
	}
	var result huma.ValidateResult
	huma.Validate(n.b.server.huma.OpenAPI().Components.Schemas, schema, huma.NewPathBuffer(nil, 0), mode, value, &result)
	for _, err := range result.Errors {
		if strings.Contains(err.Error(), "but matched multiple") {
			continue // huma's check takes everything for null
		}
		n.b.t.Errorf("%s: %v", what, err)
	}
}

func (n *tour) write(id string, e example) {
	n.b.t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(e); err != nil {
		n.b.t.Fatal(err)
	}
	if err := os.WriteFile("examples/"+id+".json", text.Bytes(), 0o600); err != nil {
		n.b.t.Fatal(err)
	}
}

var (
	anID     = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	aSecret  = regexp.MustCompile(`logis-([a-z]+)-[A-Za-z0-9_-]{20,}`)
	aWebhook = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`)
	aCode    = regexp.MustCompile(`"code":"\d{8}"`)
	anOTP    = regexp.MustCompile(`secret=[A-Z2-7]+`)
	aPlace   = regexp.MustCompile(`https://127\.0\.0\.1:\d+`)
	aPort    = regexp.MustCompile(`localhost:\d+`)
	aSpoiler = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

// harmless returns what makes an example fit to be printed: no id and no secret of
// this run, and of a long list the beginning.
func (n *tour) harmless() func(example) example {
	const known = "0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a"
	ids := map[string]string{
		n.id.String(): known + "01", n.fixture.room.String(): known + "02", n.fixture.device.String(): known + "03",
		n.gateway.String(): known + "04", n.fixture.command.String(): known + "05", n.fixture.rule.String(): known + "06",
		n.fixture.scene.String(): known + "07", string(n.fixture.mode): known + "08", n.owner.id.String(): known + "09",
	}
	return func(e example) example {
		further := maps.Clone(ids)
		clean := func(text string) string {
			text = anID.ReplaceAllStringFunc(text, func(id string) string {
				if _, ok := further[id]; !ok {
					further[id] = fmt.Sprintf("%s%02x", known, len(further)+1)
				}
				return further[id]
			})
			text = aPort.ReplaceAllString(anOTP.ReplaceAllString(text, "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "logis.example")
			text = aCode.ReplaceAllString(aWebhook.ReplaceAllString(text, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"), `"code":"04711815"`)
			text = aPlace.ReplaceAllString(text, "https://outside.example.org")
			text = strings.ReplaceAll(text, "127.0.0.1", "192.0.2.7")
			return aSecret.ReplaceAllString(text, "logis-$1-"+aSpoiler)
		}
		e.Path = clean(e.Path)
		for _, text := range []*json.RawMessage{&e.Body, &e.Answer} {
			if *text == nil {
				continue
			}
			var value any
			decoder := json.NewDecoder(strings.NewReader(clean(string(*text))))
			decoder.UseNumber()
			if err := decoder.Decode(&value); err != nil {
				n.b.t.Fatal(err)
			}
			brief, err := json.Marshal(shortened(value))
			if err != nil {
				n.b.t.Fatal(err)
			}
			*text = brief
		}
		return e
	}
}

// shortened leaves the first two of every list.
func shortened(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = shortened(v[i])
		}
		return v[:min(len(v), 2)]
	case map[string]any:
		for name := range v {
			v[name] = shortened(v[name])
		}
	}
	return value
}

// shapeOf writes down what an example is made of: names and kinds, no values. A
// cursor, a revision or a time is another one in every run.
func shapeOf(e example) string {
	path, _, _ := strings.Cut(e.Path, "?")
	text := fmt.Sprintln(e.Method, strings.Count(path, "/"), e.Status, e.Type, e.IfMatch != "", e.Key)
	for _, part := range []json.RawMessage{e.Body, e.Answer} {
		var value any
		if part != nil && json.Unmarshal(part, &value) != nil {
			return "no JSON"
		}
		text += kindOf(value, "") + "\n"
	}
	return text
}

func kindOf(value any, indent string) string {
	switch v := value.(type) {
	case map[string]any:
		text := "{"
		for _, name := range slices.Sorted(maps.Keys(v)) {
			shown := anID.ReplaceAllString(name, "(id)")
			text += "\n" + indent + "  " + shown + ": " + kindOf(v[name], indent+"  ")
		}
		return text + "}"
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		return "[" + kindOf(v[0], indent) + "]"
	}
	return fmt.Sprintf("%T", value)
}
