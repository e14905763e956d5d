package main

import (
	"testing"
	"time"

	"logis/edge/link/linktest"
	"logis/wire"
)

func TestANewSimulatedHomeTellsItsMadeUpPastOnceAndInOrder(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	past := func(entries []wire.Entry) (told int) {
		yesterday := time.Now().Add(-time.Hour).UnixMilli()
		last := int64(0)
		for _, e := range entries {
			if e.AtMS < last {
				t.Errorf("an entry of %v after one of %v", time.UnixMilli(e.AtMS), time.UnixMilli(last))
			}
			last = e.AtMS
			if e.Kind == wire.KindReport && e.AtMS < yesterday {
				told++
			}
		}
		return told
	}
	present := func(entries []wire.Entry) bool { // the devices have told how they are now
		return len(entries) > 0 && entries[len(entries)-1].AtMS > time.Now().Add(-time.Hour).UnixMilli()
	}
	stop := serveHome(t, dir, "--simulated-past", "24h")
	cloud.Wait("the past and the present", present)
	stop()
	first := past(cloud.Entries())
	if first < 100 {
		t.Fatalf("%d reports of the past", first)
	}
	before := len(cloud.Entries())
	serveHome(t, dir, "--simulated-past", "24h", "--simulated-report-rate", "50")
	cloud.Wait("more of the present", func(entries []wire.Entry) bool { return len(entries) > before+10 })
	if again := past(cloud.Entries()); again != first {
		t.Errorf("%d reports of the past at the second start, %d at the first", again, first)
	}
}
