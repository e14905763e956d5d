package outbox

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// disk is a file system in memory that remembers the order of everything written
// to it, so that a test can pull the plug at any moment afterwards.
type disk struct {
	name string

	mu     sync.Mutex
	files  map[string][]byte
	trace  []write
	plain  bool // keeps no trace
	broken bool
	count  int           // syncs
	held   chan struct{} // syncs wait until it is closed; nil: they do not
}

// write is one thing that happened to a file.
type write struct {
	file string
	op   writeOp
	off  int64 // or the new size
	data []byte
}

type writeOp int

const (
	opWrite writeOp = iota
	opTruncate
	opSync
	opDelete
	opCreate
)

func newDisk(t *testing.T) *disk {
	t.Helper()
	d := &disk{files: map[string][]byte{}}
	d.name = fmt.Sprintf("disk-%p", d) // unique as long as it is registered
	vfs.Register(d.name, d)
	t.Cleanup(func() { vfs.Unregister(d.name) })
	return d
}

func (d *disk) use(o *Options) { o.vfs = d.name }

func (d *disk) fail() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = true
}

// hold lets syncs wait until the returned function is called.
func (d *disk) hold() (release func()) {
	held := make(chan struct{})
	d.mu.Lock()
	d.held = held
	d.mu.Unlock()
	return func() {
		d.mu.Lock()
		d.held = nil
		d.mu.Unlock()
		close(held)
	}
}

func (d *disk) syncs() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

// now returns how much has been written: a moment to cut the power at.
func (d *disk) now() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.trace)
}

func (d *disk) note(w write) error {
	if d.broken {
		return sqlite3.IOERR_WRITE
	}
	if !d.plain {
		w.data = bytes.Clone(w.data)
		d.trace = append(d.trace, w)
	}
	d.files[w.file] = apply(d.files[w.file], w)
	if w.op == opDelete {
		delete(d.files, w.file)
	}
	if w.op == opSync {
		d.count++
	}
	return nil
}

// apply does to content what w says.
func apply(content []byte, w write) []byte {
	switch w.op {
	case opWrite:
		if short := int(w.off) + len(w.data) - len(content); short > 0 {
			content = append(content, make([]byte, short)...)
		}
		copy(content[w.off:], w.data)
	case opTruncate:
		if int(w.off) < len(content) {
			content = content[:w.off]
		}
	case opDelete:
		content = nil
	case opCreate, opSync:
		if content == nil {
			content = []byte{}
		}
	}
	return content
}

const sector = 512

// afterPowerCut returns the files as they may be found when the power is cut
// after n steps: what was synced is there; of everything else each sector is
// there or not, by chance. Names of files are durable at once.
func (d *disk) afterPowerCut(n int, rng *rand.Rand) map[string][]byte {
	files := map[string][]byte{}
	pending := map[string][]write{}
	for _, w := range d.trace[:n] {
		switch w.op {
		case opSync, opCreate, opDelete:
			for _, p := range pending[w.file] {
				files[w.file] = apply(files[w.file], p)
			}
			pending[w.file] = nil
			files[w.file] = apply(files[w.file], w)
			if w.op == opDelete {
				delete(files, w.file)
			}
		default:
			pending[w.file] = append(pending[w.file], w)
		}
	}
	for name, writes := range pending {
		for _, w := range writes {
			for _, part := range sectors(w) {
				if rng.IntN(2) == 0 {
					files[name] = apply(files[name], part)
				}
			}
		}
	}
	return files
}

// sectors splits a write at the borders of sectors.
func sectors(w write) []write {
	if w.op != opWrite {
		return []write{w}
	}
	var parts []write
	for len(w.data) > 0 {
		n := min(len(w.data), sector-int(w.off)%sector)
		parts = append(parts, write{w.file, opWrite, w.off, w.data[:n]})
		w.off, w.data = w.off+int64(n), w.data[n:]
	}
	return parts
}

// Open implements vfs.VFS.
func (d *disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.files[name]; !ok {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		if err := d.note(write{file: name, op: opCreate}); err != nil {
			return nil, flags, err
		}
	}
	return &diskFile{d, name}, flags, nil
}

// Delete implements vfs.VFS.
func (d *disk) Delete(name string, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.files[name]; !ok {
		return sqlite3.IOERR_DELETE_NOENT
	}
	return d.note(write{file: name, op: opDelete})
}

// Access implements vfs.VFS.
func (d *disk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.files[name]
	return ok, nil
}

// FullPathname implements vfs.VFS.
func (d *disk) FullPathname(name string) (string, error) { return name, nil }

// diskFile is an open file of a disk.
type diskFile struct {
	*disk
	name string
}

func (f *diskFile) ReadAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return bytes.NewReader(f.files[f.name]).ReadAt(p, off)
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(p), f.note(write{file: f.name, op: opWrite, off: off, data: p})
}

func (f *diskFile) Truncate(size int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.note(write{file: f.name, op: opTruncate, off: size})
}

func (f *diskFile) Sync(vfs.SyncFlag) error {
	f.mu.Lock()
	held := f.held
	f.mu.Unlock()
	if held != nil {
		<-held
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.note(write{file: f.name, op: opSync})
}

func (f *diskFile) Size() (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(len(f.files[f.name])), nil
}

func (f *diskFile) Close() error                     { return nil }
func (f *diskFile) Lock(vfs.LockLevel) error         { return nil }
func (f *diskFile) Unlock(vfs.LockLevel) error       { return nil }
func (f *diskFile) CheckReservedLock() (bool, error) { return false, nil }
func (f *diskFile) SectorSize() int                  { return sector }
func (f *diskFile) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE
}

// copyFile copies a closed outbox.
func copyFile(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "outbox.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

var _ io.ReaderAt = (*diskFile)(nil)
