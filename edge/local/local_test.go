package local_test

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"logis/domain/thing"
	"logis/edge/local"
	"logis/edge/radio/simulated"
	"logis/wire"
)

func TestAPairedClientSeesTheHomeAndSwitchesALampWithoutTheCloud(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "127.0.0.1:0", simulated.Options{})
	token, lamp := h.pair("phone", false), h.device("light")
	conn := h.live(token)
	welcome := h.until(conn, func(frame) bool { return true })
	if welcome.Type != "welcome" || len(welcome.Twins) != 24 || welcome.Cloud.Connected {
		t.Fatalf("welcomed with %s and %d twins", welcome.Type, len(welcome.Twins))
	}
	id := h.command(token, lamp, "1", `{"set":{"onOff":true}}`)
	on, done := false, false
	h.until(conn, func(f frame) bool {
		for _, twin := range f.Twins {
			on = on || twin.Device == lamp && twin.Properties["onOff"].Reported.Value == true
		}
		for _, c := range f.Commands {
			done = done || c.ID == id && c.Status == "succeeded"
		}
		return on && done
	})
	if h.Value(h.Address("light"), "onOff") != thing.Bool(true) {
		t.Error("the lamp is off")
	}
	c := h.ended(token, id)
	if c["status"] != "succeeded" || c["class"] != "C" || c["device"] != lamp || c["actor"].(map[string]any)["name"] != "phone" {
		t.Errorf("the command: %v", c)
	}
	d := h.ask(token, "GET", "/local/v1/devices/"+lamp, "")
	told := d.body["twin"].(map[string]any)["properties"].(map[string]any)["onOff"].(map[string]any)["reported"].(map[string]any)
	if told["value"] != true || told["age_ms"].(float64) > 20_000 || told["at"] != nil || d.body["kind"] != "light" {
		t.Errorf("the lamp: %s", d.text)
	}
	if list := h.ask(token, "GET", "/local/v1/devices", ""); len(list.body["items"].([]any)) != 24 {
		t.Errorf("the list: %s", list.text)
	}
	// The cloud will be told in this order.
	var kinds []wire.Kind
	for _, e := range h.entries() {
		if e.Command.String() == id || e.Cause.String() == id {
			kinds = append(kinds, e.Kind)
		}
	}
	if want := []wire.Kind{wire.KindAct, wire.KindDelivered, wire.KindReport, wire.KindResult}; !slices.Equal(kinds, want) {
		t.Errorf("the cloud will be told %v, want %v", kinds, want)
	}
}

func TestTheSameWishHappensOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir, "127.0.0.1:0", simulated.Options{})
	token, lamp := h.pair("phone", false), h.device("light")
	id := h.command(token, lamp, "wish", `{"action":"identify"}`)
	h.ended(token, id)
	if again := h.command(token, lamp, "wish", `{"action":"identify"}`); again != id {
		t.Errorf("the same wish became %s, then %s", id, again)
	}
	if a := h.ask(token, "POST", "/local/v1/devices/"+lamp+"/commands", `{"set":{"onOff":true}}`, "Idempotency-Key", "wish"); a.status != 422 ||
		a.body["code"] != "idempotency_key_reused" {
		t.Errorf("the key for another wish: %d %s", a.status, a.text)
	}
	other := h.pair("tablet", false)
	if h.command(other, lamp, "wish", `{"action":"identify"}`) == id {
		t.Error("the key of one client is another's")
	}
	h.stop()
	h = open(t, dir, "127.0.0.1:0", simulated.Options{})
	if again := h.command(token, lamp, "wish", `{"action":"identify"}`); again != id {
		t.Errorf("after a restart the same wish became another")
	}
	if n := len(h.Actuations()); n != 0 {
		t.Errorf("after a restart it acted %d times", n)
	}
}

func TestWhatOpensNeedsTheClientsGrant(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "127.0.0.1:0", simulated.Options{})
	lock := h.device("lock")
	a := h.ask(h.pair("guest", false), "POST", "/local/v1/devices/"+lock+"/commands", `{"action":"unlockDoor"}`, "Idempotency-Key", "1")
	if a.status != http.StatusForbidden || len(h.Actuations()) != 0 {
		t.Errorf("without the grant: %d %s", a.status, a.text)
	}
	token := h.pair("owner", true)
	c := h.ended(token, h.command(token, lock, "1", `{"action":"unlockDoor"}`))
	if c["status"] != "succeeded" || c["class"] != "A" || len(h.Actuations()) != 1 {
		t.Errorf("with the grant: %v, %d actuations", c, len(h.Actuations()))
	}
}

