package app

import (
	"context"
	"time"

	"github.com/openstile/stile/control-server/internal/portal"
	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
)

// NewLink makes a holder's personal path to the portal.
func (v *venue) NewLink(ctx context.Context, event checkin.EventID, id checkin.HolderID, actor string) (path string, expires time.Time, err error) {
	token, expires, err := v.app.desk.NewLink(ctx, event, id, actor)
	return web.PortalPrefix + "/" + token, expires, err
}

// holderPages is the portal's view of the desk: whoever holds the link is the
// holder.
type holderPages struct{ app *App }

var _ portal.Holders = holderPages{}

func (h holderPages) Link(ctx context.Context, token string) (portal.Visit, error) {
	event, s, err := h.app.desk.Link(ctx, token)
	return portal.Visit{Event: event, Holder: s.Holder.ID, Enrolment: s.Enrolment, Consent: s.Consent}, err
}

func (h holderPages) Enrol(ctx context.Context, token string, consent checkin.Consent, photo []byte) (checkin.Enrolment, error) {
	event, s, err := h.app.desk.Link(ctx, token)
	if err != nil {
		return checkin.Enrolment{}, err
	}
	push := checkin.Push{PlatformID: s.Holder.PlatformID, Consent: &consent, Photo: photo}
	s, _, err = h.app.desk.Push(ctx, event.ID, push, holderActor(s.Holder.ID))
	if err != nil {
		return checkin.Enrolment{}, err
	}
	return *s.Enrolment, nil
}

func (h holderPages) Withdraw(ctx context.Context, token string) error {
	event, s, err := h.app.desk.Link(ctx, token)
	if err != nil {
		return err
	}
	_, err = h.app.desk.Withdraw(ctx, event.ID, s.Holder.ID, holderActor(s.Holder.ID))
	return err
}

func holderActor(id checkin.HolderID) string { return "holder:" + string(id) }
