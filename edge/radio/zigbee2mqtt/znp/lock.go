package znp

import "time"

// Lock is a Danalock door lock (V3-BTZB). Its motor takes a while.
type Lock struct {
	*Node
	motor  time.Duration
	jammed bool
}

// LockState is where the bolt truly is; the values are those of the cluster.
type LockState int

// The states of a lock.
const (
	NotFullyLocked LockState = iota
	Locked
	Unlocked
)

// motorTime is how long a new lock's motor runs.
const motorTime = 200 * time.Millisecond

// NewLock returns a lock that is locked.
func NewLock(ieee uint64) *Lock {
	l := &Lock{Node: newNode(ieee, "Danalock", "V3-BTZB", endpoint{onlyEndpoint, 0x000a,
		[]uint16{clusterBasic, clusterPower, clusterIdentify, clusterLock, clusterPoll}, []uint16{0x000a, 0x19}}).onBattery(),
		motor: motorTime}
	l.attrs[l.bolt()] = enum8(int(Locked))
	l.attrs[attributeKey{onlyEndpoint, clusterPower, 0x0021}] = unsigned8(90 * 2) // half percents
	l.obey = l.carryOut
	return l
}

func (l *Lock) bolt() attributeKey { return attributeKey{onlyEndpoint, clusterLock, 0} }

// State returns where the bolt truly is.
func (l *Lock) State() LockState { return LockState(l.state(l.bolt())) }

// SetMotorTime sets how long the motor runs from an order to the end.
func (l *Lock) SetMotorTime(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.motor = d
}

// SetJammed makes the bolt get stuck half way, whatever is ordered. The lock
// still answers orders with success, as real ones do before the motor runs.
func (l *Lock) SetJammed(jammed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.jammed = jammed
}

// Turn moves the bolt by hand.
func (l *Lock) Turn(to LockState) { l.by(func() { l.move(to) }) }

func (l *Lock) carryOut(o order) byte {
	if o.cluster != clusterLock || o.command > 1 {
		return statusUnsupportedCommand
	}
	name, to := "lock", Locked
	if o.command == 1 {
		name, to = "unlock", Unlocked
	}
	l.obeyed(name)
	time.AfterFunc(l.motor, func() {
		l.by(func() {
			if l.jammed {
				to = NotFullyLocked
			}
			l.move(to)
		})
	})
	return statusSuccess
}

// move is called under mu.
func (l *Lock) move(to LockState) { l.change("lock", int(to), l.bolt(), enum8(int(to))) }
