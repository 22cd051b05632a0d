// Package pretix takes the tickets of a pretix event into Stile: it reads orders
// from pretix's REST API and pushes each ticket's holder to Stile's own. It asks
// pretix for what admits somebody and for nothing that says who they are.
package pretix
