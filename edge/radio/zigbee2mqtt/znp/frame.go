package znp

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// A frame on the serial line is FE, length, two command bytes, data, checksum.
const (
	startOfFrame = 0xfe
	maxData      = 250 // the protocol's own limit, bytes
)

// Kinds of frames.
const (
	syncRequest  = 1 // answered at once by a syncResponse
	asyncRequest = 2 // something happened, or an answer that took its time
	syncResponse = 3
)

// Subsystems of the coordinator.
const (
	sysSubsystem  = 1  // reset, version, non-volatile memory
	afSubsystem   = 4  // application frames: data to and from devices
	zdoSubsystem  = 5  // device objects: joining, descriptors, binding
	utilSubsystem = 7  // odds and ends
	cnfSubsystem  = 15 // commissioning
)

type frame struct {
	kind, subsystem, command byte
	data                     []byte
}

// readFrame returns the next whole frame. Bytes before a start byte are skipped,
// as a serial driver does.
func readFrame(r *bufio.Reader) (frame, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return frame{}, err
		}
		if b == startOfFrame {
			break
		}
	}
	length, err := r.ReadByte()
	if err != nil {
		return frame{}, err
	}
	if length > maxData {
		return frame{}, fmt.Errorf("frame of %d bytes, more than %d", length, maxData)
	}
	rest := make([]byte, int(length)+3)
	if _, err := io.ReadFull(r, rest); err != nil {
		return frame{}, err
	}
	last := len(rest) - 1
	if sum := checksum(length, rest[:last]); sum != rest[last] {
		return frame{}, fmt.Errorf("checksum is %#x, want %#x", rest[last], sum)
	}
	return frame{kind: rest[0] >> 5, subsystem: rest[0] & 0x1f, command: rest[1], data: rest[2:last]}, nil
}

// encode returns the bytes of f.
func (f frame) encode() []byte {
	b := append([]byte{startOfFrame, byte(len(f.data)), f.kind<<5 | f.subsystem, f.command}, f.data...)
	return append(b, checksum(b[1], b[2:]))
}

func checksum(length byte, rest []byte) byte {
	sum := length
	for _, b := range rest {
		sum ^= b
	}
	return sum
}

// Everything on the line and in the air is little endian.
func u16(v uint16) []byte { return binary.LittleEndian.AppendUint16(nil, v) }
func u32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }
func u64(v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v) }

// join puts byte strings one after another.
func join(parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// fields reads what a request holds, in order. What is missing reads as zero, so
// that a short request gets a useless answer and never does harm.
type fields []byte

func (f *fields) bytes(count int) []byte {
	head := (*f)[:min(count, len(*f))]
	*f = (*f)[len(head):]
	return head
}

func (f *fields) number(size int) uint64 {
	var padded [8]byte
	copy(padded[:], f.bytes(size))
	return binary.LittleEndian.Uint64(padded[:])
}

func (f *fields) u8() byte    { return byte(f.number(1)) }
func (f *fields) u16() uint16 { return uint16(f.number(2)) }
func (f *fields) u64() uint64 { return f.number(8) }
