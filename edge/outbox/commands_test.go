package outbox

import (
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

func intent(id byte, version domain.Seq, properties ...string) Intent {
	return Intent{
		Command: domain.CommandID{id}, Device: domain.DeviceID{7}, Class: thing.Comfort,
		NotAfterMS: 1234, Version: version, Properties: properties,
	}
}

func (r *rig) intend(in Intent, want Verdict) {
	r.t.Helper()
	got, err := r.Intend(r.t.Context(), in)
	r.must(err)
	if got != want {
		r.t.Errorf("command %d: verdict %d, want %d", in.Command[0], got, want)
	}
}

func (r *rig) kinds() []wire.Kind {
	r.t.Helper()
	r.begin(0)
	var kinds []wire.Kind
	for _, e := range r.all(1) {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func TestACommandIsBegunOnceAndItsResultToldAgain(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	r.intend(intent(1, 10, "onOff"), New)
	r.intend(intent(1, 10, "onOff"), Begun)
	r.stop()
	r = start(t, r.options.Path)
	r.intend(intent(1, 10, "onOff"), Begun)
	result := Result{
		Command: domain.CommandID{1}, Device: domain.DeviceID{7}, Outcome: domain.Unknown, Reason: "crash",
		Observed: map[string]thing.Value{"onOff": "true"},
	}
	r.must(r.Finish(t.Context(), result))
	r.intend(intent(1, 10, "onOff"), Answered)
	result.Outcome = domain.Succeeded // the first result stays
	r.must(r.Finish(t.Context(), result))

	want := []wire.Kind{wire.KindDelivered, wire.KindResult, wire.KindResult, wire.KindResult}
	if got := r.kinds(); !slices.Equal(got, want) {
		t.Fatalf("told %v, want %v", got, want)
	}
	for _, e := range r.all(2) {
		if e.Outcome != domain.Unknown || e.Reason != "crash" || e.Observed["onOff"] != "true" || e.Device != (domain.DeviceID{7}) {
			t.Errorf("told %+v", e)
		}
	}
}

func TestAnOlderCommandForTheSameThingIsOvertaken(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	r.intend(intent(1, 10, "onOff", "currentLevel"), New)
	r.intend(intent(2, 9, "currentLevel"), Overtaken)
	r.intend(intent(3, 9, "colour"), New)
	r.intend(intent(4, 11, "onOff"), New)
	r.intend(intent(1, 10, "onOff", "currentLevel"), Overtaken) // sent again after a newer one
	other := intent(5, 1, "onOff")
	other.Device = domain.DeviceID{8}
	r.intend(other, New)
	r.stop()
	r = start(t, r.options.Path)
	r.intend(intent(6, 10, "onOff"), Overtaken)
}

func TestWhatACrashLeftOpenIsFound(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	for id := byte(1); id <= 4; id++ {
		r.intend(intent(id, 1), New)
	}
	r.must(r.Finish(t.Context(), Result{Command: domain.CommandID{2}, Outcome: domain.Succeeded}))
	r.must(r.Finish(t.Context(), Result{Command: domain.CommandID{9}, Outcome: domain.Rejected})) // never begun
	r.stop()
	r = start(t, r.options.Path)
	all, err := r.Unfinished(t.Context())
	r.must(err)
	var ids []byte
	for _, in := range all {
		ids = append(ids, in.Command[0])
		if in.Class != thing.Comfort || in.NotAfterMS != 1234 || in.Device != (domain.DeviceID{7}) {
			t.Errorf("kept %+v", in)
		}
	}
	if !slices.Equal(ids, []byte{1, 3, 4}) {
		t.Errorf("unfinished: %v", ids)
	}
}

func TestCommandsAreRememberedADayAndAHundredThousand(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	r.must(r.do(t.Context(), func(tx *tx) error {
		// A hundred thousand commands, the first half two days old.
		return tx.exec(`
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100351)
			INSERT INTO commands (n, id, device, class, not_after_ms, begun_ms, outcome)
			SELECT i, randomblob(16), x'', 67, 0, CASE WHEN i < 50000 THEN ? ELSE ? END, 'succeeded' FROM n`,
			epoch.Add(-48*time.Hour).UnixMilli(), epoch.Add(-23*time.Hour).UnixMilli())
	}))
	r.intend(intent(1, 1), New) // number 100,352: a look for old ones
	var left, oldest int64
	r.must(r.do(t.Context(), func(tx *tx) error {
		return tx.queryRow(`SELECT count(*), min(n) FROM commands`, nil, &left, &oldest)
	}))
	if left != rememberCommands || oldest != 353 {
		t.Errorf("%d commands are remembered from %d on", left, oldest)
	}
	if !slices.Equal(r.kinds(), []wire.Kind{wire.KindDelivered}) {
		t.Error("forgetting told something")
	}
}

func TestAResultGetsThroughWithoutWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	observed := map[string]thing.Value{}
	for i := range 30 {
		observed[string(rune('a'+i))] = thing.Text(string(make([]byte, 500))) // 3,000 bytes each as JSON
	}
	r.must(r.Finish(t.Context(), Result{Command: domain.CommandID{1}, Outcome: domain.Unknown, Observed: observed}))
	r.begin(0)
	if all := r.all(1); len(all) != 1 || all[0].Outcome != domain.Unknown || all[0].Observed != nil {
		t.Errorf("told %+v", all)
	}
}
