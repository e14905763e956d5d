package logring

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

func TestAFullDiskCostsLinesAndNothingElse(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a disk of its own")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no disk of its own: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for n := range 1000 {
				if took, err := fmt.Fprintf(r, "line %d, which is rather long, so that the disk is full soon\n", n); err != nil || took == 0 {
					t.Errorf("a line is refused: %v", err)
				}
			}
		})
	}
	writers.Wait()
	if r.Lost() == 0 {
		t.Fatal("nothing is lost on a full disk")
	}
	if err := os.Truncate(filepath.Join(dir, newFile), 100); err != nil { // somebody makes room
		t.Fatal(err)
	}
	fmt.Fprintln(r, "there is room again")
	lines := next(t, reader(t, dir))
	if lines[len(lines)-1] != "there is room again" {
		t.Errorf("the last line is %q", lines[len(lines)-1])
	}
}
