// Package gallery carries the store's sealed entries to the gates: it fills an
// event's stream, publishes every change, and follows each with the manifest
// that lets a gate know whether it is right.
package gallery
