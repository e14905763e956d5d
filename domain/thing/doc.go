// Package thing says what a device can be: Thing Models, their values and the
// command class of everything that can be asked of them.
//
// A model has the shape of a W3C Web of Things Thing Model 1.1 document
// (https://www.w3.org/TR/wot-thing-description11/#thing-model) and speaks the
// vocabulary of the Matter data model: a capability file holds the affordances
// of one Matter cluster, a kind file composes capabilities into a device by
// tm:ref. Values carry the units a person reads (percent, degrees Celsius); the
// Matter term of each affordance stands in its "@type".
//
// A device is described by its kind and, beyond that, by further capabilities
// its hardware happens to have (a battery, a power meter). The documents are
// embedded and parsed once; a document that changes gets a new version.
package thing
