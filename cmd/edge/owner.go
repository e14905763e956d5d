package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// becomeOwner makes root work as the owner of the agent's folder. Otherwise what
// root writes there could not be read by the agent, and root could do what the
// agent cannot. Everybody else stays who they are.
func becomeOwner(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil //nolint:nilerr // without a folder there is no owner; what needs one says so
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return nil
	}
	groups := []int{int(stat.Gid)}
	if owner, err := user.LookupId(strconv.FormatUint(uint64(stat.Uid), 10)); err == nil {
		ids, err := owner.GroupIds()
		if err != nil {
			return fmt.Errorf("groups of %s: %w", owner.Username, err)
		}
		for _, id := range ids {
			if n, err := strconv.Atoi(id); err == nil {
				groups = append(groups, n)
			}
		}
	}
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("become the owner of %s: %w", dir, err)
	}
	if err := syscall.Setgid(int(stat.Gid)); err != nil {
		return fmt.Errorf("become the owner of %s: %w", dir, err)
	}
	if err := syscall.Setuid(int(stat.Uid)); err != nil {
		return fmt.Errorf("become the owner of %s: %w", dir, err)
	}
	return nil
}
