package outbox

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/edge/clock"
	"logis/wire"
)

// used returns the path of a closed outbox with many entries.
func used(t *testing.T) string {
	t.Helper()
	r := fresh(t)
	r.device("lamp", "light")
	for range 500 {
		r.report("lamp", "onOff", "true")
	}
	r.stop()
	return r.options.Path
}

func TestADamagedFileIsPutAsideAndReplaced(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(content []byte) []byte{
		"not a database": func([]byte) []byte { return bytes.Repeat([]byte("no database "), 1000) },
		"torn in half":   func(content []byte) []byte { return content[:len(content)/2] },
		"a page of zero": func(content []byte) []byte { clear(content[8192 : 8192+4096]); return content },
		"header gone":    func(content []byte) []byte { clear(content[:100]); return content },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := used(t)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			damaged := damage(bytes.Clone(content))
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			r := start(t, path)
			if aside, err := os.ReadFile(path + Aside); err != nil || !bytes.Equal(aside, damaged) {
				t.Errorf("the old file is not there: %v", err)
			}
			r.device("lamp", "light")
			r.begin(0)
			all := r.all(1)
			if len(all) != 2 || all[0].Kind != wire.KindGap || all[0].Reason != lostDamaged || all[1].Kind != wire.KindDevice {
				t.Errorf("told %+v", all)
			}
		})
	}
}

func TestAnOutboxOfAnotherGatewayIsPutAside(t *testing.T) {
	t.Parallel()
	path := used(t)
	r := start(t, path, func(o *Options) { o.Gateway = domain.GatewayID{9} })
	r.begin(0)
	if all := r.all(1); len(all) != 1 || all[0].Reason != lostForeign {
		t.Errorf("told %+v", all)
	}
}

func TestOneOldFileIsKeptAtMost(t *testing.T) {
	t.Parallel()
	path := used(t)
	for range 3 {
		if err := os.WriteFile(path, []byte("this is not a database at all"), 0o600); err != nil {
			t.Fatal(err)
		}
		start(t, path).stop()
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) != 2 {
		t.Errorf("files: %v, %v", files, err)
	}
}

func TestAFileOfANewerAgentIsLeftAlone(t *testing.T) {
	t.Parallel()
	path := used(t)
	conn, err := sqlite3.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(conn.Exec(`PRAGMA user_version = 99`), conn.Close()); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	o := Options{Path: path, Gateway: gateway, Time: clock.NewServer(&machine{})}
	if _, err := Open(o); !errors.Is(err, errNewer) {
		t.Errorf("opening gives %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

func TestTwoAgentsCannotShareAFile(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	if _, err := Open(r.options); !errors.Is(err, sqlite3.BUSY) {
		t.Errorf("the second agent gets %v", err)
	}
	r.device("lamp", "light") // the first goes on
}
