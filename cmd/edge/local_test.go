package main

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"logis/edge/link/linktest"
)

func TestClientsAreAddedListedAndRemovedBesideTheRunningAgent(t *testing.T) {
	t.Parallel()
	cloud, dir := linktest.NewCloud(t), t.TempDir()
	cmd := exec.Command(program(t), "run", "--server", cloud.URL, "--data", dir, "--simulated", "--local", "127.0.0.1:0", "--local-name", "home.test")
	cmd.Env = append(os.Environ(), "LOGIS_EDGE_CLAIM="+cloud.Claim.String())
	shown := filepath.Join(t.TempDir(), "shown")
	out, err := os.Create(shown)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	address := shownLine(t, shown, "local control: ")
	if sum := shownLine(t, shown, "local certificate: SHA-256 "); len(sum) != 95 {
		t.Errorf("the fingerprint is %q", sum)
	}
	code, said, _ := ask(t, nil, "local", "add", "hall panel", "--data", dir)
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if code != exitOK || len(lines) != 2 {
		t.Fatalf("add: %d %q", code, said)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	get := func() (int, string) {
		request, err := http.NewRequest(http.MethodGet, address+"/local/v1/gateway", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+lines[1])
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(text)
	}
	if status, text := get(); status != http.StatusOK || !strings.Contains(text, `"name":"hall panel","opens":false`) {
		t.Errorf("with its token: %d %s", status, text)
	}
	code, said, _ = ask(t, nil, "local", "clients", "--data", dir)
	if code != exitOK || !strings.Contains(said, "may not open") || !strings.Contains(said, "hall panel") {
		t.Errorf("clients: %d %q", code, said)
	}
	if code, _, says := ask(t, nil, "local", "remove", "hall panel", "--data", dir); code != exitOK {
		t.Errorf("remove: %d %q", code, says)
	}
	if status, text := get(); status != http.StatusUnauthorized {
		t.Errorf("after its removal: %d %s", status, text)
	}
}

func TestLocalIsAskedRightly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{{}, {"dance"}, {"add"}, {"remove"}, {"clients", "all"}, {"clients", "--dance"}} {
		if code, _, says := ask(t, nil, append(append([]string{"local"}, args...), "--data", dir)...); code != exitUsage || says == "" {
			t.Errorf("%v: code %d, says %q", args, code, says)
		}
	}
	for _, args := range [][]string{{"add", " "}, {"remove", "nobody"}} {
		if code, _, says := ask(t, nil, append(append([]string{"local"}, args...), "--data", dir)...); code != exitFailed || says == "" {
			t.Errorf("%v: code %d, says %q", args, code, says)
		}
	}
}

// shownLine waits for a line in a file and returns what follows its beginning.
func shownLine(t *testing.T, file, begins string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), begins); ok && strings.HasSuffix(line, "\n") {
				return rest
			}
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatalf("%q is not shown", begins)
	return ""
}
