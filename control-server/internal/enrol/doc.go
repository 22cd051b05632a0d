// Package enrol takes holders in: it checks what a platform or the holder sent,
// makes the template, and commits holder, tickets, consent and sealed template
// together. The sample never leaves memory, and is gone when the call returns.
//
// It also compares everybody who is enrolled for an event with each other, in
// memory. Who is too much like somebody else is marked in the sealed entry, and
// so is the other one; when one of the two withdraws, the mark goes with the same
// transaction. How alike an event's people are altogether shifts the threshold
// that every gate uses. After a start this is computed anew in the background,
// which takes half a minute and 220 MB for 100,000 people.
package enrol
