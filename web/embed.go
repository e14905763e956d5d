// Package web is what a person sees: the browser app, embedded into the server.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the built app: index.html, and assets whose names carry their
// hash. Before `npm run build` it holds no index.html.
func Dist() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path: it is the one embedded above
	}
	return files
}
