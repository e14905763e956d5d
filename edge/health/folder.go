package health

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

var errNotExist = fs.ErrNotExist

// lookAtFolder checks who may do what in the agent's folder; false when there is
// nothing to look at.
func (r *Report) lookAtFolder() bool {
	info, err := os.Stat(r.Folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.find("folder", Wrong, "Name the gateway's folder with --data, or make a new gateway: logis-edge pair", "There is no folder %s.", r.Folder)
		return false
	case err != nil:
		r.find("folder", Wrong, "Ask as root or as the account of the agent: sudo logis-edge …", "The folder cannot be looked at: %v.", err)
		return false
	case !info.IsDir():
		r.find("folder", Wrong, "Name another one with --data.", "%s is no folder.", r.Folder)
		return false
	}
	owner := ownerOf(info)
	before := len(r.Findings)
	if err := unix.Access(r.Folder, unix.R_OK|unix.W_OK|unix.X_OK); err != nil {
		r.find("folder", Wrong, "Ask as root or as the account of the agent; if that is who asked, the folder is not the agent's: chown -R logis-edge: "+r.Folder,
			"This account may not work in %s, which belongs to account %d with mode %#o: %v.", r.Folder, owner, info.Mode().Perm(), err)
		return false
	}
	if info.Mode().Perm()&0o077 != 0 {
		r.find("folder", Warning, "chmod 700 "+r.Folder, "Other accounts may look into %s: mode %#o.", r.Folder, info.Mode().Perm())
	}
	for _, name := range []string{identityFile, outboxFile, outboxFile + "-wal", lockFile, "agent.log"} {
		r.lookAtFile(filepath.Join(r.Folder, name), owner)
	}
	if len(r.Findings) == before {
		r.find("folder", Fine, "", "%s belongs to account %d alone.", r.Folder, owner)
	}
	return true
}

// lookAtFile checks that a file is the folder's owner's, who can use it, and that
// nobody else can read the key.
func (r *Report) lookAtFile(path string, owner uint32) {
	info, err := os.Stat(path)
	if err != nil {
		return // what is not there is not wrong; the agent makes it
	}
	account := strconv.FormatUint(uint64(owner), 10)
	mode := info.Mode().Perm()
	switch {
	case ownerOf(info) != owner:
		r.find("folder", Wrong, fmt.Sprintf("chown -R %s: %s", account, r.Folder),
			"%s belongs to account %d, the folder to %d: the agent was run as somebody else.", path, ownerOf(info), owner)
	case mode&fileMode != fileMode:
		r.find("folder", Wrong, "chmod 600 "+path, "%s cannot be read and written by its owner: mode %#o.", path, mode)
	case mode&0o077 != 0 && filepath.Base(path) == identityFile:
		r.find("folder", Wrong, "chmod 600 "+path, "Other accounts can read the gateway's key in %s: mode %#o.", path, mode)
	}
}

func ownerOf(info fs.FileInfo) uint32 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Uid
	}
	return 0
}

// Space is the room on the disk of the agent's folder.
type Space struct {
	FreeBytes  int64 `json:"free_bytes"`
	TotalBytes int64 `json:"total_bytes"`
}

// Room that a disk should have.
const (
	leastRoom = 16 << 20  // less is full: a write of the outbox may fail at any time
	goodRoom  = 128 << 20 // the outbox with its log, and the log of the agent, at their largest
)

func (r *Report) lookAtDisk() {
	var stat unix.Statfs_t
	if err := unix.Statfs(r.Folder, &stat); err != nil {
		r.find("disk", Warning, "", "The room on the disk is not known: %v.", err)
		return
	}
	block := int64(stat.Bsize)                                                                    //nolint:unconvert // its width differs between systems
	r.Disk = Space{FreeBytes: int64(stat.Bavail) * block, TotalBytes: int64(stat.Blocks) * block} //nolint:gosec // below 2^63
	level, do := Fine, ""
	switch {
	case r.Disk.FreeBytes < leastRoom:
		level, do = Wrong, "Make room: without it nothing can be promised, and the agent stands still."
	case stat.Files > 0 && stat.Ffree == 0:
		r.find("disk", Wrong, "Delete small files.", "The disk of %s has no room for a further file.", r.Folder)
		return
	case r.Disk.FreeBytes < goodRoom:
		level, do = Warning, "Make room before it is full."
	}
	r.find("disk", level, do, "%s of %s are free.", Bytes(r.Disk.FreeBytes), Bytes(r.Disk.TotalBytes))
}
