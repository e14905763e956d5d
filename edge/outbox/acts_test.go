package outbox

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/wire"
)

func act(id byte, device domain.DeviceID) Act {
	return Act{
		Command: domain.CommandID{id}, Device: device, Client: "phone", Key: string(rune('a' + id)), Request: [32]byte{id},
		Class: thing.Comfort, Set: map[string]thing.Value{"onOff": "true"}, TTL: 30 * time.Second,
	}
}

func (r *rig) accept(a Act) {
	r.t.Helper()
	if _, _, fresh, err := r.Accept(r.t.Context(), a); err != nil || !fresh {
		r.t.Fatal(fresh, err)
	}
}

func (r *rig) actOf(id domain.CommandID) ActState {
	r.t.Helper()
	found, err := r.Acts(r.t.Context(), id)
	r.must(err)
	if len(found) != 1 {
		r.t.Fatalf("%d acts %s", len(found), id)
	}
	return found[0]
}

// issued is an id the cloud makes at a time.
func issued(at time.Time) domain.CommandID {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	id := domain.CommandID{6: 0x70, 8: 0x80}
	copy(id[:6], ms[2:])
	return id
}

func TestAnActIsToldAndItsKeyMeansIt(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	lamp := r.device("1", "light")
	r.accept(act(1, lamp))
	again := act(1, lamp)
	again.Command = domain.CommandID{99}
	id, _, isNew, err := r.Accept(t.Context(), again)
	if err != nil || isNew || id != (domain.CommandID{1}) {
		t.Errorf("the same wish: %s, %v, %v", id, isNew, err)
	}
	again.Request = [32]byte{99}
	if _, _, _, err := r.Accept(t.Context(), again); !errors.Is(err, ErrKeyReused) {
		t.Errorf("the key for another wish: %v", err)
	}
	r.begin(0)
	told := r.all(2)
	if len(told) != 1 || told[0].Kind != wire.KindAct || told[0].Client != "phone" || told[0].Values["onOff"] != "true" || told[0].AtMS == 0 {
		t.Errorf("told %+v", told)
	}
	if s := r.actOf(domain.CommandID{1}); s.Begun || s.Outcome != "" || s.Asked.IsZero() || s.TTL != 30*time.Second {
		t.Errorf("%+v", s)
	}
}

func TestWhatWasAcceptedAndNotBegunEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	lamp := r.device("1", "light")
	for id := byte(1); id <= 3; id++ {
		r.accept(act(id, lamp))
	}
	in := intent(2, 0, "onOff")
	in.Local, in.Device = true, lamp
	r.intend(in, New)
	in.Command = domain.CommandID{3}
	r.intend(in, New)
	r.must(r.Finish(t.Context(), Result{Command: domain.CommandID{3}, Device: lamp, Outcome: domain.Succeeded}))
	for range 2 {
		r.stop()
		r = start(t, r.options.Path)
	}
	if s := r.actOf(domain.CommandID{1}); s.Outcome != domain.Rejected || s.Reason != "agent_restarted" || s.Begun {
		t.Errorf("not begun: %+v", s)
	}
	if s := r.actOf(domain.CommandID{2}); s.Outcome != "" || !s.Begun {
		t.Errorf("begun: %+v", s)
	}
	if s := r.actOf(domain.CommandID{3}); s.Outcome != domain.Succeeded || s.Ended.IsZero() {
		t.Errorf("ended: %+v", s)
	}
	left, err := r.Unfinished(t.Context())
	r.must(err)
	if len(left) != 1 || !left[0].Local || left[0].Command != (domain.CommandID{2}) {
		t.Errorf("unfinished: %+v", left)
	}
	results := 0
	r.begin(0)
	for _, e := range r.all(1) {
		if e.Kind == wire.KindResult {
			results++
		}
	}
	if results != 2 {
		t.Errorf("%d results are told, want 2", results)
	}
}

// An act before the server was heard has its place among the commands of the cloud
// once the time is known.
func TestAnActIsDatedAfterwards(t *testing.T) {
	t.Parallel()
	m := &machine{id: "boot 1"}
	server := clock.NewServer(m)
	r := fresh(t, func(o *Options) { o.Time = server })
	lamp := r.device("1", "light")
	m.boot.Store(int64(time.Minute))
	r.accept(act(1, lamp))
	in := intent(1, 0, "onOff")
	in.Local, in.Device = true, lamp
	r.intend(in, New)

	m.boot.Store(int64(time.Hour))
	server.Hear(time.Hour, epoch.UnixMilli()) // so the act was 59 minutes before epoch
	r.must(r.Date(t.Context()))
	cloud := intent(0, 7, "onOff")
	cloud.Device = lamp
	cloud.Command = issued(epoch.Add(-time.Hour))
	r.intend(cloud, ActedHere)
	cloud.Properties = []string{"currentLevel"}
	r.intend(cloud, New)
	cloud.Command, cloud.Properties = issued(epoch.Add(-58*time.Minute)), []string{"onOff"}
	r.intend(cloud, New)
	if at := r.actOf(domain.CommandID{1}).Asked; !at.Equal(epoch.Add(-59 * time.Minute)) {
		t.Errorf("asked at %v", at)
	}
}

func TestTwinsKnowTheAgeOfWhatTheyTell(t *testing.T) {
	t.Parallel()
	m := &machine{id: "boot 1"}
	path := filepath.Join(t.TempDir(), "outbox.db")
	never := clock.NewServer(m)
	r := start(t, path, func(o *Options) { o.Time = never })
	lamp := r.device("1", "light")
	r.report("1", "onOff", "true")
	m.boot.Store(int64(time.Minute))
	told := func() Told {
		twins, err := r.TwinsOf(t.Context(), lamp, domain.DeviceID{9})
		r.must(err)
		if len(twins) != 1 || twins[0].Kind != "light" || twins[0].Available != nil {
			t.Fatalf("%+v", twins)
		}
		return twins[0].Values["onOff"]
	}
	if v := told(); v.Value != "true" || v.Age != time.Minute || !v.At.IsZero() {
		t.Errorf("without a server: %+v", v)
	}
	never.Hear(time.Minute, epoch.UnixMilli())
	if v := told(); v.Age != time.Minute || !v.At.Equal(epoch.Add(-time.Minute)) {
		t.Errorf("once it was heard: %+v", v)
	}
	r.must(r.Date(t.Context()))
	r.stop()
	// Another start of the machine: only the server can tell.
	r = start(t, path, func(o *Options) { o.Time = clock.NewServer(&machine{id: "boot 2"}) })
	if v := told(); v.Age != -1 || !v.At.Equal(epoch.Add(-time.Minute)) {
		t.Errorf("after a restart: %+v", v)
	}
}

func TestAFileOfTheFirstVersionGetsWhatItLacks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.db")
	conn, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(conn.Exec(schema+`PRAGMA user_version = 1;
		INSERT INTO outbox VALUES (1, x'`+"01020300000000000000000000000000"+`', 'OLD', 5, 4, 4, 0, x'');
		INSERT INTO commands (id, device, class, not_after_ms, begun_ms) VALUES (x'07000000000000000000000000000000', x'', 67, 0, 1)`), conn.Close())
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, path)
	s, err := r.Standing(t.Context())
	r.must(err)
	left, err := r.Unfinished(t.Context())
	r.must(err)
	if s.Outbox != "OLD" || s.Acked != 4 || len(left) != 1 || left[0].Local {
		t.Errorf("%+v, unfinished %+v", s, left)
	}
	r.accept(act(1, r.device("1", "light")))
}
