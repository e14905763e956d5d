package zigbee2mqtt_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

// secure puts TLS before the lab's broker and returns its address and who
// to trust.
func secure(t *testing.T, lab *ziglab.Lab) (broker string, trust *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			outside, err := l.Accept()
			if err != nil {
				return
			}
			go pipe(outside, strings.TrimPrefix(lab.Broker, "mqtt://"))
		}
	}()
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return "mqtts://" + l.Addr().String(), &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

func pipe(outside net.Conn, address string) {
	defer outside.Close()
	inside, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer inside.Close()
	go func() { _, _ = io.Copy(inside, outside) }()
	_, _ = io.Copy(outside, inside)
}

func TestTheBrokerMayBeBehindTLS(t *testing.T) {
	t.Parallel()
	lab := ziglab.StartBroker(t)
	bridge := newMimic(t, lab)
	bridge.say("bridge/state", []byte(`{"state":"online"}`))
	bridge.list("aqara-contact", "ikea-bulb")
	broker, trust := secure(t, lab)
	h := openHomeWith(t, lab, zigbee2mqtt.Options{Broker: broker, TLS: trust})
	h.Until(t, "the door is known", func() bool { return h.Reachable[contactAddress] })
	bridge.say("aqara-contact", []byte(`{"contact":true}`))
	h.UntilValue(t, contactAddress, "contact", "true")

	// Many writers at once must not mix their packets.
	var readers sync.WaitGroup
	for range 50 {
		readers.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if _, err := h.radio.Read(ctx, "0x00124b0000000001"); err == nil || ctx.Err() != nil {
				t.Errorf("a read that is refused gives %v", err)
			}
		})
	}
	readers.Wait()
	select {
	case err := <-h.Ended:
		t.Errorf("Run ended: %v", err)
	default:
	}

	_, err := zigbee2mqtt.New(zigbee2mqtt.Options{Broker: broker, BaseTopic: "a/#"})
	if err == nil {
		t.Error("a base topic with a wildcard is taken")
	}
	stranger := openHomeWith(t, lab, zigbee2mqtt.Options{Broker: broker}) // trusts nobody it should
	stranger.UntilEnded("certificate")
}

func TestAnOrderThatReachesNobodyIsRefused(t *testing.T) {
	t.Parallel()
	lab := ziglab.StartBroker(t)
	bridge := newMimic(t, lab)
	bridge.say("bridge/state", []byte(`{"state":"online"}`))
	bridge.list("ikea-bulb")
	h := openHome(t, lab)
	h.Until(t, "the lamp is told to be out of reach", func() bool { _, told := h.Reachable["0x00124b0000000001"]; return told })
	bridge.deafen()
	_, err := h.TrySet("0x00124b0000000001", map[string]thing.Value{"onOff": "true"})
	radiotest.WantRefused(t, err)
}

func TestOrdersDoNotPileUpBehindADevice(t *testing.T) {
	t.Parallel()
	lab := ziglab.StartBroker(t)
	bridge := newMimic(t, lab)
	bridge.say("bridge/state", []byte(`{"state":"online"}`))
	bridge.list("ikea-bulb")
	h := openHome(t, lab)
	h.Until(t, "the lamp is told to be out of reach", func() bool { _, told := h.Reachable["0x00124b0000000001"]; return told })
	bridge.silent.Store(true)
	const orders, mayWait = 40, 4
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	refused := make(chan error, orders)
	var all sync.WaitGroup
	for range orders {
		all.Go(func() {
			_, err := h.Order(ctx, radio.Order{Address: "0x00124b0000000001", Set: map[string]thing.Value{"onOff": "true"}})
			refused <- err
		})
	}
	for n := range orders - 1 - mayWait { // at once, and while one is under way
		err := <-refused
		radiotest.WantRefused(t, err)
		if !strings.Contains(err.Error(), "too much") {
			t.Errorf("order %d was refused because %v", n, err)
		}
	}
	select {
	case err := <-refused:
		t.Errorf("one more order was refused: %v", err)
	default:
	}
	cancel()
	all.Wait()
}
