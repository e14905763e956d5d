package health

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"logis/edge/link"
)

// networkTimeout bounds each of the steps to the server.
const networkTimeout = 5 * time.Second

// lookAtNetwork takes the way to the server step by step and names the first that
// fails: an address of our own, the server's name, its port, its answer.
func (r *Report) lookAtNetwork(ctx context.Context, now func() time.Time) {
	target, err := r.target()
	if err != nil {
		r.find("network", Wrong, "Correct LOGIS_EDGE_SERVER or --server.", "The server's address is wrong: %v.", err)
		return
	}
	host, port := target.Hostname(), portOf(target)
	if ip := net.ParseIP(host); (ip == nil || !ip.IsLoopback()) && host != "localhost" && !hasAddress() {
		r.find("network", Wrong, "Plug the cable in or join the wireless network.", "This machine has no network address.")
		return
	}
	lookup, cancel := context.WithTimeout(ctx, networkTimeout)
	addresses, err := net.DefaultResolver.LookupHost(lookup, host)
	cancel()
	if err != nil {
		r.find("network", Wrong, "Check the name, the router, and the DNS servers in /etc/resolv.conf.", "The name %s is not resolved: %v.", host, err)
		return
	}
	begun := time.Now()
	conn, err := (&net.Dialer{Timeout: networkTimeout}).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		r.find("network", Wrong, "Check that the server runs and that no firewall stands in between.",
			"No connection to %s (%v) at port %s: %v.", host, addresses, port, err)
		return
	}
	took := time.Since(begun)
	_ = conn.Close()
	r.find("network", Fine, "", "%s has the address %s and takes connections at port %s within %v.", host, addresses[0], port, took.Round(time.Millisecond/10))
	r.lookAtServer(ctx, target, now)
}

// target returns where the link dials, as http or https.
func (r *Report) target() (*url.URL, error) {
	address, err := link.Address(r.Server)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	u.Scheme = map[string]string{"ws": "http", "wss": "https"}[u.Scheme]
	return u, nil
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// hasAddress reports whether an interface other than the loopback has an address.
func hasAddress() bool {
	interfaces, err := net.Interfaces()
	if err != nil {
		return true // not known: let the next step tell
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		if addresses, err := i.Addrs(); err == nil && len(addresses) > 0 {
			return true
		}
	}
	return false
}

// lookAtServer asks the server for anything at all: that shows its certificate
// and its clock.
func (r *Report) lookAtServer(ctx context.Context, target *url.URL, now func() time.Time) {
	ctx, cancel := context.WithTimeout(ctx, networkTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, target.String(), http.NoBody)
	if err != nil {
		r.find("server", Wrong, "", "The server cannot be asked: %v.", err)
		return
	}
	transport := &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		r.find("server", Wrong, "If it speaks of a certificate: check the machine's clock and the server's name.", "The server does not answer: %v.", err)
		return
	}
	_ = answer.Body.Close()
	if link.Exposed(r.Server) {
		r.find("server", Warning, "Use wss:// outside of a network of your own.", "The connection to %s is not encrypted.", r.Server)
	} else {
		r.find("server", Fine, "", "It answers.")
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil && r.Agent == nil {
		r.compare(now(), date, time.Second)
	}
}
