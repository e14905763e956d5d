package privatepg

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// These in the environment make the test binary a program with a cluster, which
// tests can kill.
const (
	programDir       = "LOGIS_TEST_PROGRAM_DIR"
	programEphemeral = "LOGIS_TEST_PROGRAM_EPHEMERAL"
)

// patience bounds every wait of a test for something that other processes do.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	if code, supervised := Supervise(); supervised {
		os.Exit(code)
	}
	if dir := os.Getenv(programDir); dir != "" {
		program(dir)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// program starts a cluster, tells the process ids and lives until it is killed.
func program(dir string) {
	c, err := Start(context.Background(), Options{Dir: dir, Ephemeral: os.Getenv(programEphemeral) != "", Log: os.Stderr})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.watcher, c.PID())
	<-c.Gone()
}

// startProgram runs a program with a cluster in dir.
func startProgram(t *testing.T, dir string, ephemeral bool) (program *os.Process, supervisor, postgres int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), programDir+"="+dir)
	if ephemeral {
		cmd.Env = append(cmd.Env, programEphemeral+"=1")
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(line, &supervisor, &postgres); err != nil {
		t.Fatalf("the program says: %s", line)
	}
	return cmd.Process, supervisor, postgres
}

// directory returns a new one that every account may pass through, as the
// account of PostgreSQL must; t.TempDir is closed.
func directory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "privatepg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "cluster")
}

// start starts a cluster that is stopped when the test ends.
func start(t testing.TB, o Options) *Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t testing.TB, c *Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// ask returns the answer to a query of one value as text.
func ask(t *testing.T, c *Cluster, query string) string {
	t.Helper()
	answer, err := tryAsk(t.Context(), c, query)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func tryAsk(ctx context.Context, c *Cluster, query string) (answer string, err error) {
	conn, err := pgx.Connect(ctx, c.DSN())
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	err = conn.QueryRow(ctx, query).Scan(&answer)
	return answer, err
}

// eventually waits until done says so.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
