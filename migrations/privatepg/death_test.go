package privatepg

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

const (
	cleanEnd = "database system was shut down"
	crashed  = "database system was not properly shut down"
)

func TestAProgramThatIsKilledTakesItsClusterAlong(t *testing.T) {
	t.Parallel()
	dir := directory(t)
	program, _, _ := startProgram(t, dir, false)
	if err := program.Kill(); err != nil {
		t.Fatal(err)
	}
	c := start(t, Options{Dir: dir}) // waits for the former one
	ask(t, c, write)
	if log := c.log.String(); !strings.Contains(log, cleanEnd) || strings.Contains(log, crashed) {
		t.Errorf("the killed program's cluster did not end with a checkpoint:\n%s", log)
	}
}

func TestAProgramThatIsKilledLeavesNoEphemeralCluster(t *testing.T) {
	t.Parallel()
	dir := directory(t)
	program, _, _ := startProgram(t, dir, true)
	if err := program.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the directory is removed", func() bool {
		_, err := os.Stat(dir)
		return errors.Is(err, fs.ErrNotExist)
	})
}

func TestACrashOfProgramAndSupervisorIsRecoveredFrom(t *testing.T) {
	t.Parallel()
	dir := directory(t)
	program, supervisor, postgres := startProgram(t, dir, false)
	if err := errors.Join(program.Kill(), syscall.Kill(supervisor, syscall.SIGKILL)); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "linux" { // no death signal: what a person would do
		if err := syscall.Kill(postgres, syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
	}
	c := start(t, Options{Dir: dir})
	ask(t, c, write)
	if log := c.log.String(); !strings.Contains(log, crashed) {
		t.Errorf("nothing crashed:\n%s", log)
	}
}

func TestAPostgreSQLThatIsKilledComesBack(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Dir: directory(t)})
	ask(t, c, write)
	for range 3 {
		former := c.PID()
		if err := syscall.Kill(former, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		var got string
		eventually(t, "it answers again", func() bool {
			answer, err := tryAsk(t.Context(), c, read)
			got = answer
			return err == nil
		})
		if got != "kept" {
			t.Errorf("after the kill it reads %q", got)
		}
		if now := c.PID(); now == former || now == 0 {
			t.Errorf("its process id is %d, and was %d", now, former)
		}
	}
}

func TestAPostgreSQLThatDiesAgainAndAgainIsGivenUp(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Dir: directory(t)})
	if err := os.Remove(filepath.Join(c.data, "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-c.Gone()
	if log := c.log.String(); !strings.Contains(log, "in a row") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}
