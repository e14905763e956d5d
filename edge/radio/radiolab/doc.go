// Package radiolab starts the real programs a laboratory of a radio is made of
// and sees that none outlives the test.
//
// Only the laboratories beside it use it, the packages whose names end in lab.
package radiolab
