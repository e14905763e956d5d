package api_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"logis/api/apitest"
	"logis/migrations/pgtest"
)

// Somebody with a token and the page in front of them.
func TestThePageTurnsALightOn(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(page), "<!-- walk -->\n```sh\n")
	script, _, found := strings.Cut(script, "```")
	if !found {
		t.Fatal("docs/api.md has no walk")
	}
	s := apitest.Start(t, pgtest.New(t))
	lamp := s.Device("light", "Lamp").String()
	token, _ := s.Token()
	bash := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	bash.Env = append(os.Environ(), "LOGIS_URL="+s.URL, "LOGIS_TOKEN="+token)
	out, err := bash.CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"status":"requested"`) || !strings.Contains(string(out), lamp) {
		t.Errorf("%v: %s", err, out)
	}
}
