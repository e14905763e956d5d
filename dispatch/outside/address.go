package outside

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"

	"logis/domain"
)

// maxAddress bounds an address, in bytes.
const maxAddress = 500

// ports are those that may be called: where HTTPS is spoken. A free choice would
// make of the server a scanner of other people's machines.
func ports() []uint16 { return []uint16{443, 8443} }

// inside are the blocks of RFC 6890 and its registries that are not the public
// internet, or lead to what is not: one's own machine and network, clouds' metadata,
// tunnels that carry an IPv4 address.
//
//nolint:gochecknoglobals // a table
var inside = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48",
)

// public is all of IPv6 that is given out; what inside takes away again lies in it.
//
//nolint:gochecknoglobals // a constant
var public = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

func within(blocks []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(blocks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// isPublic reports whether an address is one of the public internet.
func isPublic(a netip.Addr) bool {
	switch {
	case a.Zone() != "":
		return false
	case a.Is4In6():
		a = a.Unmap()
	}
	if a.Is6() && !public.Contains(a) {
		return false
	}
	return !within(inside, a)
}

// reachable reports whether the socket may be opened to the place.
func (c *Caller) reachable(place netip.AddrPort) bool {
	if within(c.options.Allow, place.Addr().Unmap()) {
		return true // whoever runs the server said so
	}
	return isPublic(place.Addr()) && slices.Contains(ports(), place.Port())
}

// Check refuses with Invalid an address that could never be called, naming the field.
// One that passes may still lead inside: that shows when it is called.
func (c *Caller) Check(field, address string) error {
	if message := c.fault(address); message != "" {
		return domain.InvalidInput(domain.Fault{Field: field, Message: message})
	}
	return nil
}

func (c *Caller) fault(address string) string {
	if len(address) > maxAddress {
		return fmt.Sprintf("must be at most %d characters", maxAddress)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "https" || u.Opaque != "" || u.Hostname() == "":
		return "must be an address that begins with https://"
	case u.User != nil || u.Fragment != "":
		return "must have neither a name and password nor a #"
	}
	port := uint64(ports()[0])
	if u.Port() != "" {
		if port, err = strconv.ParseUint(u.Port(), 10, 16); err != nil {
			return "must have a port that is one"
		}
	}
	host, err := netip.ParseAddr(u.Hostname())
	if err != nil { // a name
		if !slices.Contains(ports(), uint16(port)) && len(c.options.Allow) == 0 {
			return fmt.Sprintf("must use port %d or %d", ports()[0], ports()[1])
		}
		return ""
	}
	if !c.reachable(netip.AddrPortFrom(host, uint16(port))) {
		return fmt.Sprintf("must be a public address, on port %d or %d", ports()[0], ports()[1])
	}
	return ""
}
