package mqttdiscovery

import "time"

// Every bound of this package. What is over a limit is left out and counted in
// Stats; nothing grows without one.
const (
	// maxMessage bounds a state message, in bytes.
	maxMessage = 64 << 10
	// maxConfig bounds an announcement, in bytes: one that announces a whole device
	// at once may have 200 entities of 500 bytes. It is the largest message taken.
	maxConfig = 256 << 10
	// maxUnits bounds the devices announced on one broker, maxEntities what one of
	// them may announce, and maxAnnouncements all announcements.
	maxUnits         = 1024
	maxEntities      = 256
	maxAnnouncements = 16384
	// maxParts bounds the devices of Logis that one announced device becomes.
	maxParts = 16
	// maxCapabilities is what the models allow beyond a kind.
	maxCapabilities = 8
	// maxTopic bounds a topic, in bytes.
	maxTopic = 512
	// maxName bounds a name or an attribute, in bytes.
	maxName = 256
	// maxID bounds the part of an address that comes from an announcement; a longer
	// one is replaced by its hash.
	maxID = 100

	// maxTemplate bounds a template, in bytes; the longest in use has 1,500.
	maxTemplate = 4096
	// maxTemplateDepth bounds how deep a template may nest.
	maxTemplateDepth = 32
	// maxPieces bounds what a template may cut a text into: colours have five parts.
	maxPieces = 64
	// maxRendered bounds what a template may write, in bytes.
	maxRendered = 8192
	// maxComplaints bounds the complaints kept, the oldest go first; maxComplaint
	// one of them, in bytes.
	maxComplaints = 64
	maxComplaint  = 200

	// orderTimeout bounds an order whose context has no earlier end.
	orderTimeout = 2 * time.Minute

	// settleWait is how long a device must have announced nothing new before it is
	// told: its entities come one after the other. settleLimit is how long that may
	// be put off by a device that announces itself without end.
	settleWait  = 300 * time.Millisecond
	settleLimit = 3 * time.Second
	// availabilityWait is how long the broker may take to tell whether a new device
	// is available, before it is said not to be.
	availabilityWait = 500 * time.Millisecond

	// linkQualityStep is how much the link quality must change to be told; it
	// jitters with every frame.
	linkQualityStep = 16
)
