package edge

import (
	"context"
	"fmt"
)

// part is something that runs until its context ends.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// runInOrder starts the parts one after the other and runs them until ctx ends or
// one of them does. Then it stops them in reverse, each before the one it stands
// on, and returns the first error.
func runInOrder(ctx context.Context, parts []part) error {
	type end struct {
		part int
		err  error
	}
	ended := make(chan end, len(parts))
	stop := make([]context.CancelFunc, len(parts))
	done := make([]chan struct{}, len(parts))
	for i, p := range parts {
		var own context.Context
		own, stop[i] = context.WithCancel(context.WithoutCancel(ctx))
		done[i] = make(chan struct{})
		go func() {
			defer close(done[i])
			ended <- end{i, p.run(own)}
		}()
	}
	var first error
	select {
	case <-ctx.Done():
	case e := <-ended:
		first = e.err
		if first == nil {
			first = fmt.Errorf("%s ended by itself", parts[e.part].name)
		}
	}
	for i := len(parts) - 1; i >= 0; i-- {
		stop[i]()
		<-done[i]
	}
	close(ended)
	for e := range ended {
		if first == nil {
			first = e.err
		}
	}
	return first
}
