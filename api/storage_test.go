package api

import (
	"testing"
	"time"

	"logis/domain"
	"logis/eventstore"
)

func TestAHomeTellsHowMuchRoomItTakes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	var s Storage
	h.owner.ask("GET", h.path+"/storage", "").want(200).into(&s)
	var counted, taken int64
	for _, m := range s.Months {
		counted, taken = counted+int64(m.Events), taken+m.Bytes
	}
	each := s.Bytes / int64(s.Events)
	if s.Events != h.head() || counted != int64(h.head()) || each < 200 || each > 2000 || taken > s.Bytes || taken < s.Bytes*9/10 {
		t.Errorf("%+v", s)
	}
	if !s.KeptUntil.Equal(s.FirstAt.AddDate(0, domain.KeepMonths, 0)) || s.Expected.Events <= s.Events {
		t.Errorf("%+v", s)
	}
}

func TestWhatAHomeWillTakeFollowsFromItsLastMonth(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		age  time.Duration
		want domain.Seq
	}{
		"a year old":  {365 * 24 * time.Hour, 10_000 + 365*10},
		"ten days":    {10 * 24 * time.Hour, 10_000 + 365*30},
		"of one hour": {time.Hour, 10_000 + 365*300},
	} {
		s := storageOf(eventstore.Size{Events: 10_000, Each: 400, Recent: 300, First: now.Add(-c.age)}, 0, now)
		if s.Expected.Events != c.want || s.Expected.Bytes != 400*int64(c.want) || s.Bytes != 4_000_000 {
			t.Errorf("%s: %+v", name, s.Expected)
		}
	}
}
