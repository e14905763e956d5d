package history_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"logis/domain"
	"logis/eventstore"
	"logis/history"
)

// look is all of a home as text.
func look(t testing.TB, h *domain.Home) string {
	t.Helper()
	text, err := json.Marshal([]any{
		h.Seq, h.Hash.String(), h.Profile, h.Members, h.Rooms, h.Gateways, h.Devices, h.Twins, h.Commands,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestThePastIsShownAsItWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 1, 10)
	random := rand.New(rand.NewPCG(1, 1))
	captured := map[domain.Seq]string{}
	for range 30 {
		b.now = b.now.Add(time.Minute)
		b.write(t, w, 1+random.IntN(40))
		picture, err := b.tables.Picture(t.Context(), b.store.Pool(), w.Home)
		if err != nil {
			t.Fatal(err)
		}
		captured[picture.Seq] = look(t, picture)
	}
	for seq, want := range captured {
		past, err := b.past.At(t.Context(), w.Home, seq)
		if err != nil {
			t.Fatal(err)
		}
		if got := look(t, past); got != want {
			t.Errorf("at event %d\ngot  %s\nwant %s", seq, got, want)
		}
	}
}

func TestOnlyEventsOfTheHomeCanBeShown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 2, 20)
	head, err := eventstore.HeadOf(t.Context(), b.store.Pool(), w.Home)
	if err != nil {
		t.Fatal(err)
	}
	for seq, want := range map[domain.Seq]domain.Code{-1: domain.Invalid, head.Seq + 1: domain.Invalid, 0: "", 1: "", head.Seq: ""} {
		past, err := b.past.At(t.Context(), w.Home, seq)
		if (err == nil) != (want == "") || (err != nil && domain.CodeOf(err) != want) {
			t.Errorf("at %d: %v, want %q", seq, err, want)
		}
		if err == nil && past.Seq != seq {
			t.Errorf("at %d: shows %d", seq, past.Seq)
		}
	}
	missing := eventstore.NewID[domain.HomeKind](b.now)
	if _, err := b.past.At(t.Context(), missing, 0); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a home that is not there: %v", err)
	}
	if err := b.past.Film(t.Context(), missing, 0, 1, nil); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a film of a home that is not there: %v", err)
	}
}

func TestAFilmShowsEachEventAndTheHomeAfterIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 3, 200)
	for _, c := range []struct {
		after domain.Seq
		limit int
		want  int
	}{{0, 50, 50}, {120, 30, 30}, {0, 0, 1}, {190, history.MaxFilm + 1, -1}} {
		at := c.after
		frames := 0
		err := b.past.Film(t.Context(), w.Home, c.after, c.limit, func(f history.Frame) error {
			frames++
			at++
			if f.Row.Seq != at || f.Home.Seq != at || f.Row.Fact.EventType() != f.Row.Type {
				t.Errorf("frame %d shows event %d (%s) and the home at %d", at, f.Row.Seq, f.Row.Type, f.Home.Seq)
			}
			if at%17 == 0 {
				want, err := b.past.At(t.Context(), w.Home, at)
				if err != nil {
					t.Fatal(err)
				}
				if look(t, f.Home) != look(t, want) {
					t.Errorf("the home at %d is not what it was", at)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if c.want >= 0 && frames != c.want {
			t.Errorf("%d frames after %d up to %d, want %d", frames, c.after, c.limit, c.want)
		}
	}
}

func TestAFilmIsBoundedAndEndsWhenItsViewerDoes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 4, 1)
	b.rename(t, w.Home, history.MaxFilm+10)
	frames := 0
	err := b.past.Film(t.Context(), w.Home, 0, 1<<30, func(f history.Frame) error {
		frames++
		if f.Row.Seq == 2 && f.Row.Words != "" || f.Row.Seq == 1 && f.Row.Words != "Logis" {
			t.Errorf("event %d carries %q", f.Row.Seq, f.Row.Words)
		}
		return nil
	})
	if err != nil || frames != history.MaxFilm {
		t.Errorf("%d frames, %v", frames, err)
	}
	leave := errors.New("enough")
	frames = 0
	err = b.past.Film(t.Context(), w.Home, 0, 10, func(history.Frame) error {
		frames++
		return leave
	})
	if !errors.Is(err, leave) || frames != 1 {
		t.Errorf("%d frames, %v", frames, err)
	}
}

func TestSeqAtIsExactAtItsBorders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	start := b.now
	w := b.lived(t, 5, 0) // events 1 and 2 at the start
	for range 5 {         // two events every ten seconds: 3 and 4, 5 and 6, …
		b.now = b.now.Add(10 * time.Second)
		b.rename(t, w.Home, 2)
	}
	for _, c := range []struct {
		after time.Duration
		want  domain.Seq
	}{
		{-time.Hour, 0}, {-time.Microsecond, 0}, {0, 2}, {10*time.Second - time.Microsecond, 2}, {10 * time.Second, 4},
		{10*time.Second + time.Microsecond, 4}, {25 * time.Second, 6}, {50 * time.Second, 12}, {time.Hour, 12},
	} {
		got, err := b.past.SeqAt(t.Context(), w.Home, start.Add(c.after))
		if err != nil || got != c.want {
			t.Errorf("%v after the start: %d (%v), want %d", c.after, got, err, c.want)
		}
	}
	if got, err := b.past.SeqAt(t.Context(), eventstore.NewID[domain.HomeKind](b.now), b.now); err != nil || got != 0 {
		t.Errorf("a home that is not there: %d, %v", got, err)
	}
	for _, at := range []time.Time{{}, time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)} {
		if _, err := b.past.SeqAt(t.Context(), w.Home, at); err != nil {
			t.Errorf("at %v: %v", at, err)
		}
	}
}

func TestDensityCountsEveryEventOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	start := b.now
	w := b.lived(t, 6, 0)
	random := rand.New(rand.NewPCG(6, 6))
	var at []time.Time
	for range 40 {
		b.now = b.now.Add(time.Duration(random.Int64N(int64(3 * time.Second))))
		b.rename(t, w.Home, 1)
		at = append(at, b.now.Truncate(time.Microsecond))
	}
	for _, count := range []int{1, 2, 7, 60, history.MaxBuckets} {
		to := start.Add(time.Minute)
		buckets, err := b.past.Density(t.Context(), w.Home, start, to, count)
		if err != nil || len(buckets) != count || !buckets[0].At.Equal(start) {
			t.Fatalf("%d buckets from %v (%v)", len(buckets), buckets[0].At, err)
		}
		for i, bucket := range buckets {
			end := to
			if i+1 < count {
				end = buckets[i+1].At
			}
			want, first := int64(0), domain.Seq(0)
			for n, when := range at {
				if when.After(bucket.At) && !when.After(end) {
					if want++; want == 1 {
						first = domain.Seq(n + 3)
					}
				}
			}
			if bucket.Count != want || bucket.FirstSeq != first {
				t.Errorf("bucket %d of %d: %d from event %d, want %d from %d", i, count, bucket.Count, bucket.FirstSeq, want, first)
			}
		}
	}
}

func TestDensityRefusesWhatItCannotShow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 7, 1)
	for _, c := range []struct {
		from, to time.Time
		count    int
		refused  bool
	}{
		{b.now, b.now, 10, true}, {b.now, b.now.Add(-1), 10, true},
		{b.now, b.now.Add(time.Hour), 0, true}, {b.now, b.now.Add(time.Hour), -1, true},
		{b.now, b.now.Add(time.Hour), history.MaxBuckets + 1, true}, {b.now, b.now.Add(time.Hour), history.MaxBuckets, false},
		{b.now, b.now.Add(history.MaxSpan), 10, false}, {b.now, b.now.Add(history.MaxSpan + 1), 10, true},
		{time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), 10, true},
		{b.now, b.now.Add(5), 10, false}, // finer than the clock
	} {
		_, err := b.past.Density(t.Context(), w.Home, c.from, c.to, c.count)
		if (err != nil) != c.refused || (err != nil && domain.CodeOf(err) != domain.Invalid) {
			t.Error(fmt.Sprint(c), err)
		}
	}
}
