package evidence

import (
	"errors"
	"io"

	"logis/domain"
	"logis/domain/chain"
)

// Verify follows the chain of an export. remembered returns the heads that
// somebody remembers of the home, such as signed ones; nil: nobody does. Without
// them a log that was written anew as a whole is sound.
func Verify(in io.Reader, remembered func(domain.HomeID) []chain.Head) (chain.Verdict, error) {
	var walk *chain.Chain
	var end domain.Seq
	errStop := errors.New("the rest does not matter")
	err := Read(in, func(home domain.HomeID, after, head chain.Head) error {
		var heads []chain.Head
		if remembered != nil {
			heads = remembered(home)
		}
		end = head.Seq
		walk = chain.New(home, append(heads, head)...)
		if after.Seq != 0 {
			walk.BeginAfter(after)
		}
		return nil
	}, func(row *chain.Row) error {
		if !walk.Step(row) {
			return errStop
		}
		return nil
	})
	switch {
	case walk == nil:
		return chain.Verdict{}, err
	case errors.Is(err, ErrNotExport):
		walk.Fail(err.Error())
	case err != nil && !errors.Is(err, errStop):
		return walk.End(end), err
	}
	return walk.End(end), nil
}