func TestPairingTakesTheCodeThatTheGatewayShows(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "127.0.0.1:0", simulated.Options{})
	begin := func(n int) (id, code string) {
		a := h.ask("", "POST", "/local/v1/pairings", `{"name":"Ada's phone","opens":true}`)
		if a.status != http.StatusCreated {
			t.Fatalf("begin: %d %s", a.status, a.text)
		}
		line := h.screen.wait(t, "local pairing: ", n)
		if !strings.Contains(line, "Ada's phone") || !strings.Contains(line, "also to open") {
			t.Errorf("the gateway shows %q", line)
		}
		_, rest, _ := strings.Cut(line, "the code is ")
		return a.body["id"].(string), rest[:9]
	}
	finish := func(id, code string) answer {
		return h.ask("", "PUT", "/local/v1/pairings/"+id, fmt.Sprintf(`{"code":%q}`, code))
	}
	// Five wrong codes end it, and the right one comes too late.
	id, code := begin(1)
	if a := h.ask("", "POST", "/local/v1/pairings", `{"name":"another"}`); a.status != http.StatusConflict {
		t.Errorf("a second pairing beside the first: %d", a.status)
	}
	for range 5 {
		if a := finish(id, "x"+code[1:]); a.status != http.StatusUnprocessableEntity {
			t.Errorf("a wrong code: %d %s", a.status, a.text)
		}
	}
	if a := finish(id, code); a.status != http.StatusNotFound {
		t.Errorf("the right code after five wrong ones: %d %s", a.status, a.text)
	}
	id, code = begin(2)
	a := finish(id, code)
	token, _ := a.body["token"].(string)
	if a.status != http.StatusCreated || a.body["opens"] != true || h.ask(token, "GET", "/local/v1/gateway", "").status != 200 {
		t.Fatalf("the right code: %d %s", a.status, a.text)
	}
	if a := finish(id, code); a.status != http.StatusNotFound {
		t.Errorf("the code a second time: %d", a.status)
	}
	id, code = begin(3)
	if a := finish(id, code); a.status != http.StatusCreated {
		t.Errorf("a third: %d", a.status)
	}
	if a := h.ask("", "POST", "/local/v1/pairings", `{"name":"too many"}`); a.status != http.StatusTooManyRequests {
		t.Errorf("a fourth within minutes: %d", a.status)
	}
	// Nothing in the folder is the token, and nobody else reads it.
	err := filepath.WalkDir(h.dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), "outbox.db") {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		_, secret, _ := strings.Cut(token, ".")
		if strings.Contains(string(text), secret) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, or holds the token", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestARemovedClientIsOutWithinSeconds(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), "127.0.0.1:0", simulated.Options{})
	token := h.pair("phone", false)
	conn := h.live(token)
	h.until(conn, func(frame) bool { return true })
	if err := local.RemoveClient(h.dir, "phone"); err != nil {
		t.Fatal(err)
	}
	if a := h.ask(token, "GET", "/local/v1/devices", ""); a.status != http.StatusUnauthorized {
		t.Errorf("its token: %d", a.status)
	}
	_, _, err := conn.Read(t.Context())
	if !strings.Contains(fmt.Sprint(err), "4401") {
		t.Errorf("its socket ended with %v", err)
	}
	if err := local.RemoveClient(h.dir, "phone"); err == nil {
		t.Error("it was removed twice")
	}
}

func TestTheCertificateIsTheOneWhoseFingersum256IsShownAndStays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var shown []string
	for range 2 {
		h := open(t, dir, "127.0.0.1:0", simulated.Options{Devices: 1})
		sum256 := h.screen.wait(t, "local certificate: SHA-256 ", 1)
		conn, err := tls.Dial("tcp", strings.TrimPrefix(h.url, "https://"), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		leaf := conn.ConnectionState().PeerCertificates[0]
		conn.Close()
		hash := sha256.Sum256(leaf.Raw)
		if strings.ToLower(strings.ReplaceAll(sum256, ":", "")) != hex.EncodeToString(hash[:]) {
			t.Errorf("shown is %s", sum256)
		}
		if err := leaf.VerifyHostname("home.test"); err != nil {
			t.Error(err)
		}
		shown = append(shown, sum256)
		h.stop()
	}
	if shown[0] != shown[1] {
		t.Error("a restart changed the certificate")
	}
}
