package domain_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"logis/domain"
	"logis/domain/thing"
)

// documents returns every part of a home as a projection keeps it.
func documents(t tester, h *domain.Home) map[string]string {
	t.Helper()
	docs := map[string]string{"home": document(t, h.Profile)}
	for id, m := range h.Members {
		docs["member "+id.String()] = document(t, m)
	}
	for id, r := range h.Rooms {
		docs["room "+id.String()] = document(t, r)
	}
	for id, g := range h.Gateways {
		docs["gateway "+id.String()] = document(t, g)
	}
	for id, d := range h.Devices {
		docs["device "+id.String()] = document(t, d)
	}
	for id, w := range h.Twins {
		docs["twin "+id.String()] = document(t, w)
	}
	for id, c := range h.Commands {
		docs["command "+id.String()] = document(t, c)
	}
	return docs
}

func document(t tester, v any) string {
	t.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(doc)
}

func diffDocuments(a, b map[string]string) string { return cmp.Diff(a, b) }

// comesBackTheSame reads a document into a new T and writes it again: rebuilds
// and loads compare bytes.
func comesBackTheSame[T any](t tester, v T) {
	t.Helper()
	doc := document(t, v)
	var read T
	if err := json.Unmarshal([]byte(doc), &read); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	if again := document(t, read); again != doc {
		t.Fatalf("%T\n was   %s\n came back as %s", v, doc, again)
	}
	if diff := cmp.Diff(v, read); diff != "" {
		t.Fatalf("%T came back changed (-was +read):\n%s", v, diff)
	}
}

var (
	drawValue = rapid.Custom(func(t *rapid.T) thing.Value {
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return thing.Bool(rapid.Bool().Draw(t, "bool"))
		case 1:
			return thing.Number(rapid.Float64().Draw(t, "number"))
		case 2:
			return thing.Text(rapid.StringN(0, 8, -1).Draw(t, "text"))
		case 3:
			return thing.Text(strings.Repeat("<", thing.MaxValueBytes-2)) // six times as long when it is escaped
		default:
			return `{"a":[1,"<"],"b":null}`
		}
	})
	drawTime = rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "microseconds")).UTC()
	})
	drawSeq    = rapid.Map(rapid.Int64Range(1, 1<<53), func(n int64) domain.Seq { return domain.Seq(n) })
	drawName   = rapid.OneOf(rapid.StringMatching(`[a-z]{1,12}`), rapid.StringN(0, 6, -1))
	drawValues = rapid.MapOfN(drawName, drawValue, 1, 4)
)

func drawID[K any](t *rapid.T) domain.ID[K] {
	return domain.ID[K](rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
}

func drawTwin(t *rapid.T) *domain.Twin {
	w := &domain.Twin{Device: drawID[domain.DeviceKind](t), Revision: drawSeq.Draw(t, "revision")}
	if rapid.Bool().Draw(t, "reached") {
		w.Available = domain.Availability{Is: rapid.Bool().Draw(t, "is"), Since: drawTime.Draw(t, "since"), Seq: drawSeq.Draw(t, "seq"), Epoch: 1, EdgeSeq: 9}
	}
	for name, value := range rapid.MapOfN(drawName, drawValue, 0, 4).Draw(t, "properties") {
		p := &domain.Property{}
		if rapid.Bool().Draw(t, "reported") {
			p.Reported = domain.Reported{
				Value: value, At: drawTime.Draw(t, "at"), Since: drawTime.Draw(t, "since"), Seq: drawSeq.Draw(t, "seq"),
				Epoch: rapid.IntRange(0, 3).Draw(t, "epoch"), EdgeSeq: rapid.Int64Range(0, 99).Draw(t, "edge seq"),
			}
			if rapid.Bool().Draw(t, "caused") {
				p.Reported.Cause = drawSeq.Draw(t, "cause")
			}
		}
		if rapid.Bool().Draw(t, "desired") {
			p.Desired = domain.Desired{
				Value: value, Version: drawSeq.Draw(t, "version"), Command: drawID[domain.CommandKind](t),
				At: drawTime.Draw(t, "at"), Open: rapid.Bool().Draw(t, "open"),
			}
		}
		if w.Properties == nil {
			w.Properties = map[string]*domain.Property{}
		}
		w.Properties[name] = p
	}
	for name, data := range rapid.MapOfN(drawName, drawValue, 0, 2).Draw(t, "signals") {
		if rapid.Bool().Draw(t, "bare") {
			data = ""
		}
		if w.Signals == nil {
			w.Signals = map[string]domain.Signal{}
		}
		w.Signals[name] = domain.Signal{Data: data, At: drawTime.Draw(t, "at"), Seq: drawSeq.Draw(t, "seq")}
	}
	return w
}

func TestEveryDocumentComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		comesBackTheSame(t, drawTwin(t))
		comesBackTheSame(t, &domain.Profile{Revision: drawSeq.Draw(t, "revision"), TimeZone: "Asia/Dhaka", Since: drawTime.Draw(t, "since")})
		comesBackTheSame(t, &domain.Member{Person: drawID[domain.PersonKind](t), Role: domain.Owner, Revision: drawSeq.Draw(t, "revision")})
		comesBackTheSame(t, &domain.Room{ID: drawID[domain.RoomKind](t), Revision: drawSeq.Draw(t, "revision")})
		comesBackTheSame(t, &domain.Gateway{
			ID: drawID[domain.GatewayKind](t), Revision: drawSeq.Draw(t, "revision"), KeyFingerprint: drawName.Draw(t, "key"),
			Version: drawName.Draw(t, "version"), Connected: rapid.Bool().Draw(t, "connected"), Since: drawTime.Draw(t, "since"),
			Session: rapid.Int64().Draw(t, "session"), Replica: drawName.Draw(t, "replica"), Outbox: drawName.Draw(t, "outbox"),
			Epoch: rapid.IntRange(0, 9).Draw(t, "epoch"), Cursor: rapid.Int64().Draw(t, "cursor"),
		})
		device := &domain.Device{
			ID: drawID[domain.DeviceKind](t), Revision: drawSeq.Draw(t, "revision"), Gateway: drawID[domain.GatewayKind](t),
			Address: drawName.Draw(t, "address"), Kind: drawName.Draw(t, "kind"), Removed: rapid.Bool().Draw(t, "removed"), Since: drawTime.Draw(t, "since"),
		}
		if rapid.Bool().Draw(t, "equipped") {
			device.Capabilities = rapid.SliceOfN(drawName, 1, 3).Draw(t, "capabilities")
			device.Attributes = rapid.MapOfN(drawName, drawName, 1, 3).Draw(t, "attributes")
			device.Room = drawID[domain.RoomKind](t)
		}
		comesBackTheSame(t, device)
		comesBackTheSame(t, drawCommand(t))
	})
}

