package update

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Bounds of a server of releases.
const (
	documentTimeout = 30 * time.Second // for a document of a few KiB
	artifactTimeout = 30 * time.Minute // for a program of 16 MB over a line of 10 KiB/s
	maxRedirects    = 3                // of a server of files, to where they are kept
)

// source is where a release comes from.
type source interface {
	// open returns a file of the release by its plain name.
	open(ctx context.Context, name string) (io.ReadCloser, error)
}

// newSource returns the source that a person named: a folder, or a URL under which
// the files of a release stand. now dates the server's certificate; nil or an
// unknown time leaves that to the machine's clock.
func newSource(from string, client *http.Client, now func() (time.Time, bool)) (source, error) {
	if !strings.Contains(from, "://") {
		return folder(from), nil
	}
	base, err := url.Parse(from)
	if err != nil || base.Scheme != "https" || base.Host == "" {
		return nil, errors.New("releases come from a folder or from https://host/path/")
	}
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	if client == nil {
		client = newClient(now)
	}
	return web{base, client}, nil
}

// CheckSource reports why releases cannot come from there.
func CheckSource(from string) error {
	_, err := newSource(from, nil, nil)
	return err
}

// folder is a directory with the files of a release, such as on a stick.
type folder string

func (f folder) open(_ context.Context, name string) (io.ReadCloser, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // the file stays open
	return openRegular(root, name)
}

// web is a server with the files of a release.
type web struct {
	base   *url.URL
	client *http.Client
}

func newClient(now func() (time.Time, bool)) *http.Client {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: documentTimeout,
		ResponseHeaderTimeout: documentTimeout, DisableCompression: true, MaxIdleConns: 1,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, Time: func() time.Time {
			if now != nil {
				if at, known := now(); known {
					return at
				}
			}
			return time.Now()
		}},
	}
	return &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" || len(via) > maxRedirects {
			return errors.New("the server of releases leads elsewhere, without TLS or too often")
		}
		return nil
	}}
}

func (w web) open(ctx context.Context, name string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base.JoinPath(name).String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := w.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("%s: the server answers %s", name, response.Status), response.Body.Close())
	}
	return response.Body, nil
}
