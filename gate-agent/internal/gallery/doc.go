// Package gallery is what one gate may search: the templates and tickets of its
// event, in memory only. It knows whether it is right, because it computes the
// digest that the server's manifest must have, and it can wipe itself.
package gallery
