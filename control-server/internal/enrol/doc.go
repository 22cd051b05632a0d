// Package enrol takes holders in: it checks what a platform or the holder sent,
// makes the template, and commits holder, tickets, consent and sealed template
// together. The sample never leaves memory, and is gone when the call returns.
package enrol
