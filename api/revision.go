package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"logis/domain"
)

// Based names the revision that a change is based on.
type Based struct {
	IfMatch string `header:"If-Match" doc:"The ETag of what is changed: its revision in quotes." example:"\"42\""`

	revision domain.Seq
}

// Resolve reads the revision.
func (m *Based) Resolve(huma.Context) []error {
	if m.IfMatch == "" {
		return []error{noRevision{}}
	}
	digits, quoted := strings.CutPrefix(m.IfMatch, `"`)
	digits, closed := strings.CutSuffix(digits, `"`)
	revision, err := strconv.ParseUint(digits, 10, 63)
	if !quoted || !closed || err != nil || digits != strconv.FormatUint(revision, 10) {
		return []error{&huma.ErrorDetail{Location: "header.If-Match", Message: `must be one revision in quotes, like "42"`}}
	}
	m.revision = domain.Seq(revision)
	return nil
}

// noRevision says that If-Match is missing.
type noRevision struct{}

func (noRevision) Error() string  { return "must name the revision this is based on" }
func (noRevision) GetStatus() int { return http.StatusPreconditionRequired }

// ErrorDetail tells huma where.
func (e noRevision) ErrorDetail() *huma.ErrorDetail {
	return &huma.ErrorDetail{Location: "header.If-Match", Message: e.Error()}
}

// check refuses a change that is based on another revision than the present one.
func (m *Based) check(present domain.Seq) error {
	if m.revision != present {
		return domain.Errorf(domain.WrongRevision, "it was changed meanwhile: look again")
	}
	return nil
}

// etag returns the ETag of a revision.
func etag(revision domain.Seq) string { return `"` + strconv.FormatInt(int64(revision), 10) + `"` }

// tagged is an answer with its revision.
type tagged[T any] struct {
	ETag string `header:"ETag" doc:"Its revision in quotes, for If-Match." example:"\"42\""`
	Body T
}

func tag[T any](revision domain.Seq, body T) *tagged[T] {
	return &tagged[T]{ETag: etag(revision), Body: body}
}
