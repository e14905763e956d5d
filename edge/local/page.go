package local

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"net/http"
)

//go:embed page.html
var pageText []byte

// page is the gateway's own page, one file that needs nothing else.
type page struct{ policy string }

// newPage allows the page's own script and style by their hashes, and nothing else.
func newPage() *page {
	return &page{policy: "default-src 'none'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors 'none'; script-src " + hashOf("script") + "; style-src " + hashOf("style")}
}

func hashOf(element string) string {
	_, rest, _ := bytes.Cut(pageText, []byte("<"+element+">"))
	text, _, _ := bytes.Cut(rest, []byte("</"+element+">"))
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (s *Server) servePage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(pageText)
}
