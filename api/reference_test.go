package api

import (
	"regexp"
	"strings"
	"testing"
)

func TestTheReferenceShowsEverythingAndAsksNobodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.ask("GET", "/api/docs", "").want(200)
	if kind, csp := r.header.Get("Content-Type"), r.header.Get("Content-Security-Policy"); kind != "text/html; charset=utf-8" || csp != policy {
		t.Errorf("%s, %s", kind, csp)
	}
	for _, op := range documented(b.server.huma.OpenAPI()) {
		_, entry, found := strings.Cut(r.body, `<article id="`+op.OperationID+`">`)
		entry, _, _ = strings.Cut(entry, "</article>")
		if !found || (successOf(op) >= 200 && !strings.Contains(entry, "curl")) {
			t.Errorf("%s is not shown whole", op.OperationID)
		}
	}
	for _, f := range append(said("homes"), heard()...) {
		if !strings.Contains(r.body, `id="frame-`+f.name+`"`) {
			t.Errorf("the frame %s is not shown", f.name)
		}
	}
	if strings.Contains(r.body, "<script") || regexp.MustCompile(`(?i)(href|src|url)\s*[=(]\s*["']?(https?:)?//`).MatchString(r.body) {
		t.Error("the page asks somebody else, or runs something")
	}
	if strings.Contains(r.body, "ZgotmplZ") {
		t.Error("something was cut out of the page")
	}
}
