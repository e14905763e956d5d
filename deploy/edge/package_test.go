package edge_test

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const version = "1.2.3"

// build makes the packages for this machine in a folder of their own, as a
// release does.
func build(t *testing.T, umask, keys string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "umask "+umask+`; exec ./dist "$0" amd64`, folder)
	cmd.Env = append(os.Environ(), "VERSION="+version, "SOURCE_DATE_EPOCH=1793700000", "RELEASED_AT="+released,
		"RELEASE_KEYS="+filepath.Join(keys, "set"), "SIGNING_KEYS="+filepath.Join(keys, "1")+" "+filepath.Join(keys, "3"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "version 1.2.3 is as it was signed") {
		t.Fatalf("%v\n%s", err, out)
	}
	return folder
}

// released is when: gateways may install it now.
var released = strconv.FormatInt(time.Now().Unix(), 10)

// makeKeys makes three keys, as three people would, and the set of them.
func makeKeys(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	output(t, "sh", "-euc", `
		go build -o "$0/release" ../../cmd/release
		for n in 1 2 3; do "$0/release" key "$0/$n"; done
		"$0/release" keys "$0/set" "$0/1.pub" "$0/2.pub" "$0/3.pub"`, folder)
	return folder
}

// output runs a program and returns what it says.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func has(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// One story, because building takes seconds.
func TestThePackagesHoldWhatAGatewayNeedsAndNothingIsEnabled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the release")
	}
	keys := makeKeys(t)
	folder := build(t, "022", keys)
	program := filepath.Join(folder, "logis-edge_1.2.3_linux_amd64")
	deb := filepath.Join(folder, "logis-edge_1.2.3_amd64.deb")
	rpm := filepath.Join(folder, "logis-edge-1.2.3-1.x86_64.rpm")

	t.Run("the program is static and knows its version", func(t *testing.T) {
		file, err := elf.Open(program)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if libraries, err := file.ImportedLibraries(); err != nil || len(libraries) > 0 || file.Section(".interp") != nil {
			t.Errorf("it needs %q, %v", libraries, err)
		}
		if says := output(t, program, "version"); !strings.HasPrefix(says, "logis-edge 1.2.3 (linux/amd64") {
			t.Errorf("version: %q", says)
		}
	})
	t.Run("the same commit gives the same bytes, whatever the umask", func(t *testing.T) {
		again := build(t, "077", keys)
		one, two := read(t, filepath.Join(folder, "SHA256SUMS")), read(t, filepath.Join(again, "SHA256SUMS"))
		if !bytes.Equal(one, two) || bytes.Count(one, []byte("\n")) != 4 {
			t.Errorf("first\n%sthen\n%s", one, two)
		}
		if one, two := read(t, filepath.Join(folder, "release.json")), read(t, filepath.Join(again, "release.json")); !bytes.Equal(one, two) {
			t.Errorf("first\n%s\nthen\n%s", one, two)
		}
		output(t, "sh", "-c", `cd "$0" && sha256sum --check --quiet SHA256SUMS`, folder)
	})
	t.Run("what it was built from is told", func(t *testing.T) {
		var told struct {
			Metadata   struct{ Component struct{ Version string } }
			Components []struct{ Name, Version, PURL string }
		}
		if err := json.Unmarshal(read(t, program+".cdx.json"), &told); err != nil {
			t.Fatal(err)
		}
		if told.Metadata.Component.Version != version || len(told.Components) < 5 || told.Components[0].Name != "std" {
			t.Errorf("%+v", told)
		}
		for _, module := range told.Components {
			if module.Version == "" || module.PURL != "pkg:golang/"+module.Name+"@"+module.Version {
				t.Errorf("%+v", module)
			}
		}
	})
	t.Run("the .deb", func(t *testing.T) {
		if !has("dpkg-deb") {
			t.Skip("no dpkg-deb here")
		}
		checkDeb(t, deb)
	})
	t.Run("the .rpm", func(t *testing.T) {
		checkRPM(t, rpm)
	})
	t.Run("the unit is sound and gives the agent little", func(t *testing.T) {
		if !has("systemd-analyze") {
			t.Skip("no systemd-analyze here")
		}
		checkUnit(t, program)
	})
	t.Run("it is installed, upgraded, removed and purged", func(t *testing.T) {
		if os.Geteuid() != 0 || !has("dpkg") || !has("unshare") {
			t.Skip("needs root on Debian, to install it in a copy of this system")
		}
		install(t, deb)
	})
}

// files of both packages, with their modes.
var files = []string{
	"-rw-r----- /etc/logis-edge/logis-edge.conf",
	"-rwxr-xr-x /usr/bin/logis-edge",
	"-rw-r--r-- /usr/lib/systemd/system/logis-edge.service",
	"-rw-r--r-- /usr/share/doc/logis-edge/copyright",
	"-rw-r--r-- /usr/share/doc/logis-edge/edge.md",
	"-rw-r--r-- /usr/share/logis-edge/release-keys.json",
}

// listed returns the files of a listing, without folders.
func listed(listing string) []string {
	var found []string
	for line := range strings.Lines(listing) {
		words := strings.Fields(line)
		if len(words) > 1 && strings.HasPrefix(words[0], "-") {
			found = append(found, words[0]+" "+strings.TrimPrefix(words[len(words)-1], "."))
		}
	}
	return found
}

