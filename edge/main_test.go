package edge

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"logis/domain"
	"logis/edge/executor"
	"logis/edge/link/linktest"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
)

// TestMain lets this binary be an agent that tests can kill.
func TestMain(m *testing.M) {
	if os.Getenv("LOGIS_TEST_AGENT") == "" {
		os.Exit(m.Run())
	}
	if err := childAgent(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// childAgent runs an agent in this process until SIGTERM, or until it kills
// itself at the point it was given.
func childAgent() error {
	point, err := strconv.Atoi(os.Getenv("LOGIS_TEST_POINT"))
	if err != nil {
		return err
	}
	oracle, err := os.OpenFile(os.Getenv("LOGIS_TEST_ORACLE"), os.O_CREATE|os.O_APPEND|os.O_WRONLY|os.O_SYNC, 0o600)
	if err != nil {
		return err
	}
	home, err := simulated.New(simulated.Options{Devices: 5, Oracle: oracle, Slow: time.Millisecond})
	if err != nil {
		return err
	}
	limitFilesOnSignal()
	at := moment{point: point, device: os.Getenv("LOGIS_TEST_VICTIM")}
	agent, err := New(Options{
		Dir: os.Getenv("LOGIS_TEST_DIR"), Server: os.Getenv("LOGIS_TEST_SERVER"), Claim: os.Getenv("LOGIS_TEST_CLAIM"),
		Radios: []radio.Radio{deadlyRadio{home, at}}, ReconnectMax: 20 * time.Millisecond,
		Log:   slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Local: os.Getenv("LOGIS_TEST_LOCAL"), Screen: os.Stdout,
		journal: func(j executor.Journal) executor.Journal { return deadlyJournal{j, at} },
	})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return agent.Run(ctx)
}

// The points at which a command can be cut short, in order.
const (
	beforeIntent = iota + 1
	afterIntent
	beforeAct
	afterAct
	beforeResult
	afterResult
	points = afterResult
)

// moment is when an agent dies: at a point of a command for a device, "": any.
type moment struct {
	point  int
	device string
}

// die ends the process as a power failure would, if this is the moment.
func (m moment) die(point int, device domain.DeviceID) {
	if point == m.point && (m.device == "" || m.device == device.String()) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal comes
	}
}

// deadlyJournal dies before or after what it writes down.
type deadlyJournal struct {
	executor.Journal
	at moment
}

func (j deadlyJournal) Intend(ctx context.Context, in outbox.Intent) (outbox.Verdict, error) {
	j.at.die(beforeIntent, in.Device)
	v, err := j.Journal.Intend(ctx, in)
	j.at.die(afterIntent, in.Device)
	return v, err
}

func (j deadlyJournal) Finish(ctx context.Context, r outbox.Result) error {
	j.at.die(beforeResult, r.Device)
	err := j.Journal.Finish(ctx, r)
	j.at.die(afterResult, r.Device)
	return err
}

// deadlyRadio dies before or after it acts.
type deadlyRadio struct {
	*simulated.Home
	at moment
}

func (r deadlyRadio) Act(ctx context.Context, order radio.Order) error {
	device := outbox.DeviceID(linktest.Gateway(), simulated.Name+"/"+order.Address)
	r.at.die(beforeAct, device)
	err := r.Home.Act(ctx, order)
	r.at.die(afterAct, device)
	return err
}

// limitFilesOnSignal makes every file full while SIGUSR1 has come and SIGUSR2 has
// not: no write may pass the first page.
func limitFilesOnSignal() {
	signal.Ignore(syscall.SIGXFSZ)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	var before syscall.Rlimit
	_ = syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before)
	go func() {
		for s := range signals {
			limit := before
			if s == syscall.SIGUSR1 {
				limit.Cur = 4096
			}
			_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
		}
	}()
}

// child is an agent in a process of its own.
type child struct {
	t   *testing.T
	env []string
	cmd *exec.Cmd
	// stdout gets what the next process shows; nil: nobody looks.
	stdout io.Writer
	// exited is closed when the present process has ended.
	exited chan struct{}
	starts atomic.Int64
}

func newChild(t *testing.T, cloud *linktest.Cloud, dir, oracle string) *child {
	t.Helper()
	c := &child{t: t, env: append(os.Environ(),
		"LOGIS_TEST_AGENT=1", "LOGIS_TEST_DIR="+dir, "LOGIS_TEST_SERVER="+cloud.URL,
		"LOGIS_TEST_CLAIM="+cloud.Claim.String(), "LOGIS_TEST_ORACLE="+oracle)}
	t.Cleanup(c.kill)
	return c
}

// start runs the agent; it dies at the point, 0: never.
func (c *child) start(point int) {
	c.t.Helper()
	program, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	c.cmd = exec.Command(program)
	c.cmd.Env = append(c.env, fmt.Sprint("LOGIS_TEST_POINT=", point))
	c.cmd.Stdout = c.stdout
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.starts.Add(1)
	exited := make(chan struct{})
	c.exited = exited
	cmd := c.cmd
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
}

// died waits until the process has ended by itself.
func (c *child) died() {
	c.t.Helper()
	select {
	case <-c.exited:
	case <-time.After(30 * time.Second):
		c.t.Fatal("the agent is still alive")
	}
}

func (c *child) kill() {
	if c.cmd != nil {
		_ = c.cmd.Process.Kill()
		<-c.exited
	}
}
