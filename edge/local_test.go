package edge

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/link/linktest"
	"logis/edge/local"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// unpluggable is a cloud whose line can be cut.
type unpluggable struct {
	*linktest.Cloud
	gone atomic.Bool
}

func newUnpluggable(t *testing.T) *unpluggable {
	t.Helper()
	u := &unpluggable{Cloud: linktest.NewCloud(t)}
	handler := u.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u.gone.Load() {
			panic(http.ErrAbortHandler)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(u.Cut)
	u.URL = server.URL
	return u
}

// atDoor is a paired client of an agent's local door.
type atDoor struct {
	t          *testing.T
	url, token string
	http       *http.Client
}

// knock waits for the address that a screen shows and returns a client of it.
func knock(t *testing.T, screen io.Reader, token string) *atDoor {
	t.Helper()
	d := &atDoor{t: t, token: token, http: &http.Client{
		Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
	t.Cleanup(d.http.CloseIdleConnections)
	for lines := bufio.NewScanner(screen); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "local control: "); ok {
			d.url = url
			go io.Copy(io.Discard, screen)
			return d
		}
	}
	t.Fatal("the door is not opened")
	return nil
}

// ask returns what the door answers, nil when the agent is gone.
func (d *atDoor) ask(method, path, key string, body any) map[string]any {
	d.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequest(method, d.url+"/local/v1/"+path, bytes.NewReader(text))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := d.http.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	var answer map[string]any
	if json.NewDecoder(response.Body).Decode(&answer) != nil {
		return nil
	}
	return answer
}

// ended waits until a command has ended and returns how.
func (d *atDoor) ended(id any) string {
	d.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		c := d.ask(http.MethodGet, fmt.Sprint("commands/", id), "-", nil)
		if c["ended"] != nil {
			return c["status"].(string)
		}
		<-time.After(100 * time.Millisecond)
	}
	d.t.Fatalf("command %v has not ended", id)
	return ""
}

func TestWithTheCloudUnpluggedTheHomeIsControlledAndTheCloudLearnsInOrderWhatHappened(t *testing.T) {
	t.Parallel()
	cloud, home, dir := newUnpluggable(t), house(t, simulated.Options{}), t.TempDir()
	client, token, err := local.AddClient(dir, "phone", true)
	if err != nil {
		t.Fatal(err)
	}
	screen, show := io.Pipe()
	agent, err := New(Options{
		Dir: dir, Server: cloud.URL, Claim: cloud.Claim.String(), Radios: []radio.Radio{home},
		ReconnectMax: 20 * time.Millisecond, Local: "127.0.0.1:0", Screen: show,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- agent.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	door := knock(t, screen, token)
	cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindReach) == 24 })
	before := time.Now()
	session := cloud.WaitSession(0)
	cloud.gone.Store(true)
	cloud.Cut()
	for door.ask(http.MethodGet, "gateway", "-", nil)["cloud"].(map[string]any)["connected"] != false {
		<-time.After(100 * time.Millisecond)
	}

	lamp, lock := idOf(home, "light"), idOf(home, "lock")
	var given []domain.CommandID
	for _, c := range []struct {
		device domain.DeviceID
		body   map[string]any
	}{
		{lamp, map[string]any{"set": map[string]any{"onOff": true}}},
		{lock, map[string]any{"action": "unlockDoor"}},
		{lamp, map[string]any{"set": map[string]any{"onOff": false}}},
	} {
		answer := door.ask(http.MethodPost, "devices/"+c.device.String()+"/commands", fmt.Sprint(len(given)), c.body)
		if how := door.ended(answer["id"]); how != string(domain.Succeeded) {
			t.Fatalf("%v ended %s", c.body, how)
		}
		id, err := domain.ParseID[domain.CommandKind](answer["id"].(string))
		if err != nil {
			t.Fatal(err)
		}
		given = append(given, id)
	}

	cloud.gone.Store(false)
	cloud.WaitSession(session)
	cloud.Wait("the last act's result", func(entries []wire.Entry) bool { return len(linktest.Results(entries, given[2])) == 1 })
	var order []string
	for _, e := range cloud.Entries() {
		for i, id := range given {
			if e.Command == id || e.Cause == id {
				order = append(order, fmt.Sprint(i, " ", e.Kind))
			}
		}
		if e.Kind == wire.KindAct && (e.Client != client.ID || e.AtMS < before.UnixMilli()-1000 || e.AtMS > time.Now().UnixMilli()) {
			t.Errorf("told %+v", e)
		}
	}
	want := []string{
		"0 act", "0 delivered", "0 report", "0 result", "1 act", "1 delivered", "1 report", "1 result",
		"2 act", "2 delivered", "2 report", "2 result",
	}
	if !slices.Equal(order, want) {
		t.Errorf("the cloud was told\n%v, want\n%v", order, want)
	}

	// What was asked in the cloud before the lamp was switched here comes too late.
	stale, newer := switchOn(home, 7), switchOn(home, 8)
	stale.ID, newer.ID = issuedAt(before, 7), issuedAt(time.Now().Add(time.Second), 8)
	cloud.Command(stale)
	cloud.Wait("the stale command is refused", func(entries []wire.Entry) bool {
		r := linktest.Results(entries, stale.ID)
		return len(r) == 1 && r[0].Outcome == domain.Superseded && r[0].Reason == "newer_local_act"
	})
	cloud.Command(newer)
	cloud.Wait("the newer one is done", func(entries []wire.Entry) bool {
		r := linktest.Results(entries, newer.ID)
		return len(r) == 1 && r[0].Outcome == domain.Succeeded
	})
}

