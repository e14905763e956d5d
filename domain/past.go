package domain

// FoldVersion is the version of what [Home.Apply] makes of a log. It rises when
// events that are recorded already come to another state than before, so that no
// state folded by an older build is believed. New events and new parts of a home
// need no new version.
const FoldVersion = 1

// ToldTypes are the types of what a device said of itself: it happened when the
// device said it, whenever the cloud learnt of it. Everything else is true from
// when it was recorded.
func ToldTypes() []string {
	return []string{
		DeviceReported{}.EventType(), DeviceSignalled{}.EventType(), DeviceAvailabilityChanged{}.EventType(),
	}
}

// Recall folds what a device told into a past before it was recorded. Neither the
// place in the log nor any cursor moves. It belongs there only if the home knew the
// device then, and through the gateway that told it: the order of another
// gateway's words cannot be compared. Events must come in the order of the log.
func (h *Home) Recall(ev *RecordedEvent) {
	d, ok := h.Devices[DeviceID(ev.Entity)]
	if ok && d.Gateway == ev.Edge.Gateway {
		h.applyTwin(ev)
	}
}
