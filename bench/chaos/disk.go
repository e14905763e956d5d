package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"logis/bench/rig"
	"logis/domain"
)

const (
	ballast   = 1 << 20          // bytes written at a time to fill a disk
	saidAfter = 20 * time.Second // at the latest, the API says that it cannot write
)

// fillDisk fills the database's disk until the API says so, and makes room again.
func (s *scene) fillDisk(ctx context.Context) (err error) {
	file, err := os.Create(filepath.Join(s.options.Disk, "ballast"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	ctx, cancel := context.WithTimeout(ctx, saidAfter)
	defer cancel()
	path := fmt.Sprintf("/homes/%s/devices/%s/commands", s.home, s.targets[0].device)
	for ctx.Err() == nil {
		if err := fill(file); err != nil {
			return err
		}
		var answer struct{ ID domain.CommandID }
		var refusal *rig.Refusal
		err := s.app.Post(ctx, path, rig.NewKey(), s.targets[0].bodies[0], &answer)
		if errors.As(err, &refusal) && refusal.Status == http.StatusServiceUnavailable {
			if refusal.Code != string(domain.Storage) || refusal.RetryAfter == "" {
				s.problem("a full disk is told as %s, Retry-After %q", refusal.Error(), refusal.RetryAfter)
			}
			return nil
		}
		pause(ctx, 20*time.Millisecond)
	}
	s.problem("the disk was full for %s and nobody said so", saidAfter)
	return nil
}

// fill writes to the file until nothing more goes in.
func fill(file *os.File) error {
	for size := ballast; size > 0; {
		_, err := file.Write(bytes.Repeat([]byte{1}, size))
		if errors.Is(err, syscall.ENOSPC) {
			size /= 16
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) problem(format string, args ...any) {
	s.result.Problems = append(s.result.Problems, fmt.Sprintf(format, args...))
}
