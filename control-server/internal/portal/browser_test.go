package portal

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/openstile/stile/control-server/internal/web/webtest"
	"github.com/openstile/stile/shared/checkin"
)

// TestEnrolInBrowser goes the holder's whole way: agree, take a photo with the
// camera, be refused, try again, be enrolled, withdraw.
func TestEnrolInBrowser(t *testing.T) {
	for _, width := range []int64{360, 1280} {
		for _, theme := range []string{"light", "dark"} {
			t.Run(fmt.Sprint(width, " ", theme), func(t *testing.T) {
				h := &holders{visit: open()} // the browser sends one request after another
				photos := 0
				h.enrol = func(_ checkin.Consent, photo []byte) (checkin.Enrolment, error) {
					if _, err := jpeg.DecodeConfig(bytes.NewReader(photo)); err != nil {
						t.Errorf("the photo is no JPEG: %v", err)
					}
					if photos++; photos == 1 {
						return checkin.Enrolment{State: checkin.EnrolmentRefused, Reasons: []checkin.QualityReason{
							{Code: "too_dark", Hint: "Find more light."}, {Code: "blurred", Hint: "Hold still, and clean the lens."},
						}}, nil
					}
					h.visit = enrolled()
					return *h.visit.Enrolment, nil
				}
				h.withdraw = func() error { h.visit = withdrawn(); return nil }
				base := start(t, h)
				ctx := webtest.Browser(t, base)
				name := func(page string) string { return fmt.Sprintf("portal-%s-%d-%s", page, width, theme) }
				fits := webtest.Until(`document.documentElement.scrollWidth <= innerWidth`)

				webtest.Do(t, ctx,
					webtest.Screen(width), webtest.Theme(theme),
					chromedp.Navigate(base+"sesame?lang=en"), fits, webtest.Picture(name("consent")),
					chromedp.Click("[name=agree]"), chromedp.Click("form button"),
					chromedp.WaitVisible("[data-camera]"), fits, webtest.Picture(name("selfie")),
					chromedp.Click("[data-camera]"), chromedp.WaitVisible("[data-take]"),
					webtest.Until(`document.querySelector("video").videoWidth > 0`), webtest.Picture(name("camera")),
					chromedp.Click("[data-take]"),
					chromedp.WaitVisible(".hints"), fits, webtest.Picture(name("refused")),
					chromedp.Click("[data-camera]"), chromedp.WaitVisible("[data-take]"),
					webtest.Until(`document.querySelector("video").videoWidth > 0`),
					chromedp.Click("[data-take]"),
					chromedp.WaitVisible(".verdict"), fits, webtest.Picture(name("enrolled")),
					chromedp.Click(".actions a"),
					chromedp.WaitVisible(".danger"), fits, webtest.Picture(name("withdraw")),
					chromedp.Click(".danger"),
					chromedp.WaitVisible(".verdict"), webtest.Picture(name("withdrawn")),
				)
				if photos != 2 {
					t.Errorf("%d photos arrived, want 2", photos)
				}
			})
		}
	}
}
