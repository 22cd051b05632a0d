// Package arch holds the architecture tests: who may import what, and why not.
package arch
