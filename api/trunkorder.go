package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

// order asks what the frame orders as the request it stands for, through every
// door that the request would pass, and answers with what came of it.
func (k *trunk) order(gone context.Context, frame []byte, key string) error {
	var in Order
	if err := k.read(frame, &in, k.schema(in)); err != nil {
		return k.refuse(gone, key, problemOf(err))
	}
	body, err := json.Marshal(in.Command)
	if err != nil {
		return err
	}
	path := base + "/homes/" + in.Home.String() + "/devices/" + in.Device.String() + "/commands"
	r, err := http.NewRequestWithContext(gone, http.MethodPost, path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Host, r.RemoteAddr, r.TLS = k.request.Host, k.request.RemoteAddr, k.request.TLS
	for _, name := range []string{"Authorization", "Cookie", "Origin", "Sec-Fetch-Site", "User-Agent"} {
		if values := k.request.Header.Values(name); len(values) > 0 {
			r.Header[name] = values
		}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", in.Key)
	kept := &overheard{header: http.Header{}}
	k.server.ServeHTTP(kept, r)
	said := bytes.TrimSpace(kept.body.Bytes())
	reply := any(Answer{Type: "answer", Key: in.Key, Command: text[Command]{said}})
	if kept.status != http.StatusAccepted {
		reply = Refusal{Type: "refusal", Key: in.Key, Problem: text[Problem]{said}}
	}
	answer, err := encode(reply)
	if err != nil {
		return err
	}
	return k.write(gone, answer)
}

// overheard keeps an answer that goes nowhere else.
type overheard struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *overheard) Header() http.Header { return r.header }

func (r *overheard) WriteHeader(status int) { r.status = status }

func (r *overheard) Write(p []byte) (int, error) { return r.body.Write(p) }

// SetReadDeadline does nothing: the body is here.
func (r *overheard) SetReadDeadline(time.Time) error { return nil }
