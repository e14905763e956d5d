package rig

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// App is a signed-in caller of the API, as a browser would be.
type App struct {
	base   string
	cookie string
	client *http.Client
}

// Refusal is an answer of the API that is not a success.
type Refusal struct {
	Status int
	Code   string
	Detail string
	// RetryAfter is the header of that name.
	RetryAfter string
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Detail) }

// SignIn redeems a one-time link.
func SignIn(ctx context.Context, base, link string) (*App, error) {
	_, token, ok := strings.Cut(link, "#")
	if !ok {
		return nil, errors.New("not a link: " + link)
	}
	a := &App{base: base, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	response, err := a.do(ctx, http.MethodPost, "/session", "", map[string]string{"link": token})
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusCreated {
		return nil, refusal(response)
	}
	// The cookie is Secure; browsers send it to localhost without TLS, Go does not.
	for _, c := range response.Cookies() {
		a.cookie = c.Name + "=" + c.Value
	}
	return a, nil
}

// Enter returns the caller who holds a session that was made elsewhere.
func Enter(base, token string) *App {
	return &App{
		base: base, cookie: "__Host-logis=" + token,
		client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
}

// SignOut ends the session.
func (a *App) SignOut(ctx context.Context) error {
	response, err := a.do(ctx, http.MethodDelete, "/session", "", nil)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusNoContent {
		return refusal(response)
	}
	return nil
}

// Cookie is the session as a Cookie header.
func (a *App) Cookie() string { return a.cookie }

// Get reads a resource into out.
func (a *App) Get(ctx context.Context, path string, out any) error {
	return a.call(ctx, http.MethodGet, path, "", nil, out)
}

// Post creates something under an idempotency key and reads the answer into out.
func (a *App) Post(ctx context.Context, path, key string, in, out any) error {
	return a.call(ctx, http.MethodPost, path, key, in, out)
}

// NewKey returns a fresh idempotency key.
func NewKey() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (a *App) call(ctx context.Context, method, path, key string, in, out any) error {
	response, err := a.do(ctx, method, path, key, in)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusBadRequest {
		return refusal(response)
	}
	return json.NewDecoder(response.Body).Decode(out)
}

func (a *App) do(ctx context.Context, method, path, key string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.base+"/api/v1"+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Origin", a.base)
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if a.cookie != "" {
		request.Header.Set("Cookie", a.cookie)
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return a.client.Do(request)
}

func refusal(response *http.Response) error {
	var problem struct{ Code, Detail string }
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return err
	}
	_ = json.Unmarshal(text, &problem) // a proxy's page is not JSON; the status says enough
	return &Refusal{Status: response.StatusCode, Code: problem.Code, Detail: problem.Detail, RetryAfter: response.Header.Get("Retry-After")}
}
