package znp

// What a device says of its firmware: a maker of which there is one, an image that
// there is not.
const (
	firmwareMaker   = 0x117c // IKEA
	firmwareImage   = 0x7001
	firmwareVersion = 0x00010001
)

// Commands of the cluster that firmware is loaded with.
const (
	imageNotify    = 0
	queryNextImage = 1
)

// firmwareCommand answers a hint that there may be a newer firmware by asking for it,
// as devices do. It is called under mu.
func (n *Node) firmwareCommand(o order) []byte {
	if o.command != imageNotify {
		return nil
	}
	n.transaction++
	return join([]byte{clusterSpecific | noDefaultResponse, n.transaction, queryNextImage, 0},
		u16(firmwareMaker), u16(firmwareImage), u32(firmwareVersion))
}
