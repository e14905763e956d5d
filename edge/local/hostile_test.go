package local_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/edge/local"
	"logis/edge/radio/simulated"
)

func TestWrongRequestsAreRefusedByNamingEveryFault(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "http://127.0.0.1:0", simulated.Options{})
	token, lamp := h.pair("phone", true), h.device("dimmable-light")
	for name, c := range map[string]struct {
		device, key, body string
		status            int
		fields            string
	}{
		"no key":                {lamp, "", `{"set":{"onOff":true}}`, 422, "Idempotency-Key"},
		"everything":            {lamp, "", `{"set":{"currentLevel":900,"x":1},"ttl_ms":0,"Set":1}`, 422, "Idempotency-Key Set set.currentLevel set.x ttl_ms"},
		"nothing":               {lamp, "k", `{}`, 422, "set"},
		"both":                  {lamp, "k", `{"set":{"onOff":true},"action":"identify"}`, 422, "action"},
		"an unknown action":     {lamp, "k", `{"action":"dance"}`, 422, "action"},
		"another type":          {lamp, "k", `{"set":5}`, 422, "set"},
		"too long a fade":       {lamp, "k", `{"set":{"currentLevel":9},"transition_ms":9223372036854775807}`, 422, "transition_ms"},
		"a fade back in time":   {lamp, "k", `{"set":{"currentLevel":9},"transition_ms":-9223372036854775808}`, 422, "transition_ms"},
		"too long to wait":      {lamp, "k", `{"set":{"onOff":true},"ttl_ms":86400000}`, 422, "ttl_ms"},
		"no object":             {lamp, "k", `[1]`, 422, "body"},
		"a member twice":        {lamp, "k", `{"set":{"onOff":true,"onOff":false}}`, 400, "body"},
		"something after it":    {lamp, "k", `{} {}`, 400, "body"},
		"no JSON":               {lamp, "k", `set=1`, 400, "body"},
		"no UTF-8":              {lamp, "k", "{\"action\":\"\xff\"}", 400, "body"},
		"a zero character":      {lamp, "k", `{"action":"\u0000"}`, 400, "body"},
		"too deep":              {lamp, "k", strings.Repeat("[", 99) + strings.Repeat("]", 99), 400, "body"},
		"too long":              {lamp, "k", `{"action":"` + strings.Repeat("x", 70_000) + `"}`, 413, ""},
		"no device":             {"018f0000-0000-7000-8000-000000000000", "k", `{"set":{"onOff":true}}`, 404, ""},
		"no id":                 {"lamp", "k", `{"set":{"onOff":true}}`, 422, "device"},
		"a number too large":    {lamp, "k", `{"set":{"currentLevel":1e999}}`, 422, "set"},
		"a key that is strange": {lamp, "ö", `{"set":{"onOff":true}}`, 422, "Idempotency-Key"},
	} {
		t.Run(name, func(t *testing.T) {
			headers := []string{}
			if c.key != "" {
				headers = []string{"Idempotency-Key", c.key}
			}
			a := h.ask(token, "POST", "/local/v1/devices/"+c.device+"/commands", c.body, headers...)
			var fields []string
			faults, _ := a.body["errors"].([]any)
			for _, fault := range faults {
				fields = append(fields, fault.(map[string]any)["field"].(string))
			}
			if a.status != c.status || a.header.Get("Content-Type") != "application/problem+json" || !same(fields, c.fields) {
				t.Errorf("%d %s", a.status, a.text)
			}
		})
	}
	if n := len(h.Actuations()); n != 0 {
		t.Errorf("%d actuations", n)
	}
}

// same reports whether the fields are the ones wanted, in any order.
func same(fields []string, wanted string) bool {
	want := strings.Fields(wanted)
	for _, field := range fields {
		if !strings.Contains(" "+wanted+" ", " "+field+" ") {
			return false
		}
	}
	return len(fields) == len(want)
}

