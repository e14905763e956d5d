package domain_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"logis/domain"
)

func TestARefusalHasACodeAndASentence(t *testing.T) {
	t.Parallel()
	err := domain.Errorf(domain.Conflict, "entry %d came, %d was expected", 7, 5)
	if err.Code != domain.Conflict || err.Error() != "entry 7 came, 5 was expected" || err.Unwrap() != nil {
		t.Errorf("got %+v", err)
	}
}

var errDisk = errors.New("disk /dev/sda1 is full")

func TestACauseIsForTheLogAndNotForTheCaller(t *testing.T) {
	t.Parallel()
	err := domain.Wrap(domain.Storage, "the database cannot write now", errDisk)
	if !errors.Is(err, errDisk) {
		t.Error("the cause is lost")
	}
	if strings.Contains(err.Error(), "sda1") {
		t.Errorf("the caller reads %q", err)
	}
}

func TestTheCodeIsFoundInTheChain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want domain.Code
	}{
		{domain.Errorf(domain.NotFound, "no"), domain.NotFound},
		{fmt.Errorf("look up: %w", domain.InvalidInput()), domain.Invalid},
		{errors.Join(errDisk, domain.Wrap(domain.Storage, "no", errDisk)), domain.Storage},
		{errDisk, domain.Internal},
		{nil, domain.Internal},
	} {
		if got := domain.CodeOf(c.err); got != c.want {
			t.Errorf("%v has the code %s, want %s", c.err, got, c.want)
		}
	}
}

func TestAnInputsFaultsAreNamed(t *testing.T) {
	t.Parallel()
	one := domain.Fault{Field: "set.currentLevel", Message: "must be from 0 to 100 percent"}
	for _, c := range []struct {
		faults []domain.Fault
		want   string
	}{
		{nil, "the input is not valid"},
		{[]domain.Fault{one}, "set.currentLevel must be from 0 to 100 percent"},
		{[]domain.Fault{one, {Field: "ttl_ms", Message: "must not be negative"}}, "2 fields are not valid"},
	} {
		err := domain.InvalidInput(c.faults...)
		if err.Code != domain.Invalid || err.Error() != c.want || len(err.Faults) != len(c.faults) {
			t.Errorf("%v become %+v", c.faults, err)
		}
	}
}

func TestAHostileInputDoesNotChooseHowLongTheAnswerIs(t *testing.T) {
	t.Parallel()
	long := domain.Fault{Field: "values." + strings.Repeat("é", 100_000), Message: "is not a property of this device"}
	err := domain.InvalidInput(long)
	if len(err.Error()) > 150 || len(err.Faults[0].Field) > 110 || !utf8.ValidString(err.Error()) {
		t.Errorf("a long name gives %d bytes: %s", len(err.Error()), err)
	}
	faults := make([]domain.Fault, 51)
	if err := domain.InvalidInput(faults[:50]...); len(err.Faults) != 50 {
		t.Errorf("of fifty faults %d are named", len(err.Faults))
	}
	if err := domain.InvalidInput(faults...); len(err.Faults) != 50 || err.Error() != "51 fields are not valid" {
		t.Errorf("of 51 faults %d are named: %s", len(err.Faults), err)
	}
}
