// Package gallery is what one gate may search: the templates and tickets of its
// event, in memory only. It knows whether it is right, because it computes the
// digest that the server's manifest must have, and it can wipe itself.
//
// The threshold of a search follows from how many faces there are, how alike they
// are, and how many mistakes the event allows. Where the recogniser cannot keep
// to that, nothing is searched, until it can again.
package gallery
