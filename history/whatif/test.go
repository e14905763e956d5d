package whatif

import (
	"context"
	"slices"

	"logis/domain"
)

// Outcome is what came of a test of a home.
type Outcome struct {
	Test       domain.TestID
	Missing    []domain.Expected // it should have fired, and would not
	Unexpected []domain.Expected // it would have fired, and should not
	Full       bool              // whether the whole slice was tried
}

// Passed reports whether the rule did what is expected.
func (o Outcome) Passed() bool { return o.Full && len(o.Missing) == 0 && len(o.Unexpected) == 0 }

// Test tries a rule over the slice of a test.
func Test(ctx context.Context, log Log, home domain.HomeID, test *domain.Test, tested Tested) (Outcome, error) {
	result, err := Run(ctx, log, Window{Home: home, After: test.After, To: test.To}, []Tested{tested})
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{Test: test.ID, Missing: slices.Clone(test.Expected), Full: result.Full}
	for _, row := range result.Rows {
		if row.Would[0] == nil {
			continue
		}
		if i := slices.Index(o.Missing, row.Occasion()); i >= 0 {
			o.Missing = slices.Delete(o.Missing, i, i+1)
		} else {
			o.Unexpected = append(o.Unexpected, row.Occasion())
		}
	}
	return o, nil
}

// Occasion names the row as a test does.
func (r *Row) Occasion() domain.Expected {
	if r.Seq != 0 {
		return domain.Expected{Seq: r.Seq}
	}
	return domain.Expected{AtMS: r.At.UnixMilli()}
}
