package outbox

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPeekMakesNothingAndRefusesWhatIsDamaged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.db")
	if _, _, err := Peek(path); err == nil {
		t.Error("an outbox that is not there is read")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it was made by looking at it")
	}
	if err := os.WriteFile(path, make([]byte, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Peek(path); err == nil {
		t.Error("a damaged outbox is read")
	}
}