func TestOtherPagesAndStrangersGetNothing(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "127.0.0.1:0", simulated.Options{})
	token := h.pair("phone", true)
	own := h.url
	cookie := "__Host-logis_local=" + token
	lamp := "/local/v1/devices/" + h.device("light") + "/commands"
	for name, c := range map[string]struct {
		token, method, path string
		headers             []string
		status              int
	}{
		"no token":                     {"", "GET", "/local/v1/devices", nil, 401},
		"a wrong secret":               {token[:30] + "XXXX", "GET", "/local/v1/devices", nil, 401},
		"a path as a token":            {"../../identity.json.x", "GET", "/local/v1/devices", nil, 401},
		"the token":                    {token, "GET", "/local/v1/devices", nil, 200},
		"the cookie":                   {"", "GET", "/local/v1/devices", []string{"Cookie", cookie}, 200},
		"the cookie from elsewhere":    {"", "GET", "/local/v1/devices", []string{"Cookie", cookie, "Origin", "https://evil.example"}, 403},
		"a command by cookie alone":    {"", "POST", lamp, []string{"Cookie", cookie, "Idempotency-Key", "1"}, 403},
		"a command from elsewhere":     {"", "POST", lamp, []string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Idempotency-Key", "2"}, 403},
		"a command from the own page":  {"", "POST", lamp, []string{"Cookie", cookie, "Origin", own, "Idempotency-Key", "3"}, 202},
		"a token on another page":      {token, "POST", lamp, []string{"Origin", "https://evil.example", "Idempotency-Key", "4"}, 403},
		"a socket by cookie alone":     {"", "GET", "/local/v1/live", []string{"Cookie", cookie, "Upgrade", "websocket", "Connection", "Upgrade"}, 403},
		"pairing from elsewhere":       {"", "POST", "/local/v1/pairings", []string{"Origin", "https://evil.example"}, 403},
		"another name for the gateway": {token, "GET", "/local/v1/devices", []string{"Host", "evil.example"}, 421},
		"the name it was given":        {token, "GET", "/local/v1/devices", []string{"Host", "home.test:8443"}, 200},
		"what is not there":            {token, "GET", "/local/v1/secrets", nil, 404},
		"another method":               {token, "DELETE", "/local/v1/devices", nil, 404},
	} {
		t.Run(name, func(t *testing.T) {
			body := ""
			if c.method == "POST" {
				body = `{"set":{"onOff":true}}`
			}
			if a := h.ask(c.token, c.method, c.path, body, c.headers...); a.status != c.status {
				t.Errorf("%d %s", a.status, a.text)
			}
		})
	}
	page := h.ask("", "GET", "/", "")
	if page.status != 200 || !strings.Contains(page.header.Get("Content-Security-Policy"), "script-src 'sha256-") {
		t.Errorf("the page: %d %v", page.status, page.header)
	}
	for _, outside := range []string{"http://", "https://", "src=", "@import", "onclick"} {
		if strings.Contains(page.text, outside) {
			t.Errorf("the page holds %q", outside)
		}
	}
}

func TestWithoutTLSTheDoorIsOnTheMachineItselfOnly(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		":8443": true, "192.168.1.2:8443": true, "http://127.0.0.1:1": true, "http://[::1]:1": true,
		"http://:8080": false, "http://0.0.0.0:1": false, "http://192.168.1.2:1": false, "http://localhost:1": false, "8443": false, "": false,
	} {
		if err := local.CheckAddress(address, ""); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
	if local.CheckAddress(":1", "a b") == nil {
		t.Error("a name with a space is taken")
	}
}

func TestNobodyFillsTheDoorAndSlowReadersAreCut(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "http://127.0.0.1:0", simulated.Options{Devices: 200, Rate: 1000})
	token := h.pair("phone", false)
	// One client has so many sockets and no more.
	for range 7 {
		h.until(h.live(token), func(frame) bool { return true })
	}
	h.live(token)
	_, response, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(h.url, "http")+"/local/v1/live", &websocket.DialOptions{ //nolint:bodyclose // refused
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a ninth socket: %v", err)
	}
	// One that reads nothing is cut while the home goes on; the pipe holds some first.
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if err := waitCut(ctx, h, token); err != nil {
		t.Error(err)
	}
	// An address has so many connections and no more.
	host := strings.TrimPrefix(h.url, "http://")
	refused := 0
	for range 40 {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); err != nil && !strings.Contains(err.Error(), "timeout") {
			refused++
		}
	}
	if refused < 8 {
		t.Errorf("%d of 40 connections were refused", refused)
	}
}

// waitCut waits until there is room for another socket: one was cut.
func waitCut(ctx context.Context, h *home, token string) error {
	for ctx.Err() == nil {
		url := "ws" + strings.TrimPrefix(h.url, "http") + "/local/v1/live"
		conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{ //nolint:bodyclose // the library closes it
			HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
		})
		if err == nil {
			return conn.CloseNow()
		}
		<-time.After(500 * time.Millisecond)
	}
	return fmt.Errorf("nobody was cut: %w", ctx.Err())
}
