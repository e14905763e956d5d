package znp

import "bytes"

// Clusters the devices here have.
const (
	clusterBasic       = 0x0000
	clusterPower       = 0x0001
	clusterIdentify    = 0x0003
	clusterGroups      = 0x0004
	clusterScenes      = 0x0005
	clusterOnOff       = 0x0006
	clusterLevel       = 0x0008
	clusterFirmware    = 0x0019
	clusterPoll        = 0x0020
	clusterLock        = 0x0101
	clusterCovering    = 0x0102
	clusterThermostat  = 0x0201
	clusterColor       = 0x0300
	clusterIlluminance = 0x0400
	clusterTemperature = 0x0402
	clusterPressure    = 0x0403
	clusterHumidity    = 0x0405
	clusterOccupancy   = 0x0406
	clusterMetering    = 0x0702
	clusterElectrical  = 0x0b04
	clusterIkeaPlug    = 0xfc85 // the maker's own
)

// Commands every cluster knows.
const (
	readAttributes          = 0x00
	readAttributesResponse  = 0x01
	writeAttributes         = 0x02
	writeAttributesResponse = 0x04
	configureReport         = 0x06
	configureReportResponse = 0x07
	reportAttributes        = 0x0a
	defaultResponse         = 0x0b
)

// Statuses of answers.
const (
	statusSuccess              = 0x00
	statusFailure              = 0x01
	statusUnsupportedCommand   = 0x81
	statusUnsupportedAttribute = 0x86
)

// Bits of a frame's first byte.
const (
	clusterSpecific      = 0x01
	manufacturerSpecific = 0x04
	serverToClient       = 0x08
	noDefaultResponse    = 0x10
)

type attributeKey struct {
	endpoint byte
	cluster  uint16
	id       uint16
}

// attribute is a value with its ZCL data type, as it stands on the air.
type attribute struct {
	kind  byte
	value []byte
}

func (a attribute) equal(b attribute) bool { return a.kind == b.kind && bytes.Equal(a.value, b.value) }

func boolean(v bool) attribute {
	if v {
		return attribute{0x10, []byte{1}}
	}
	return attribute{0x10, []byte{0}}
}

func bitmap8(v int) attribute    { return attribute{0x18, []byte{byte(v)}} }
func unsigned8(v int) attribute  { return attribute{0x20, []byte{byte(v)}} }
func unsigned16(v int) attribute { return attribute{0x21, u16(uint16(v))} }
func unsigned24(v int) attribute { return attribute{0x22, u32(uint32(v))[:3]} }
func unsigned48(v int) attribute { return attribute{0x25, u64(uint64(v))[:6]} }
func signed16(v int) attribute   { return attribute{0x29, u16(uint16(int16(v)))} }
func enum8(v int) attribute      { return attribute{0x30, []byte{byte(v)}} }
func bitmap16(v int) attribute   { return attribute{0x19, u16(uint16(v))} }
func text(s string) attribute    { return attribute{0x42, append([]byte{byte(len(s))}, s...)} }

// number reads an unsigned value of up to eight bytes.
func (a attribute) number() int {
	f := fields(a.value)
	return int(f.number(len(a.value)))
}

// order is a cluster command that reached a device.
type order struct {
	endpoint byte
	cluster  uint16
	command  byte
	payload  fields
}

// process reads one frame, acts on it and answers.
func (n *Node) process(l letter) {
	in := fields(l.zcl)
	control := in.u8()
	if control&manufacturerSpecific != 0 {
		_ = in.u16()
	}
	transaction, command := in.u8(), in.u8()
	var answer []byte
	if control&clusterSpecific == 0 {
		answer = n.foundation(l, transaction, command, in)
	} else {
		answer = n.command(order{l.endpoint, l.cluster, command, in}, transaction, control)
	}
	if answer != nil {
		n.say(l.endpoint, l.cluster, answer)
	}
	n.flush()
}

// foundation answers the commands every cluster knows.
func (n *Node) foundation(l letter, transaction, command byte, in fields) []byte {
	head := func(command byte) []byte { return []byte{serverToClient | noDefaultResponse, transaction, command} }
	switch command {
	case readAttributes:
		answer := head(readAttributesResponse)
		for len(in) >= 2 {
			answer = append(answer, n.attributeRecord(l, in.u16())...)
		}
		return answer
	case writeAttributes:
		n.write(l, in)
		return append(head(writeAttributesResponse), statusSuccess)
	case configureReport:
		return append(head(configureReportResponse), statusSuccess)
	case defaultResponse, reportAttributes, readAttributesResponse:
		return nil
	default:
		return append(head(defaultResponse), command, statusUnsupportedCommand)
	}
}

func (n *Node) attributeRecord(l letter, id uint16) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, ok := n.attrs[attributeKey{l.endpoint, l.cluster, id}]
	if !ok || n.unreadable {
		return append(u16(id), statusUnsupportedAttribute)
	}
	return join(u16(id), []byte{statusSuccess, a.kind}, a.value)
}

// command carries out a cluster command. Commands with an answer of their own
// get it; the rest a default response, if the sender wants one.
func (n *Node) command(o order, transaction, control byte) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch o.cluster {
	case clusterGroups:
		return n.groupCommand(o, transaction)
	case clusterFirmware:
		return n.firmwareCommand(o)
	}
	status := byte(statusUnsupportedCommand)
	if n.obey != nil {
		status = n.obey(o)
	}
	if o.cluster == clusterLock {
		return []byte{clusterSpecific | serverToClient | noDefaultResponse, transaction, o.command, status}
	}
	if control&noDefaultResponse != 0 {
		return nil
	}
	return []byte{serverToClient | noDefaultResponse, transaction, defaultResponse, o.command, status}
}

// reportFrame is the report of attributes of one cluster.
func reportFrame(transaction byte, reports []report) []byte {
	zcl := []byte{serverToClient | noDefaultResponse, transaction, reportAttributes}
	for _, r := range reports {
		zcl = append(zcl, join(u16(r.key.id), []byte{r.kind}, r.value)...)
	}
	return zcl
}

// disableResponse returns the frame with the wish for no default response.
func disableResponse(zcl []byte) []byte {
	changed := bytes.Clone(zcl)
	if len(changed) > 0 {
		changed[0] |= noDefaultResponse
	}
	return changed
}
