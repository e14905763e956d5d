package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"logis/domain"
)

// hostile is bad input that must be refused with a sentence of its own kind.
type hostile struct{ name, body string }

// hostileJSON is no strict JSON, or not what a room is asked for with.
func hostileJSON() []hostile {
	deep := func(n int) string {
		return `{"name":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	return []hostile{
		{"nothing", " "}, {"not JSON", "name=Attic"}, {"cut off", `{"name":"Attic"`}, {"cut in a text", `{"name":"At`},
		{"two values", `{"name":"a"}{"name":"b"}`}, {"trailing text", `{"name":"a"} x`}, {"trailing zero", "{\"name\":\"a\"}\x00"},
		{"byte order mark", "\xef\xbb\xbf" + `{"name":"a"}`}, {"comment", `{"name":"a"/*b*/}`}, {"trailing comma", `{"name":"a",}`},
		{"single quotes", `{'name':'a'}`}, {"bare name", `{name:"a"}`}, {"list", `["a"]`}, {"text", `"a"`}, {"null", `null`}, {"number", `1`},
		{"depth 33", deep(32)}, {"depth 10k", deep(10_000)}, {"depth 30k", `{"name":` + strings.Repeat(`{"a":`, 10_000)},
		{"member twice", `{"name":"a","name":"b"}`}, {"member twice, escaped", `{"name":"a","n\u0061me":"b"}`},
		{"other case", `{"Name":"a"}`}, {"both cases", `{"name":"a","NAME":"b"}`}, {"long s", `{"name":"a","ſ":"b"}`},
		{"Kelvin", `{"name":"a","\u212a":1}`}, {"__proto__", `{"name":"a","__proto__":{}}`}, {"empty member", `{"name":"a","":1}`},
		{"unknown member", `{"name":"a","role":"owner"}`}, {"foreign id", `{"name":"a","id":"018f0000-0000-7000-8000-000000000000"}`},
		{"number for text", `{"name":5}`}, {"boolean for text", `{"name":true}`}, {"list for text", `{"name":["a"]}`},
		{"object for text", `{"name":{}}`}, {"null for text", `{"name":null}`}, {"NaN", `{"name":NaN}`}, {"Infinity", `{"name":-Infinity}`},
		{"huge exponent", `{"name":1e131071}`}, {"tiny exponent", `{"name":1e-400}`}, {"beyond float64", `{"name":1e400}`},
		{"exponent bomb", `{"name":[` + strings.Repeat("1e308,", 1000) + `1e309]}`}, {"many digits", `{"name":` + strings.Repeat("9", 400) + `}`},
		{"leading zero", `{"name":01}`}, {"plus", `{"name":+1}`}, {"hexadecimal", `{"name":0x1}`},
		{"invalid UTF-8", "{\"name\":\"\xff\"}"}, {"overlong UTF-8", "{\"name\":\"\xc0\xaf\"}"}, {"surrogate in UTF-8", "{\"name\":\"\xed\xa0\x80\"}"},
		{"lone high surrogate", `{"name":"\ud800"}`}, {"lone low surrogate", `{"name":"\udc00"}`}, {"surrogates reversed", `{"name":"\udc00\ud800"}`},
		{"zero character", `{"name":"a\u0000b"}`}, {"zero character in a member", `{"name":"a","b\u0000":1}`}, {"raw control character", "{\"name\":\"a\nb\"}"},
		{"ANSI", `{"name":"\u001b[31mred"}`}, {"line end", `{"name":"a\r\nSet-Cookie: b"}`}, {"next line", `{"name":"a\u0085b"}`},
		{"right to left", `{"name":"a\u202eb"}`}, {"isolate", `{"name":"a\u2066b"}`}, {"no width", `{"name":"a\u200bb"}`},
		{"mark in the middle", `{"name":"a\ufeffb"}`}, {"line separator", `{"name":"a\u2028b"}`}, {"empty", `{"name":""}`}, {"blank", `{"name":"   "}`},
		{"only joiners", `{"name":"\u200d\u200d"}`}, {"only braille blank", `{"name":"\u2800"}`}, {"81 characters", `{"name":"` + strings.Repeat("é", 81) + `"}`},
		{"combining 10k", `{"name":"a` + strings.Repeat("\u0301", 10_000) + `"}`}, {"a long text", `{"name":"` + strings.Repeat("a", 60_000) + `"}`},
		{"a long member", `{"` + strings.Repeat("a", 60_000) + `":1}`}, {"5k members", `{` + members(5000) + `"name":"a"}`},
		{"base64", `{"name":"` + base64.StdEncoding.EncodeToString(make([]byte, 40_000)) + `"}`},
	}
}

func members(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"m%d":1,`, i)
	}
	return b.String()
}

func TestHostileJSONIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	before := h.head()
	for _, input := range hostileJSON() {
		began := time.Now()
		r := h.owner.ask("POST", h.path+"/rooms", input.body)
		took := time.Since(began)
		if r.status != 400 && r.status != 422 {
			t.Errorf("%s: status %d: %s", input.name, r.status, r.body)
			continue
		}
		p := r.refused(r.status, domain.Invalid)
		if len(r.body) > 20_000 || took > time.Second {
			t.Errorf("%s: an answer of %d bytes after %v", input.name, len(r.body), took)
		}
		if strings.ContainsAny(p.Detail, "\x00\x1b\r\n\u202e") || strings.Contains(strings.ToLower(p.Detail), "jsontext") || strings.Contains(p.Detail, "api.") {
			t.Errorf("%s: %q", input.name, p.Detail)
		}
		if p.Detail == "validation failed" || strings.HasSuffix(p.Detail, "does not fit") {
			t.Errorf("%s: no sentence of its own: %q", input.name, p.Detail)
		}
	}
	if h.head() != before {
		t.Errorf("%d events were recorded", h.head()-before)
	}
	if strings.Contains(b.log.String(), "request refused") {
		t.Errorf("the log blames us: %s", b.log)
	}
}

func TestStrictJSONSaysWhereAndWhy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]domain.Fault{
		`{"set":{"a":1e400}}`:                {Field: "set.a", Message: "must be a number between -1e308 and 1e308"},
		`{"set":{"a":[0,1e-309]}}`:           {Field: "set.a.1", Message: "must have an exponent from -308 to 308"},
		`{"set":{"a":"b\u0000"}}`:            {Field: "set.a", Message: "must not contain a zero character"},
		`{"set":{"a":1,"b":{},"a":2}}`:       {Field: "set.a", Message: "must be there only once"},
		"\xef\xbb\xbf{}":                     {Field: "body", Message: "must not begin with a byte order mark"},
		`{} {}`:                              {Field: "body", Message: "must end after its JSON value"},
		`{"a":`:                              {Field: "body", Message: "must be whole JSON: it ends too early"},
		`{"a":tru}`:                          {Field: "body", Message: "must be JSON in UTF-8: it is not from byte 9 on"},
		nested(maxDepth + 1):                 {Field: "body", Message: "must not be nested deeper than 32"},
		`[` + strings.Repeat("1e9999,", 500): {Field: "0", Message: "must be a number between -1e308 and 1e308"},
	} {
		faults := checkJSON([]byte(text))
		if len(faults) == 0 || len(faults) > maxFaults+1 || faults[0] != want {
			t.Errorf("%.40s: %+v, want %+v", text, faults[:min(len(faults), 3)], want)
		}
	}
	for _, text := range []string{
		nested(maxDepth), `{"a":1e308,"b":-1e-308,"c":-0,"d":9007199254740993}`, " [1]\n", `"\ud83d\ude00"`, "0",
	} {
		if faults := checkJSON([]byte(text)); len(faults) > 0 {
			t.Errorf("%.40s: %+v", text, faults)
		}
	}
}

func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

func FuzzCheckJSON(f *testing.F) {
	for _, input := range hostileJSON() {
		f.Add([]byte(input.body))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if faults := checkJSON(text); len(faults) == 0 && !json.Valid(text) {
			t.Errorf("%q passes and is no JSON", text)
		}
	})
}

func FuzzCursor(f *testing.F) {
	home := domain.HomeID{1}
	f.Add(cursor{Kind: "events", Home: home, After: 7, Type: "device.reported"}.String())
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := parseCursor(text, "events", home); err == nil && (c.String() != text || c.Home != home || c.After < 0 || c.Before < 0) {
			t.Errorf("%q became %+v", text, c)
		}
	})
}

func TestNamesOfManyWritingsAreKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	for _, name := range []string{
		"a", strings.Repeat("é", 80), "厨房", "রান্নাঘর", "👩‍👩‍👧‍👦", "مطبخ", "e\u0301", "\u00e9", "<script>alert(1)</script>", "'; DROP TABLE rooms; --",
		"../../etc", "%s%n", "Ꭺᴅᴀ", "a\u200fb",
	} {
		var room Room
		padded := name
		if len(name) < 40 {
			padded = " " + name + "\u00a0"
		}
		text, err := encode(map[string]string{"name": padded})
		if err != nil {
			t.Fatal(err)
		}
		h.owner.ask("POST", h.path+"/rooms", string(text)).want(201).into(&room)
		if room.Name != name {
			t.Errorf("%q became %q", name, room.Name)
		}
	}
}

func TestAnythingButAnIDIsRefusedWhereAnIDBelongs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	id := h.fixture.device.String()
	for _, wrong := range []string{
		strings.ToUpper(id), "%7B" + id + "%7D", strings.ReplaceAll(id, "-", ""), id + "0", id[1:], "urn:uuid:" + id, "1", "%00", "null",
		"..%2f..%2fhomes", "%27%20OR%201=1", "%F0%9F%98%80", id + "%20", id + "%0a", strings.Repeat("a", 5000), "%c0%af", "*", "0",
	} {
		for _, path := range []string{"/api/v1/homes/" + wrong, "/api/v1/homes/" + wrong + "/devices", h.path + "/devices/" + wrong, h.path + "/commands/" + wrong} {
			r := h.owner.ask("GET", path, "")
			if r.status != 422 {
				t.Errorf("%s: %d %s", path, r.status, r.body)
				continue
			}
			if p := r.refused(422, domain.Invalid); len(p.Errors) == 0 || strings.Contains(r.body, wrong) && len(wrong) > 5 {
				t.Errorf("%s: %s", path, r.body)
			}
		}
	}
	for _, path := range []string{h.path + "/devices/..", h.path + "/../" + h.id.String(), "/api/v1/homes/./" + h.id.String(), h.path + ";a=b"} {
		if r := h.owner.ask("GET", path, ""); r.status < 400 || r.status >= 500 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

func TestHostileHTTPIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	host := strings.TrimPrefix(b.http.URL, "http://")
	start := func(method, path string) string {
		return method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nSec-Fetch-Site: same-origin\r\nIdempotency-Key: k\r\n" +
			"Cookie: " + cookieName + "=" + h.owner.token + "\r\n"
	}
	rooms := h.path + "/rooms"
	plain := "Content-Type: application/json\r\n"
	kilobyte := "400\r\n" + strings.Repeat(" ", 1024) + "\r\n"
	for name, text := range map[string]string{
		"length and chunks":    start("POST", rooms) + plain + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"na\r\n0\r\n\r\n",
		"two lengths":          start("POST", rooms) + plain + "Content-Length: 4\r\nContent-Length: 5\r\n\r\n{\"na}",
		"negative length":      start("POST", rooms) + plain + "Content-Length: -1\r\n\r\n",
		"chunk overflow":       start("POST", rooms) + plain + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
		"unknown encoding":     start("POST", rooms) + plain + "Transfer-Encoding: gzip\r\n\r\n",
		"two hosts":            start("GET", rooms) + "Host: evil.example\r\n\r\n",
		"no host":              "GET " + rooms + " HTTP/1.1\r\n\r\n",
		"header too long":      start("GET", rooms) + "X-Long: " + strings.Repeat("a", 1<<20) + "\r\n\r\n",
		"10k headers":          start("GET", rooms) + strings.Repeat("X-A: b\r\n", 10_000) + "\r\n",
		"bare line feed":       start("GET", rooms) + "X-A: b\nX-C\x00: d\r\n\r\n",
		"space before colon":   start("GET", rooms) + "X-A : b\r\n\r\n",
		"folded header":        " X: y\r\n" + start("GET", rooms) + "\r\n",
		"no version":           "GET " + rooms + "\r\n\r\n",
		"zero in the path":     start("GET", rooms+"\x00") + "\r\n",
		"no content type":      start("POST", rooms) + "Content-Length: 12\r\n\r\n{\"name\":\"a\"}",
		"form":                 start("POST", rooms) + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\nname=a",
		"text":                 start("POST", rooms) + "Content-Type: text/plain\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}",
		"multipart":            start("POST", rooms) + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n\r\n--x--",
		"other characters":     start("POST", rooms) + "Content-Type: application/json; charset=utf-16\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}",
		"packed":               start("POST", rooms) + plain + "Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}",
		"two content types":    start("POST", rooms) + plain + plain + "Content-Length: 12\r\n\r\n{\"name\":\"a\"}",
		"two keys":             start("POST", rooms) + plain + "Idempotency-Key: l\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}",
		"body with GET":        start("GET", rooms) + plain + "Content-Length: 2\r\n\r\n{}",
		"body that is too big": start("POST", rooms) + plain + fmt.Sprintf("Content-Length: %d\r\n\r\n", maxBody+1) + strings.Repeat(" ", maxBody+1),
		"endless body":         start("POST", rooms) + plain + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat(kilobyte, 80) + "0\r\n\r\n",
		"method override":      start("TRACE", h.path) + "X-HTTP-Method-Override: DELETE\r\n\r\n",
	} {
		if status := b.raw(text); status < 400 || status >= 500 {
			if status == 501 && name == "unknown encoding" {
				continue // net/http's own, and what RFC 9112 asks for
			}
			t.Errorf("%s: status %d", name, status)
		}
	}
	if status := b.raw(start("GET", "http://evil.example"+rooms) + "\r\n"); status != 200 {
		t.Errorf("absolute form: %d", status) // a proxy's form of the same request
	}
	largest := `{"name":"a"}` + strings.Repeat(" ", maxBody-12)
	h.owner.ask("POST", rooms, largest).want(201)
	h.owner.ask("POST", rooms, largest+" ").refused(413, domain.Invalid)
}

func TestHostileInputTakesNoMemory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	round := func() {
		for _, input := range hostileJSON() {
			h.owner.ask("POST", h.path+"/rooms", input.body)
		}
	}
	round()
	before := heap()
	for range 10 {
		round()
	}
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
