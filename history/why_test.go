package history_test

import (
	"slices"
	"testing"

	"logis/domain"
	"logis/history"
)

// Every change in a home that knows why it happened is explained, and none wrongly:
// by people, by rules at once, after a while and by the clock, by other rules, by
// devices, by switches; with answers that are proven, concluded by the gateway, or
// come without a cause after the command has ended.
func TestEveryChangeIsExplainedAndNoneWrongly(t *testing.T) {
	t.Parallel()
	want := 10_000
	if testing.Short() {
		want = 1000
	}
	w := newWorld(t, 1)
	for len(w.changes) < want {
		w.tick()
	}
	r := history.New(w.store, nil)
	kinds := map[history.Root]int{}
	wrong, unsure := 0, 0
	for seq, truth := range w.changes {
		story, err := r.Why(t.Context(), w.home, seq)
		if err != nil {
			t.Fatal(err)
		}
		last := story.Links[len(story.Links)-1]
		proven := !slices.ContainsFunc(story.Links, func(l history.Link) bool { return !l.Proven })
		if story.Root != truth.root || (truth.seq != 0 && last.Seq != truth.seq) || proven != truth.sure {
			if wrong++; wrong < 5 {
				t.Errorf("change %d: %s %d (proven: %v), truly %+v", seq, story.Root, last.Seq, proven, truth)
			}
		}
		kinds[truth.root]++
		if !truth.sure {
			unsure++
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d explained wrongly", wrong, len(w.changes))
	}
	for _, kind := range []history.Root{history.ByPerson, history.ByDevice, history.ByClock, history.ByOutside} {
		if kinds[kind] < want/200 {
			t.Errorf("only %d changes by %s: this proves little", kinds[kind], kind)
		}
	}
	if unsure < want/50 {
		t.Errorf("only %d without proof: this proves little", unsure)
	}
	w.valuesAndWhatFollows(r)
}

// valuesAndWhatFollows asks the other ways round: why every lamp is as it is now, and
// what followed from what brought it about.
func (w *world) valuesAndWhatFollows(r *history.Past) {
	for lamp := range w.bulbs {
		story, err := r.WhyValue(w.Context(), w.home, lamp, "onOff", 0)
		if err != nil {
			w.Fatal(err)
		}
		change := story.Links[0].Seq
		truth, known := w.changes[change]
		if !known {
			if story.Root != history.ByDevice && story.Root != history.ByOutside {
				w.Errorf("lamp %s: %s without a change", lamp, story.Root)
			}
			continue
		}
		if story.Root != truth.root {
			w.Errorf("lamp %s: %s, truly %+v", lamp, story.Root, truth)
		}
		if !truth.sure || truth.seq == 0 || truth.seq == change {
			continue
		}
		seqs, _, err := r.Following(w.Context(), w.home, truth.seq)
		if err != nil || !slices.Contains(seqs, change) {
			w.Errorf("lamp %s: %d is not among what follows from %d: %v (%v)", lamp, change, truth.seq, seqs, err)
		}
	}
	if _, err := r.Why(w.Context(), w.home, w.state.Seq+1); domain.CodeOf(err) != domain.NotFound {
		w.Errorf("an event to come: %v", err)
	}
}
