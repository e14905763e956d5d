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
	err := Read(in, func(b Beginning) error {
		var heads []chain.Head
		if remembered != nil {
			heads = remembered(b.Home)
		}
		end = b.Last.Seq
		walk = chain.New(b.Home, heads...)
		walk.Remember(b.Last, "is not the one of which the first line says that it is the last")
		switch {
		case b.Base != nil:
			walk.BeginSealed(b.Base.Root)
			if sum, err := chain.SumState(b.Base.State); err != nil || sum != b.Base.Root.State {
				walk.FailRoot("is where the file begins, and what the home was there is not what was sealed")
			}
		case b.After.Seq != 0:
			walk.BeginAfter(b.After)
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
