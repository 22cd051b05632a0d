package demo

import (
	"testing"

	"github.com/openstile/stile/shared/checkin"
)

// TestTwins enrols one person under two names, by two pictures: a face that
// could be either is asked for the ticket until one of the two withdraws.
func TestTwins(t *testing.T) {
	r := newRig(t, 2)
	status, err := r.api.push(t.Context(), r.event, "order-twin", "TICKET-TWIN", r.roles.Again.Picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.ready(t.Context(), r.event, 3); err != nil {
		t.Fatal(err)
	}
	anna, bert := &r.roles.Enrolled[0], &r.roles.Enrolled[1]
	for _, l := range r.lanes {
		r.visit(&visit{lane: l, comes: anna, wants: checkin.Denied, reason: checkin.ReasonLookAlike})
	}
	for _, a := range r.admissions() {
		if a.Holder != "" || a.Credential != "" {
			t.Errorf("the record of a look-alike names holder %q, credential %q", a.Holder, a.Credential)
		}
	}
	r.visit(&visit{lane: r.north, comes: bert, wants: checkin.Admitted, reason: checkin.ReasonGranted, holder: r.holders[1]})
	r.visit(&visit{lane: r.south, ticket: "TICKET-TWIN", wants: checkin.Admitted, reason: checkin.ReasonGranted, holder: status.Holder.ID})

	if err := r.api.withdraw(t.Context(), r.event, status.Holder.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.ready(t.Context(), r.event, 2); err != nil {
		t.Fatal(err)
	}
	r.visit(&visit{lane: r.south, comes: anna, wants: checkin.Admitted, reason: checkin.ReasonGranted, holder: r.holders[0]})
	r.booksAgree()
}
