package znp

import "slices"

type membership struct {
	endpoint byte
	group    uint16
}

// Commands of the groups cluster.
const (
	addGroup        = 0
	removeGroup     = 3
	removeAllGroups = 4
)

// groupCommand is called under mu.
func (n *Node) groupCommand(o order, transaction byte) []byte {
	m := membership{o.endpoint, o.payload.u16()}
	n.groups = slices.DeleteFunc(n.groups, func(g membership) bool {
		return g == m || o.command == removeAllGroups && g.endpoint == m.endpoint
	})
	switch o.command {
	case addGroup:
		n.groups = append(n.groups, m)
	case removeGroup:
	default:
		return []byte{serverToClient | noDefaultResponse, transaction, defaultResponse, o.command, statusSuccess}
	}
	return join([]byte{clusterSpecific | serverToClient | noDefaultResponse, transaction, o.command, statusSuccess}, u16(m.group))
}

func (n *Node) inGroup(endpoint byte, group uint16) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Contains(n.groups, membership{endpoint, group})
}
