package privatepg

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is whom PostgreSQL runs as when the program is root.
type account struct {
	Name string `json:"name"`
	UID  uint32 `json:"uid"`
	GID  uint32 `json:"gid"`
}

var errNoAccount = errors.New("running as root, and there is no account to give it up for: create one named postgres")

// choose returns the account to run as: nil unless the program is root, the
// owner of data when that exists, else the first of the names that exists.
func choose(data string, names ...string) (*account, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // no account is the ordinary case, not an error
	}
	if info, err := os.Stat(data); err == nil {
		if owner := ownerOf(info); owner != 0 {
			u, err := user.LookupId(strconv.FormatUint(uint64(owner), 10))
			if err != nil {
				return nil, fmt.Errorf("owner of %s: %w", data, err)
			}
			return accountOf(u)
		}
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		if u, err := user.Lookup(name); err == nil && u.Uid != "0" {
			return accountOf(u)
		}
	}
	return nil, errNoAccount
}

func accountOf(u *user.User) (*account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", u.Username, err)
	}
	return &account{Name: u.Username, UID: uint32(uid), GID: uint32(gid)}, nil
}

// credential returns what a process of the account is started with; nil keeps
// the present one.
func (a *account) credential() *syscall.Credential {
	if a == nil {
		return nil
	}
	return &syscall.Credential{Uid: a.UID, Gid: a.GID}
}

// own gives a file to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.UID), int(a.GID))
}

// canEnter reports whether the account may pass through path and every
// directory above it.
func (a *account) canEnter(path string) bool {
	if a == nil {
		return true
	}
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(path)
		if err != nil || !a.mayPass(info) {
			return false
		}
		parent := filepath.Dir(path)
		if parent == path {
			return true
		}
		path = parent
	}
}

func (a *account) mayPass(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	mode := info.Mode().Perm()
	switch {
	case stat.Uid == a.UID:
		return mode&0o100 != 0
	case stat.Gid == a.GID:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

func ownerOf(info os.FileInfo) uint32 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Uid
	}
	return 0
}
