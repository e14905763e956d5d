package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"logis/edge/health"
	"logis/edge/link/linktest"
)

func TestDoctorNamesADiskThatIsFull(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=2m,mode=700"); err != nil {
		t.Skipf("only root can mount a disk of its own: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	dir := filepath.Join(disk, "gateway")
	if code, _, says := say(t, cloud.Claim.String(), nil, "pair", "--data", dir, "--server", cloud.URL); code != exitOK {
		t.Fatal(says)
	}
	stop := serveHome(t, dir, "--simulated-report-rate", "50")
	until(t, dir, "it is connected", connected)
	filler, err := os.Create(filepath.Join(disk, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 4096)
	for err == nil {
		_, err = filler.Write(block)
	}
	_ = filler.Close()
	r := until(t, dir, "the agent stands still", func(r *health.Report) bool { return r.Agent != nil && r.Agent.Problem != "" })
	if !strings.Contains(r.Agent.Problem, "no space left") {
		t.Errorf("it stands still because of %q", r.Agent.Problem)
	}
	if says := diagnose(t, dir, "disk"); !strings.Contains(says, "free") {
		t.Errorf("%q", says)
	}
	if says := diagnose(t, dir, "agent"); !strings.Contains(says, "stands still") {
		t.Errorf("%q", says)
	}
	if err := os.Remove(filler.Name()); err != nil {
		t.Fatal(err)
	}
	until(t, dir, "it works again", connected)
	stop()
}

// nobody is an account that every Linux has.
const nobody = 65534

func TestRootWorksAsTheOwnerOfTheFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	binary := program(t)
	cloud := linktest.NewCloud(t)
	place := t.TempDir()
	dir := filepath.Join(place, "gateway")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for path := dir; path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil { // so that nobody may pass
			t.Fatal(err)
		}
	}
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "pair", "--data", dir, "--server", cloud.URL)
	cmd.Stdin = strings.NewReader(cloud.Claim.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(filepath.Join(dir, "identity.json"))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != nobody {
		t.Errorf("the key belongs to account %d", owner)
	}
	// What somebody else wrote there is named.
	if err := os.Chown(filepath.Join(dir, "identity.json"), 1, 1); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), binary, "doctor", "--data", dir).Output()
	if !strings.Contains(string(out), "belongs to account 1, the folder to 65534") {
		t.Errorf("%v: %s", err, out)
	}
	if err := os.Chown(dir, 1, 1); err != nil {
		t.Fatal(err)
	}
	as := exec.CommandContext(t.Context(), binary, "doctor", "--data", dir)
	as.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err = as.Output()
	if !strings.Contains(string(out), "This account may not work in") {
		t.Errorf("%v: %s", err, out)
	}
}