func checkDeb(t *testing.T, deb string) {
	t.Helper()
	about := output(t, "dpkg-deb", "-I", deb)
	for _, line := range []string{"Package: logis-edge", "Version: 1.2.3", "Architecture: amd64", "Depends: passwd", "Recommends: ca-certificates"} {
		if !strings.Contains(about, "\n "+line+"\n") {
			t.Errorf("no %q in\n%s", line, about)
		}
	}
	listing := output(t, "dpkg-deb", "-c", deb)
	if got, want := strings.Join(listed(listing), "\n"), strings.Join(files, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(listing, "/etc/systemd") || strings.Count(listing, "root/root") != strings.Count(listing, "\n") {
		t.Errorf("something is enabled, or not root's:\n%s", listing)
	}
	root := t.TempDir()
	output(t, "dpkg-deb", "-R", deb, root)
	if conffiles := read(t, filepath.Join(root, "DEBIAN/conffiles")); string(conffiles) != "/etc/logis-edge/logis-edge.conf\n" {
		t.Errorf("conffiles: %q", conffiles)
	}
	if says := output(t, filepath.Join(root, "usr/bin/logis-edge"), "version"); !strings.Contains(says, version) {
		t.Errorf("version: %q", says)
	}
	if shipped := read(t, filepath.Join(root, "usr/share/logis-edge/release-keys.json")); bytes.Count(shipped, []byte("ed25519")) != 3 {
		t.Errorf("the keys that gateways believe: %s", shipped)
	}
	for _, script := range []string{"postinst", "prerm", "postrm"} {
		if text := read(t, filepath.Join(root, "DEBIAN", script)); regexp.MustCompile(`systemctl (enable|start|unmask)|enable --now`).Match(text) {
			t.Errorf("%s enables the agent without being asked", script)
		}
	}
}

func checkRPM(t *testing.T, rpm string) {
	t.Helper()
	if magic := read(t, rpm)[:4]; !bytes.Equal(magic, []byte{0xed, 0xab, 0xee, 0xdb}) {
		t.Fatalf("it begins with % x", magic)
	}
	if !has("rpm") {
		return
	}
	about := output(t, "rpm", "-qip", rpm)
	for _, line := range []string{`Name +: logis-edge`, `Version +: 1\.2\.3`, `Architecture: x86_64`, `License +: Apache-2\.0`} {
		if !regexp.MustCompile(`(?m)^` + line + `$`).MatchString(about) {
			t.Errorf("no %q in\n%s", line, about)
		}
	}
	if got, want := strings.Join(listed(output(t, "rpm", "-qlvp", rpm)), "\n"), strings.Join(files, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if config := output(t, "rpm", "-qcp", rpm); config != "/etc/logis-edge/logis-edge.conf\n" {
		t.Errorf("settings: %q", config)
	}
}

// exposure is systemd's score from 0 to 10; below 2 it calls it OK.
var exposure = regexp.MustCompile(`Overall exposure level for logis-edge.service: [01]\.\d OK`)

func checkUnit(t *testing.T, program string) {
	t.Helper()
	unit := filepath.Join(t.TempDir(), "logis-edge.service")
	text := bytes.ReplaceAll(read(t, "logis-edge.service"), []byte("/usr/bin/logis-edge"), []byte(program))
	if err := os.WriteFile(unit, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if says := output(t, "systemd-analyze", "verify", "--man=no", unit); strings.Contains(says, "logis-edge.service:") {
		t.Errorf("verify: %s", says)
	}
	if says := output(t, "systemd-analyze", "security", "--no-pager", "--offline=true", unit); !exposure.MatchString(says) {
		t.Errorf("%s", says[strings.LastIndex(says, "Overall"):])
	}
}

// inACopy runs its third argument in a copy of this system that is gone
// afterwards. It ends with 77 where no copy can be made, as in most containers.
const inACopy = `
set -eu
mount -t tmpfs none "$1" || exit 77
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay none -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root" || exit 77
cp "$2" "$1/root/root/edge.deb"
exec chroot "$1/root" sh -euc "$3"
`

const story = `
export LC_ALL=C
umask 077
unset LOGIS_EDGE_DATA
dpkg -i /root/edge.deb >/dev/null
stat -c '%A %U:%G %n' /etc/logis-edge/logis-edge.conf /var/lib/logis-edge
find /etc/systemd -name '*logis*'
logis-edge status >/root/status || echo "status $?"
grep -o 'folder  /var/lib/logis-edge' /root/status
echo '# mine' >>/etc/logis-edge/logis-edge.conf
touch /var/lib/logis-edge/key
dpkg -i /root/edge.deb >/dev/null
tail -n 1 /etc/logis-edge/logis-edge.conf
dpkg -r logis-edge >/dev/null
ls /var/lib/logis-edge
dpkg -P logis-edge >/dev/null 2>&1
ls -d /var/lib/logis-edge /etc/logis-edge 2>/dev/null || echo gone
getent passwd logis-edge || echo no account
`

const told = `-rw-r----- root:logis-edge /etc/logis-edge/logis-edge.conf
drwx------ logis-edge:logis-edge /var/lib/logis-edge
status 3
folder  /var/lib/logis-edge
# mine
key
gone
no account
`

func install(t *testing.T, deb string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "--propagation", "private",
		"sh", "-c", inACopy, "sh", t.TempDir(), deb, story)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() == 77 {
		t.Skipf("no copy of this system can be made: %s", out)
	}
	if err != nil || string(out) != told {
		t.Errorf("%v\ngot\n%s\nwant\n%s", err, out, told)
	}
}
