package health_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"logis/edge/health"
	"logis/edge/update"
)

func TestUpdatesAreToldInWordsThatHelp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state string
		level health.Level
		says  string // "": nothing
	}{
		"never one":          {`{}`, "", ""},
		"a known hole":       {`{"floor":"1.3.0"}`, health.Wrong, "below 1.3.0"},
		"damaged":            {`{"floor":`, health.Wrong, "damaged"},
		"on trial":           {`{"current":"1.3.0","trial":{"starts":2,"lacks":"the outbox is not open"}}`, health.Warning, "start 2: the outbox"},
		"rolled back":        {`{"rolled_back":{"version":"1.3.0","why":"it ended 3 times"}}`, health.Warning, "1.3.0 was rolled back: it ended"},
		"no server":          {`{"checked":{"problem":"no such host"}}`, health.Warning, "no such host"},
		"offered":            {`{"checked":{"offered":"1.3.0"}}`, health.Fine, "1.3.0 is offered"},
		"offered, and older": {`{"checked":{"offered":"1.1.0"}}`, health.Fine, "no version newer than 1.2.0"},
		"waiting":            {`{"ready":"1.3.0","checked":{"offered":"1.3.0"}}`, health.Fine, "waits for a quiet moment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, update.StateFile), []byte(c.state), 0o600); err != nil {
				t.Fatal(err)
			}
			r := health.Look(t.Context(), health.Options{Dir: dir, Version: "1.2.0"})
			var got []health.Finding
			for _, f := range r.Findings {
				if f.Check == "update" {
					got = append(got, f)
				}
			}
			if c.says == "" && len(got) == 0 {
				return
			}
			if len(got) != 1 || got[0].Level != c.level || !strings.Contains(got[0].Says, c.says) {
				t.Errorf("%+v", got)
			}
		})
	}
}
