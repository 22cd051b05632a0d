package portal

import (
	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

type statusPage struct {
	Frame
	Visit
}

// Closed reports whether the event is over for good.
func (p statusPage) Closed() bool { return !p.Visit.Event.Closed.IsZero() }

// Offered reports whether this event uses faces at all.
func (p statusPage) Offered() bool { return p.Visit.Event.Policy.Match != checkin.MatchNone }

// Enrolled reports whether the gates know the holder's face.
func (p statusPage) Enrolled() bool {
	return p.Enrolment != nil && p.Enrolment.State == checkin.EnrolmentActive
}

// Withdrawn reports whether the holder took the consent back.
func (p statusPage) Withdrawn() bool {
	return p.Consent != nil && !p.Consent.Withdrawn.IsZero()
}

func (p *Portal) showStatus(c *fiber.Ctx) error {
	v, err := p.Holders.Link(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	page := statusPage{frame(c, v, ""), v}
	if page.Closed() || page.Enrolled() || page.Withdrawn() || !page.Offered() {
		return p.render(c, page.Language, "status.html", page)
	}
	return redirect(c, "/consent", page.Language)
}

func (p *Portal) confirmWithdraw(c *fiber.Ctx) error {
	v, err := p.Holders.Link(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	page := statusPage{frame(c, v, "/withdraw"), v}
	if !page.Enrolled() {
		return redirect(c, "", page.Language)
	}
	return p.render(c, page.Language, "withdraw.html", page)
}

func (p *Portal) withdraw(c *fiber.Ctx) error {
	if err := p.Holders.Withdraw(c.UserContext(), c.Params("token")); err != nil {
		return err
	}
	return redirect(c, "", languageOf(c))
}