func drawCommand(t *rapid.T) *domain.Command {
	step := func(name string) domain.Step {
		if !rapid.Bool().Draw(t, name) {
			return domain.Step{}
		}
		return domain.Step{Seq: drawSeq.Draw(t, name), At: drawTime.Draw(t, name)}
	}
	c := &domain.Command{
		ID: drawID[domain.CommandKind](t), Device: drawID[domain.DeviceKind](t), Gateway: drawID[domain.GatewayKind](t),
		Class: rapid.SampledFrom([]thing.Class{thing.Opening, thing.Config, thing.Job}).Draw(t, "class"),
		Actor: domain.SystemActor, Status: domain.Requested, Reason: drawName.Draw(t, "reason"),
		Requested: domain.Step{Seq: drawSeq.Draw(t, "requested"), At: drawTime.Draw(t, "requested")},
		Sent:      step("sent"), Delivered: step("delivered"), Ended: step("ended"), Sends: rapid.IntRange(0, 3).Draw(t, "sends"),
		Correlation: drawSeq.Draw(t, "correlation"),
	}
	if rapid.Bool().Draw(t, "deadline") {
		c.Deadline = time.UnixMilli(rapid.Int64Range(1, 4e12).Draw(t, "deadline")).UTC()
	}
	if rapid.Bool().Draw(t, "set") {
		c.Set = drawValues.Draw(t, "set")
		c.Desires = c.Set
	} else {
		c.Action, c.Input = "unlockDoor", drawValue.Draw(t, "input")
	}
	if rapid.Bool().Draw(t, "observed") {
		c.Observed = drawValues.Draw(t, "observed")
	}
	return c
}

// What is written by hand for speed is what encoding/json writes.
func TestATwinIsAppendedAsEncodingJSONWouldWriteIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawTwin(t)
		got, err := w.AppendJSON([]byte("before"))
		if err != nil {
			t.Fatal(err)
		}
		if want := "before" + plainJSON(t, w); string(got) != want {
			t.Fatalf("appended\n %s\nwant\n %s", got, want)
		}
	})
}

func TestAReportIsWrittenAsEncodingJSONWouldWriteIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := domain.DeviceReported{Values: rapid.MapOfN(drawName, drawValue, 0, 12).Draw(t, "values")}
		got, err := domain.EncodeFact(f)
		if err != nil {
			t.Fatal(err)
		}
		if want := plainJSON(t, f); string(got) != want {
			t.Fatalf("written as\n %s\nwant\n %s", got, want)
		}
		read, err := domain.DecodeFact("device.reported", domain.FactSchema, got)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(domain.Fact(f), read); diff != "" {
			t.Fatalf("%s is read as (-want +got):\n%s", got, diff)
		}
	})
}

// plainJSON is encoding/json without the escapes it adds for HTML.
func plainJSON(t tester, v any) string {
	t.Helper()
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatalf("%v", err)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

func TestATwinThatCouldNotBeReadAgainIsNotWritten(t *testing.T) {
	t.Parallel()
	year := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, p := range map[string]*domain.Property{
		"value":   {Reported: domain.Reported{Value: "garbage", Seq: 1}},
		"time":    {Reported: domain.Reported{Value: "1", Seq: 1, At: year}},
		"desired": {Desired: domain.Desired{Value: "1 2"}},
	} {
		w := domain.Twin{Properties: map[string]*domain.Property{"onOff": p}}
		if doc, err := w.AppendJSON(nil); err == nil {
			t.Errorf("%s: written as %s", name, doc)
		}
	}
}

// Reading by a look at the bytes gives what encoding/json gives, or leaves it to it.
func FuzzDecodeReported(f *testing.F) {
	for _, seed := range []string{
		`{"values":{"onOff":true}}`, `{"values":{"a":1,"b":"x"}}`, `{"values":{"a":1,"a":2}}`, `{"values":{"a":null}}`,
		`{"values":{}}`, `{"values":null}`, `{"VALUES":{"a":1}}`, `{"values":{"a":1}} `, `{"values":{"a":1e3}}`, `{"values":{"\u0061":-0}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := domain.DecodeFact("device.reported", domain.FactSchema, data)
		var want domain.DeviceReported
		wantErr := json.Unmarshal(data, &want)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%s gives the error %v, encoding/json %v", data, err, wantErr)
		}
		if err == nil {
			if diff := cmp.Diff(domain.Fact(want), got); diff != "" {
				t.Fatalf("%s is read as (-want +got):\n%s", data, diff)
			}
		}
	})
}
