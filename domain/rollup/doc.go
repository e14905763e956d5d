// Package rollup sums up what a device told of one property over stretches of time:
// five minutes, an hour, a day of the home.
//
// A bucket is made of the samples that lie in it and of nothing else, added in the
// order in which they happened. So it can be made again from the log at any time and
// comes out the same, to the bit. What a value was before the first sample of a
// bucket and after the last one is known from the buckets around it, and is added
// when somebody looks.
package rollup
