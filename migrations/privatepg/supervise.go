package privatepg

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// marker in the environment makes a program the supervisor; its value is the
// charge.
const marker = "LOGIS_SUPERVISE_POSTGRESQL"

// Bounds of the supervisor's patience.
const (
	shutdownLimit = 20 * time.Second       // for the checkpoint; then without one
	quitLimit     = 5 * time.Second        // for the end without one; then killed
	firstPause    = 100 * time.Millisecond // before the first new start, then doubled
	longestPause  = time.Second            // before any: people wait, even if a full disk takes hours to be seen to
	quickDeaths   = 6                      // deaths in a row that end one that never lived: after 3.1 s of waiting
	longLife      = 10 * time.Second       // a life after which it is never given up
)

// charge is what a supervisor is told to do.
type charge struct {
	Argv    []string `json:"argv"`    // postgres and its arguments
	Account *account `json:"account"` // nil: the present one
	Rubbish []string `json:"rubbish"` // what to remove at the end
}

// Supervise must be the first call of main, and of TestMain, in a program that
// calls Start. In an ordinary process it returns false at once. In the process
// that Start made to supervise PostgreSQL it returns true once that has ended;
// main must then exit with the code given.
func Supervise() (exit int, supervised bool) {
	text, supervised := os.LookupEnv(marker)
	if !supervised {
		return 0, false
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE) // only the pipe counts
	var c charge
	err := json.Unmarshal([]byte(text), &c)
	if err == nil {
		err = c.run(os.Stdin, os.NewFile(3, "lock"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "supervisor of PostgreSQL:", err)
		return 1, true
	}
	return 0, true
}

// run keeps PostgreSQL running until leash reaches its end.
func (c *charge) run(leash io.Reader, lock *os.File) (err error) {
	// The death signal is sent when the thread ends that started the process.
	runtime.LockOSThread()
	defer func() {
		for _, path := range c.Rubbish {
			err = errors.Join(err, os.RemoveAll(path))
		}
	}()
	released := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, leash) // its end, in whatever way, is the message
		close(released)
	}()
	lived := false
	for deaths, pause := 0, firstPause; ; pause = min(2*pause, longestPause) {
		born := time.Now()
		postgres, ended, err := c.start(lock)
		if err != nil {
			return err
		}
		select {
		case <-released:
			return shutDown(postgres, ended)
		case err = <-ended:
		}
		if time.Since(born) > longLife {
			lived, pause = true, firstPause
		}
		if deaths++; deaths >= quickDeaths && !lived {
			return fmt.Errorf("PostgreSQL ended %d times in a row", deaths)
		}
		fmt.Fprintf(os.Stderr, "supervisor: PostgreSQL ended (%v), starting it again in %v\n", err, pause)
		select {
		case <-released:
			return nil
		case <-time.After(pause):
		}
	}
}

// start starts PostgreSQL and returns a channel that gets the error of its end.
func (c *charge) start(lock *os.File) (*os.Process, <-chan error, error) {
	postgres := exec.Command(c.Argv[0], c.Argv[1:]...)
	postgres.Dir = "/"
	postgres.Env = environment()
	postgres.Stderr = os.Stderr
	postgres.ExtraFiles = []*os.File{lock}
	postgres.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: c.Account.credential()}
	dieWithParent(postgres.SysProcAttr)
	if err := postgres.Start(); err != nil {
		return nil, nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- postgres.Wait() }()
	return postgres.Process, ended, nil
}

// shutDown asks for a fast shutdown, then for an immediate one, then kills.
func shutDown(postgres *os.Process, ended <-chan error) error {
	for _, step := range []struct {
		signal syscall.Signal
		limit  time.Duration
	}{{syscall.SIGINT, shutdownLimit}, {syscall.SIGQUIT, quitLimit}, {syscall.SIGKILL, quitLimit}} {
		_ = postgres.Signal(step.signal) // an error means that it has ended
		select {
		case err := <-ended:
			return err
		case <-time.After(step.limit):
		}
	}
	return errors.New("PostgreSQL does not end")
}
