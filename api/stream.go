package api

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"logis/domain"
)

// Ended is the last frame that is told of a home.
type Ended struct {
	Type   string        `json:"type" enum:"ended" doc:"Which frame it is." example:"ended"`
	Home   domain.HomeID `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Code   int           `json:"code" doc:"Why, as the codes of a closed socket: 1000, 1011, 1012, 4401, 4403 or 4429." example:"4403"`
	Reason string        `json:"reason" doc:"Why, for people." example:"what you may see has changed"`
}

func endOf(home domain.HomeID, why closing) ([]byte, error) {
	return encode(Ended{Type: "ended", Home: home, Code: int(why.code), Reason: why.reason})
}

// streamRetry is after how long a browser comes back to a stream that was cut.
const streamRetry = 2 * time.Second

// stream is a home told as server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s stream) write(_ context.Context, kind string, seq domain.Seq, text []byte) error {
	return s.put("id: " + strconv.FormatInt(int64(seq), 10) + "\nevent: " + kind + "\ndata: " + string(bytes.TrimSpace(text)) + "\n\n")
}

// put writes lines within writeLimit.
func (s stream) put(lines string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(lines)); err != nil {
		return err
	}
	return s.control.Flush()
}

// goodbye says why the stream ends. Who has to begin again must not resume.
func (s stream) goodbye(home domain.HomeID, why closing) {
	text, err := endOf(home, why)
	if err != nil {
		return
	}
	id := ""
	if why.code == closeChanged {
		id = "id\n"
	}
	_ = s.put(id + "event: ended\ndata: " + string(bytes.TrimSpace(text)) + "\n\n") // the peer may be gone already
}

// tell answers a request that was allowed with a stream that ends when the app is
// gone, or with its rights.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, op operation) error {
	permit, err := s.allowed(r, op)
	if err != nil {
		return s.remember(r, op, err)
	}
	asked, err := followingOf(r, r.Header.Get("Last-Event-ID"))
	if err != nil {
		return err
	}
	k, err := s.hall.socketOf(r, permit, asked)
	if err != nil {
		return err
	}
	if err := s.hall.admit(k); err != nil {
		return err
	}
	defer s.hall.leave(k)
	gone := linger(r.Context())
	out := stream{w, http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy in between must not hold it back
	if r.Method == http.MethodHead {
		return nil
	}
	_ = out.control.SetReadDeadline(time.Time{}) // nothing more is read, for as long as it takes
	s.hall.cutBy(k, func() { _ = out.control.SetWriteDeadline(time.Now()) })
	if out.put("retry: "+strconv.FormatInt(streamRetry.Milliseconds(), 10)+"\n\n") == nil {
		out.goodbye(k.home, k.serve(gone, out))
	}
	return nil
}
