package link_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/edge/clock"
	"logis/edge/identity"
	"logis/edge/link"
	"logis/edge/link/linktest"
	"logis/wire"
)

func newcomer(server string) link.Options {
	return link.Options{
		Server: server, Identity: identity.Identity{Seed: bytes.Repeat([]byte{5}, ed25519.SeedSize)},
		Time: clock.NewServer(clock.System()), ReconnectMax: 10 * time.Millisecond,
	}
}

var claim = domain.Claim{ID: [16]byte{1}, Secret: [16]byte{2}}

func TestAClaimIsRedeemedWithoutShowingItsSecretOrTheKey(t *testing.T) {
	t.Parallel()
	frames := make(chan wire.Enrol, 1)
	server := linktest.Serve(t, func(p *linktest.Peer) {
		f, ok := p.Challenge().(*wire.Enrol)
		if !ok {
			t.Error("no enrol")
			return
		}
		frames <- *f
		p.Send(wire.Enrolled{Gateway: domain.GatewayID{3}, Home: domain.HomeID{4}})
	})
	o := newcomer(server.URL)
	id, err := link.Enrol(t.Context(), o, claim)
	if err != nil {
		t.Fatal(err)
	}
	if id.Gateway != (domain.GatewayID{3}) || id.Home != (domain.HomeID{4}) || id.Server != server.URL || !bytes.Equal(id.Seed, o.Identity.Seed) {
		t.Errorf("enrolled as %+v", id)
	}
	f := <-frames
	if !bytes.Equal(f.Claim, claim.ID[:]) || !bytes.Equal(f.PublicKey, id.PublicKey()) ||
		!bytes.Equal(f.Proof, wire.EnrolProof(claim.Secret, linktest.Nonce(), f.PublicKey)) ||
		!ed25519.Verify(f.PublicKey, f.SigningBytes(linktest.Nonce()), f.Signature) {
		t.Errorf("the proof does not hold: %+v", f)
	}
	text, err := wire.Encode(f)
	if err != nil || bytes.Contains(text, claim.Secret[:]) || bytes.Contains(text, id.Seed) {
		t.Errorf("a secret travels, or %v", err)
	}
}

func TestARefusedClaimIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	var tries atomic.Int64
	server := linktest.Serve(t, func(p *linktest.Peer) {
		tries.Add(1)
		p.Challenge()
		p.Close(wire.CloseUnauthorized, "the claim was used")
	})
	if _, err := link.Enrol(t.Context(), newcomer(server.URL), claim); !errors.Is(err, link.ErrClaimRefused) {
		t.Errorf("Enrol gives %v", err)
	}
	if tries.Load() != 1 {
		t.Errorf("tried %d times", tries.Load())
	}
}

func TestEnrollingWaitsForTheServer(t *testing.T) {
	t.Parallel()
	var tries atomic.Int64
	good := linktest.Handler(t, func(p *linktest.Peer) {
		if tries.Load() < 4 {
			p.Challenge()
			return // the answer is lost
		}
		p.Challenge()
		p.Send(wire.Enrolled{Gateway: domain.GatewayID{3}, Home: domain.HomeID{4}})
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) < 3 {
			http.Error(w, "too many gateways are connecting", http.StatusServiceUnavailable)
			return
		}
		good.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	if _, err := link.Enrol(t.Context(), newcomer(server.URL), claim); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := link.Enrol(ctx, newcomer("ws://127.0.0.1:1"), claim); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without a server Enrol gives %v", err)
	}
}