// issuedAt is an id the cloud makes at a time.
func issuedAt(at time.Time, n byte) domain.CommandID {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	id := domain.CommandID{6: 0x70, 8: 0x80, 15: n}
	copy(id[:6], ms[2:])
	return id
}

// Killed at any point of a command given in the home, the agent never does twice
// what may be done once, and every command comes to one result, which the cloud
// is told, too.
func TestKilledAtAnyPointALocalCommandEndsOnceAndActsOnceIfItMust(t *testing.T) {
	t.Parallel()
	home := house(t, simulated.Options{Devices: 5})
	for _, asked := range []struct {
		class thing.Class
		kind  string
		body  map[string]any
	}{
		{thing.Opening, "lock", map[string]any{"action": "unlockDoor"}},
		{thing.Momentary, "light", map[string]any{"action": "identify"}},
		{thing.Securing, "lock", map[string]any{"action": "lockDoor"}},
		{thing.Comfort, "light", map[string]any{"set": map[string]any{"onOff": true}}},
	} {
		for point := 1; point <= points; point++ {
			t.Run(fmt.Sprintf("class %s at point %d", asked.class, point), func(t *testing.T) {
				t.Parallel()
				k := newKills(t, point)
				dir := t.TempDir()
				k.child = newChild(t, k.cloud, dir, k.oracle)
				k.child.env = append(k.child.env, "LOGIS_TEST_LOCAL=127.0.0.1:0")
				_, token, err := local.AddClient(dir, "phone", true)
				if err != nil {
					t.Fatal(err)
				}
				for n := range rounds(t) {
					k.localRound(token, fmt.Sprint("wish", n), idOf(home, asked.kind), asked.body, asked.class)
				}
			})
		}
	}
}

// localRound kills the agent in the middle of a command given at its door, starts it
// again, asks the same again, and looks at what it came to.
func (k *kills) localRound(token, key string, device domain.DeviceID, body map[string]any, class thing.Class) {
	k.t.Helper()
	before := int64(len(k.cloud.Hellos()))
	door := knock(k.t, k.child.startShown(k.point), token)
	session := k.cloud.WaitSession(before)
	k.cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindReach) >= 5 })
	path := "devices/" + device.String() + "/commands"
	door.ask(http.MethodPost, path, key, body) // it may die before it answers
	k.child.died()

	door = knock(k.t, k.child.startShown(0), token)
	k.cloud.WaitSession(session)
	answer := door.ask(http.MethodPost, path, key, body)
	text, _ := answer["id"].(string)
	id, err := domain.ParseID[domain.CommandKind](text)
	if err != nil {
		k.t.Fatalf("asked again it answers %v", answer)
	}
	door.ended(id)
	k.cloud.Wait("a result of "+text, func(entries []wire.Entry) bool { return len(linktest.Results(entries, id)) > 0 })
	k.child.kill()
	k.check(wire.Command{ID: id, Class: class})
	acts := 0
	for _, e := range k.cloud.Entries() {
		if e.Kind == wire.KindAct && e.Command == id {
			acts++
		}
	}
	if acts != 1 {
		k.t.Errorf("the act is told %d times", acts)
	}
}

// startShown starts the agent and returns what its screen shows.
func (c *child) startShown(point int) io.Reader {
	c.t.Helper()
	screen, show := io.Pipe()
	c.stdout = show
	c.start(point)
	exited := c.exited
	go func() {
		<-exited
		show.Close()
	}()
	return screen
}

func TestADoorThatCannotBeOpenedLeavesTheHomeAtWork(t *testing.T) {
	t.Parallel()
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	cloud, home := linktest.NewCloud(t), house(t, simulated.Options{})
	agent, err := New(Options{
		Dir: filepath.Join(t.TempDir(), "edge"), Server: cloud.URL, Claim: cloud.Claim.String(), Radios: []radio.Radio{home},
		Local: strings.TrimPrefix(taken.URL, "http://"),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- agent.Run(ctx) }()
	cloud.WaitSession(0)
	cloud.Command(switchOn(home, 1))
	cloud.Wait("the lamp is on", func(entries []wire.Entry) bool {
		return len(linktest.Results(entries, domain.CommandID{1})) == 1
	})
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
