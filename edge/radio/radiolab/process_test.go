package radiolab_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"logis/edge/radio/radiolab"
)

func launch(t *testing.T, script string) *radiolab.Process {
	t.Helper()
	p, err := radiolab.Launch(exec.Command("sh", "-c", script), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func TestAProgramIsWaitedForUntilItSpeaks(t *testing.T) {
	t.Parallel()
	p := launch(t, "echo ready; exec cat /dev/zero >/dev/null")
	if err := p.Await(t.Context(), "the program", p.Said("ready")); err != nil {
		t.Error(err)
	}
	p.Stop()
	p.Stop() // twice is harmless
	select {
	case <-p.Done():
	default:
		t.Error("it has stopped and is not done")
	}
}

func TestAProgramThatLeavesOrIsSilentIsToldWithItsLastWords(t *testing.T) {
	t.Parallel()
	gone := launch(t, "echo sorry; exit 1")
	if err := gone.Await(t.Context(), "the program", gone.Said("ready")); err == nil || !strings.Contains(err.Error(), "sorry") {
		t.Errorf("a program that left is told as %v", err)
	}
	silent := launch(t, "exec cat /dev/zero >/dev/null")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := silent.Await(ctx, "the program", silent.Said("ready")); err == nil {
		t.Error("a silent program is taken for ready")
	}
}

func TestWhatAProgramStartedEndsWithIt(t *testing.T) {
	t.Parallel()
	p := launch(t, `cat /dev/zero >/dev/null & echo "child $!"; wait`)
	if err := p.Await(t.Context(), "the program", p.Said("child ")); err != nil {
		t.Fatal(err)
	}
	p.Kill()
	_, pid, _ := strings.Cut(p.Tail(), "child ")
	deadline := time.Now().Add(10 * time.Second)
	for exec.Command("sh", "-c", "kill -0 "+pid+" && ! grep -q ^State:.Z /proc/"+pid+"/status").Run() == nil {
		if time.Now().After(deadline) {
			t.Fatalf("the child %s is left", pid)
		}
		<-time.After(time.Millisecond)
	}
}
