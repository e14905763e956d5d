package api

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

// large makes a home with many devices that have all told something.
func (h *house) large(devices int) []domain.DeviceID {
	ids := make([]domain.DeviceID, devices)
	kinds := []string{"dimmable-light", "color-light", "plug", "thermostat", "motion-sensor", "lock"}
	for i := range ids {
		ids[i] = h.device(kinds[i%len(kinds)], fmt.Sprintf("Device %d", i))
	}
	for i, id := range ids {
		if i%len(kinds) < 3 {
			h.report(id, map[string]thing.Value{"onOff": "true"})
		}
	}
	return ids
}

func BenchmarkReads(b *testing.B) {
	s := setup(b)
	h := s.person("Ada").house("Home")
	ids := h.large(200)
	for _, path := range []string{
		"/twins", "/devices", "/rooms", "", "/commands", "/events?order=desc", "/devices/" + ids[0].String() + "/twin", "/film?from=1&limit=200",
	} {
		b.Run("home"+path, func(b *testing.B) {
			for b.Loop() {
				h.owner.ask("GET", h.path+path, "").want(200)
			}
		})
	}
}

func BenchmarkCommand(b *testing.B) {
	s := setup(b)
	h := s.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	for b.Loop() {
		h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`).want(202)
	}
}

func BenchmarkNewsReachesTheApp(b *testing.B) {
	s := setup(b)
	h := s.person("Ada").house("Home")
	h.large(200)
	lamp := h.device("light", "Lamp")
	l := h.follow("")
	l.welcome()
	for b.Loop() {
		h.turn(lamp, true)
		l.news()
	}
}

// BenchmarkIdleSocket tells what one more quiet socket costs this process, both
// its ends, the app's being a bare connection.
func BenchmarkIdleSocket(b *testing.B) {
	const sockets = 2000
	s := setup(b)
	h := s.person("Ada").house("Home")
	tokens := make([]string, 0, sockets/maxSockets)
	for range cap(tokens) {
		p := s.person("Member")
		h.record(domain.Event{
			Entity: h.id.Entity(), Actor: domain.SystemActor, Fact: domain.MemberJoined{Person: p.id, Role: domain.Owner},
		})
		tokens = append(tokens, p.token)
	}
	for b.Loop() {
		before := inUse()
		conns := make([]net.Conn, sockets)
		for i := range conns {
			conns[i] = h.knock(tokens[i/maxSockets])
		}
		s.waitForFeed(h)
		b.ReportMetric(float64(inUse()-before)/sockets, "B/socket")
		for _, conn := range conns {
			_ = conn.Close()
		}
		s.waitUntilEmpty()
	}
}

// knock opens a live socket and reads its welcome.
func (h *house) knock(token string) net.Conn {
	h.b.t.Helper()
	host := strings.TrimPrefix(h.b.http.URL, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		h.b.t.Fatal(err)
	}
	_, err = io.WriteString(conn, "GET "+h.path+"/live HTTP/1.1\r\nHost: "+host+"\r\nOrigin: http://"+host+"\r\nCookie: "+cookieName+"="+token+
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	if err != nil {
		h.b.t.Fatal(err)
	}
	var seen []byte
	for part := make([]byte, 512); !bytes.Contains(seen, []byte(`"welcome"`)); {
		n, err := conn.Read(part)
		if err != nil {
			h.b.t.Fatalf("%v after %s", err, seen)
		}
		seen = append(seen, part[:n]...)
	}
	return conn
}

// inUse is the memory of the heap and of all stacks.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapInuse + stats.StackInuse)
}
