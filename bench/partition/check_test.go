package partition_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/edge/radio/simulated"
	"logis/eventstore"
	"logis/projections"
)

// each does something for every house, several at a time.
func each(t *testing.T, houses []*house, do func(n int) error) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(16)
	for n := range houses {
		group.Go(func() error { return do(n) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// check compares what came of a history with what must.
func (h *house) check(ctx context.Context) (problems []string, err error) {
	fail := func(format string, args ...any) {
		problems = append(problems, h.name+": "+fmt.Sprintf(format, args...))
	}
	h.checkDone(fail)
	home, err := h.cloud.picture(ctx, h.home)
	if err != nil {
		return nil, err
	}
	h.checkState(home, fail)
	rows, err := h.cloud.log(ctx, h.home)
	if err != nil {
		return nil, err
	}
	if err := h.checkLog(rows, fail); err != nil {
		return nil, err
	}
	if err := h.checkEnds(ctx, fail); err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		problems = append(problems, "  "+strings.Join(h.story, "\n  "))
	}
	return problems, nil
}

type failing func(format string, args ...any)

// checkDone: what was really carried out, each once, when it must be, and of one
// device in order (C-1, C-2, C-5, C-8).
func (h *house) checkDone(fail failing) {
	acted := map[string][]simulated.Actuation{}
	for _, a := range h.radio.Actuations() {
		acted[a.Device] = append(acted[a.Device], a)
	}
	for _, f := range h.model.done() {
		address := h.radio.Address(f.kind)
		if len(acted[address]) == 0 {
			fail("%s was not carried out", f)
			continue
		}
		a := acted[address][0]
		acted[address] = acted[address][1:]
		if a.Command != f.id || !a.At.Equal(f.done) {
			fail("%s must be carried out at %s; it was %+v", f, f.done.Format(time.TimeOnly), a)
		}
		if !f.here && f.over(a.At) {
			fail("C-1: %s was carried out after its deadline", f)
		}
	}
	for _, left := range acted {
		for _, a := range left {
			fail("nobody may have carried out %+v", a)
		}
	}
}

// checkState: what is, is what must be and what the twins say.
func (h *house) checkState(home *domain.Home, fail failing) {
	for _, w := range []wish{lock(), lamp(false), warm(21)} {
		want, is := h.model.state[w.property], h.radio.Value(h.radio.Address(w.kind), w.property)
		twin := home.Twins[h.device(w.kind)]
		if said := twin.Properties[w.property].Reported.Value; is != want || said != want {
			fail("%s must be %s; it is %s, the twin says %s", w.property, want, is, said)
		}
		if delta := twin.Delta(); len(delta) > 0 {
			fail("the twin of the %s still waits for %v", w.kind, delta)
		}
	}
}

// checkEnds: every wish has come to the end it must (C-3).
func (h *house) checkEnds(ctx context.Context, fail failing) error {
	for _, f := range h.model.fates {
		commands, err := projections.CommandsByID(ctx, h.cloud.pool, h.home, []domain.CommandID{f.id})
		if err != nil {
			return err
		}
		if len(commands) != 1 {
			fail("%s: the cloud knows %d of it", f, len(commands))
			continue
		}
		c := commands[0]
		is := domain.Outcome(c.Status)
		if is != f.outcome && is != f.or || f.reason != "" && c.Reason != f.reason {
			fail("%s must end %s %s; it is %s %s", f, f.outcome, f.reason, c.Status, c.Reason)
		}
		if c.Local != f.here || c.Class != f.class {
			fail("%s stands in the log as of class %s, given here: %v", f, c.Class, c.Local)
		}
	}
	return nil
}

// inTime is how far the log's time of what happened in the home may be off: the
// gateway's estimate is within a millisecond or two, and kept in whole ones.
const inTime = 3 * time.Millisecond

// checkLog: the log tells of both sides, when each was asked, and of one end each.
func (h *house) checkLog(rows []eventstore.Row, fail failing) error {
	requested, ends := map[domain.CommandID]eventstore.Row{}, map[domain.CommandID]int{}
	var reported []time.Time
	for _, row := range rows {
		var about struct{ Command domain.CommandID }
		if err := json.Unmarshal(row.Data, &about); err != nil {
			return err
		}
		switch {
		case row.Type == domain.CommandRequested{}.EventType():
			requested[about.Command] = row
		case row.Type == domain.DeviceReported{}.EventType():
			reported = append(reported, row.OccurredAt)
		case slices.ContainsFunc(domain.Outcomes(), func(o domain.Outcome) bool {
			return domain.CommandEnded{Outcome: o}.EventType() == row.Type
		}):
			ends[about.Command]++
		}
	}
	if len(requested) != len(h.model.fates) {
		fail("%d commands stand in the log, %d were asked for", len(requested), len(h.model.fates))
	}
	for _, f := range h.model.fates {
		row, ok := requested[f.id]
		if !ok || ends[f.id] != 1 {
			fail("C-3: %s has %d ends; requested in the log: %v", f, ends[f.id], ok)
			continue
		}
		if off := row.OccurredAt.Sub(f.at).Abs(); off > inTime && !f.undated {
			fail("%s stands in the log %s off", f, off)
		}
		if historic := row.Flags&domain.Historic != 0; historic != (f.here && f.away) {
			fail("%s: historic is %v", f, historic)
		}
	}
	for _, at := range h.model.hands {
		if !slices.ContainsFunc(reported, func(r time.Time) bool { return r.Sub(at).Abs() <= inTime }) {
			fail("what was changed by hand at %s is not in the log", at.Format(time.TimeOnly))
		}
	}
	return nil
}

// checkAll checks all houses and counts what happened in them.
func checkAll(t *testing.T, houses []*house) (wishes int) {
	t.Helper()
	found := make([][]string, len(houses))
	each(t, houses, func(n int) (err error) {
		found[n], err = houses[n].check(t.Context())
		return err
	})
	for n, problems := range found {
		for _, problem := range problems {
			t.Error(problem)
		}
		wishes += len(houses[n].model.fates)
	}
	return wishes
}
