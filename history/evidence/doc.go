// Package evidence is what anybody can check of a home's past with nothing but files:
// the export of its log, the signed checkpoints, and the key they were signed with.
// It needs no database and no server. docs/export.md describes the files.
package evidence
