package privatepg

import (
	"context"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

func BenchmarkFirstStart(b *testing.B) {
	dir := directory(b)
	for i := 0; b.Loop(); i++ {
		c := start(b, Options{Dir: filepath.Join(dir, strconv.Itoa(i))})
		b.StopTimer()
		stop(b, c)
		b.StartTimer()
	}
}

func BenchmarkLaterStart(b *testing.B) {
	o := Options{Dir: directory(b)}
	stop(b, start(b, o))
	for b.Loop() {
		c := start(b, o)
		b.StopTimer()
		stop(b, c)
		b.StartTimer()
	}
}

func BenchmarkUnsafeStart(b *testing.B) {
	dir := directory(b)
	for i := 0; b.Loop(); i++ {
		c := start(b, Options{Dir: filepath.Join(dir, strconv.Itoa(i)), Ephemeral: true, Unsafe: true})
		b.StopTimer()
		stop(b, c)
		b.StartTimer()
	}
}

// From the kill of postgres to the next answer.
func BenchmarkComeBack(b *testing.B) {
	c := start(b, Options{Dir: directory(b)})
	for b.Loop() {
		if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
			b.Fatal(err)
		}
		if err := c.await(context.Background(), func(string) {}); err != nil {
			b.Fatal(err)
		}
	}
}
