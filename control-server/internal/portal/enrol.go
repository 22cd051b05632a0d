package portal

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
)

// channel is where consents of the portal say they were given.
const channel = "portal"

type consentPage struct {
	Frame
	Text consentText
}

type selfiePage struct {
	Frame
	Text  consentText
	Hints []string // what was wrong with the last photo
}

func (p *Portal) showConsent(c *fiber.Ctx) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	f := frame(c, v, "/consent")
	return p.render(c, f.Language, "consent.html", consentPage{f, consentTexts[f.Language]})
}

// showSelfie follows the consent page's form. Nothing is recorded yet: the
// consent travels with the photo, and both are stored together or not at all.
func (p *Portal) showSelfie(c *fiber.Ctx) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	f := frame(c, v, "/selfie?agree=yes&text="+textVersion)
	if !agreed(c.Query("agree"), c.Query("text")) {
		return redirect(c, "/consent", f.Language)
	}
	return p.render(c, f.Language, "selfie.html", selfiePage{Frame: f, Text: consentTexts[f.Language]})
}

func (p *Portal) enrol(c *fiber.Ctx) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	defer clear(c.Request().Body()) // the server would use this memory again some time
	fields, files, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	f := frame(c, v, "/consent")
	text, ok := consentTexts[first(fields["lang"])]
	if !ok || !agreed(first(fields["agree"]), first(fields["text"])) {
		return redirect(c, "/consent", f.Language)
	}
	f.Language = text.Language
	page := selfiePage{Frame: f, Text: text}
	photo := files["photo"]
	defer clear(photo)
	if len(photo) == 0 {
		page.Hints = []string{words[text.Language].noPhoto}
		c.Status(fiber.StatusUnprocessableEntity)
		return p.render(c, f.Language, "selfie.html", page)
	}

	consent := checkin.Consent{
		TextVersion: text.Version, TextHash: text.Hash, Language: text.Language,
		Channel: channel, Given: p.Now(),
	}
	enrolment, err := p.Holders.Enrol(c.UserContext(), c.Params("token"), consent, photo)
	var unfit *checkin.Error
	switch {
	case errors.As(err, &unfit) && (unfit.Code == checkin.CodeInvalid || unfit.Code == checkin.CodeTooLarge):
		page.Hints = []string{words[text.Language].noImage}
	case err != nil:
		return err
	case enrolment.State == checkin.EnrolmentActive:
		p.Log.Info("enrolled at the portal", "event", v.Event.ID, "enrolment", enrolment.ID)
		return redirect(c, "", f.Language)
	}
	for _, r := range enrolment.Reasons {
		page.Hints = append(page.Hints, hint(text.Language, r))
	}
	c.Status(fiber.StatusUnprocessableEntity)
	return p.render(c, f.Language, "selfie.html", page)
}

// open opens the link for a page that leads to an enrolment.
func (p *Portal) open(c *fiber.Ctx) (Visit, error) {
	v, err := p.Holders.Link(c.UserContext(), c.Params("token"))
	switch {
	case err != nil:
		return v, err
	case !v.Event.Closed.IsZero():
		return v, checkin.Errorf(checkin.CodeConflict, "%s is closed", v.Event.Name)
	case v.Event.Policy.Match == checkin.MatchNone:
		return v, checkin.Errorf(checkin.CodeConflict, "%s does not use face entry", v.Event.Name)
	}
	return v, nil
}

// agreed reports whether a form says yes to the text that is valid now.
func agreed(answer, version string) bool { return answer == "yes" && version == textVersion }

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
