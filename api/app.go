package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// app serves the built browser app from memory. Unknown paths are pages of the
// app and get index.html; files under assets/ carry their hash in their name.
type app struct {
	files map[string]*file
}

type file struct {
	kind    string // content type
	text    []byte
	gzipped []byte // nil when it would not be smaller
	etag    string
	cache   string
}

// Cache rules: a name with a hash never means anything else.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheChecked = "no-cache"
)

// maxApp bounds the built app, in bytes: it is held in memory.
const maxApp = 32 << 20

func newApp(files fs.FS) (*app, error) {
	a := &app{files: map[string]*file{}}
	if files == nil {
		return a, nil
	}
	size := 0
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if size += len(text); size > maxApp {
			return errors.New("the app is too large to be held in memory")
		}
		a.files[name] = newFile(name, text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read app: %w", err)
	}
	return a, nil
}

func newFile(name string, text []byte) *file {
	sum := sha256.Sum256(text)
	f := &file{text: text, kind: contentType(name), etag: `"` + hex.EncodeToString(sum[:16]) + `"`, cache: cacheChecked}
	if strings.HasPrefix(name, "assets/") {
		f.cache = cacheForever
	}
	if small := squeeze(text); len(small) < len(text)*9/10 {
		f.gzipped = small
	}
	return f
}

// contentType does not depend on what the machine knows of file names.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

func squeeze(text []byte) []byte {
	var out bytes.Buffer
	writer, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return text // the level is a valid one
	}
	_, _ = writer.Write(text) // a bytes.Buffer takes everything
	_ = writer.Close()
	return out.Bytes()
}

// ServeHTTP answers GET and HEAD.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	f, ok := a.files[name]
	if !ok && strings.HasPrefix(name, "assets/") {
		http.Error(w, "there is no such file", http.StatusNotFound) // of an older version, not a page
		return
	}
	if !ok {
		f, ok = a.files["index.html"]
	}
	if !ok {
		http.Error(w, "the app is not built into this server: run npm run build in web/", http.StatusNotFound)
		return
	}
	f.serve(w, r)
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.kind)
	text := f.text
	if f.gzipped != nil && acceptsGzip(r.Header) {
		h.Set("Content-Encoding", "gzip")
		text = f.gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(text) // a caller who is gone needs no answer
	}
}

func acceptsGzip(header http.Header) bool {
	for part := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.ReplaceAll(quality, " ", "") != "q=0"
		}
	}
	return false
}
