package chaos_test

import (
	"os"
	"syscall"
	"testing"

	"logis/bench/chaos"
	"logis/bench/rig"
)

// A database has 400 MiB here, of which the run needs half.
func TestAFullDiskIsSaidAndNothingIsLost(t *testing.T) { //nolint:paralleltest // in turns
	disk, err := os.MkdirTemp("", "disk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(disk) })
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=400m,mode=755"); err != nil {
		t.Skipf("only root can make a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	binaries, err := rig.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	check(t, chaos.Options{Dir: t.TempDir(), Seed: 1, Kills: 1, Binaries: binaries, Disk: disk, Fills: 4})
}
