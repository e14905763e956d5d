package matter

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Attributes by which a node or a bridged device says what it is; both clusters
// number them the same.
const (
	attributeVendor    = 1
	attributeProduct   = 3
	attributeLabel     = 5
	attributeFirmware  = 10
	attributeSerial    = 15
	attributeReachable = 17
	attributeUniqueID  = 18
)

// describe fills in what people and logs want to know.
func describe(devices []*device, n node) {
	for _, d := range devices {
		at := path{0, clusterBasic, 0}
		if d.bridged {
			at = path{d.endpoint, clusterBridged, 0}
		}
		say := func(attribute uint32) string {
			at.attribute = attribute
			return strings.TrimSpace(text(n.attributes[at]))
		}
		d.Name = say(attributeLabel)
		if d.Name == "" { // nobody has named it yet
			d.Name = strings.TrimSpace(say(attributeVendor) + " " + say(attributeProduct))
		}
		if len(devices) > 1 && !d.bridged {
			d.Name += " " + strconv.Itoa(int(d.endpoint))
		}
		d.Attributes = map[string]string{"node": strconv.FormatUint(n.id, 10)}
		for name, value := range map[string]string{
			"manufacturer": say(attributeVendor), "model": say(attributeProduct),
			"serial": say(attributeSerial), "firmware": say(attributeFirmware),
		} {
			if value != "" {
				d.Attributes[name] = value
			}
		}
	}
}

// hardware returns the id the node's hardware carries, "" if it has none that
// can be used. Makers must make it unique among their own.
func hardware(a attributes) string {
	id := strings.TrimSpace(text(a[path{0, clusterBasic, attributeUniqueID}]))
	if id == "" {
		return ""
	}
	if len(id) <= maxUniqueID && isPlain(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

// isPlain reports whether a text can stand in an address as it is.
func isPlain(id string) bool {
	return strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._:") == ""
}

// byNode is the base of the addresses of a node that is known by its number only.
func byNode(fabric, id uint64) string { return fmt.Sprintf("%x-%x", fabric, id) }
