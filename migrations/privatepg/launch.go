package privatepg

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// launch starts the supervisor, which starts PostgreSQL.
func (s *site) launch(lock *os.File, o Options) (*Cluster, error) {
	task, err := json.Marshal(charge{
		Argv:    append([]string{filepath.Join(s.bin, "postgres")}, s.arguments(o.Unsafe)...),
		Account: s.who,
		Rubbish: s.rubbish,
	})
	if err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	stdin, leash, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	defer func() { _ = stdin.Close() }()
	c := &Cluster{data: s.data, sockets: s.sockets, leash: leash, gone: make(chan struct{}), log: &logbook{next: o.Log}}
	supervisor := exec.Command(self)
	supervisor.Env = append(environment(), marker+"="+string(task))
	supervisor.Dir = "/"
	supervisor.Stdin = stdin
	supervisor.Stderr = c.log
	supervisor.ExtraFiles = []*os.File{lock}
	supervisor.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // out of reach of the terminal's Ctrl-C
	if err := supervisor.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the supervisor: %w", err), leash.Close())
	}
	c.watcher = supervisor.Process.Pid
	go func() {
		if err := supervisor.Wait(); err != nil {
			_, _ = fmt.Fprintf(c.log, "supervisor of PostgreSQL: %v\n", err)
		}
		close(c.gone)
	}()
	return c, nil
}

// linePrefix begins every message of PostgreSQL in the log.
const linePrefix = "PostgreSQL "

// arguments returns those of postgres. What is not named keeps its default.
func (s *site) arguments(unsafe bool) []string {
	settings := []string{
		"listen_addresses=",
		"unix_socket_directories=" + s.sockets,
		"unix_socket_permissions=0700",
		"max_connections=100",
		"shared_buffers=128MB",
		"min_wal_size=1GB",         // keeps segments to write over: zeroing a new one stops all commits for 50 ms
		"max_wal_size=2GB",         // with the next line: few checkpoints, short recovery all the same
		"checkpoint_timeout=15min", //
		"wal_compression=off",      // measured: on costs a third to two thirds of the throughput
		"jit=off",                  // our queries end before it has compiled
		"logging_collector=off",
		"log_checkpoints=off",
		"log_min_messages=warning",
		"log_line_prefix=" + linePrefix,
	}
	if unsafe {
		settings = append(settings, "fsync=off", "full_page_writes=off")
	} else {
		settings = append(settings, "fsync=on", "full_page_writes=on", "synchronous_commit=on")
	}
	args := []string{"-D", s.data}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}
