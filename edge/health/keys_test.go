package health

import (
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/edge"
)

func TestWhatIsSaidOfAKeyFollowsFromItsEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 3, 14, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		left  time.Duration
		waits string
		level Level
		says  string
	}{
		"good":            {60 * day, "", Fine, "good until 2 July 2026"},
		"to be renewed":   {20 * day, "", Warning, "in 20 days"},
		"ended":           {-day, "", Wrong, "ended on 2 May 2026"},
		"ended long ago":  {-180 * day, "", Wrong, "too long ago"},
		"waiting, better": {-day, "K7QM-2XRA", Wrong, "K7QM-2XRA"},
	} {
		ends := now.Add(c.left)
		r := &Report{Gateway: domain.GatewayID{1}, KeyEnds: ends, RenewAt: ends.Add(-30 * day)}
		if c.waits != "" {
			r.Agent = &Answer{Status: edge.Status{}}
			r.Agent.Link.Letters = c.waits
		}
		r.lookAtKey(now)
		if len(r.Findings) != 1 || r.Findings[0].Level != c.level || !strings.Contains(r.Findings[0].Says, c.says) {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
}
