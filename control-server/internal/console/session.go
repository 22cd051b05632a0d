package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
)

const (
	sessionCookie = "stile_session"
	csrfField     = "csrf"
	loginPath     = web.ConsolePrefix + "/login"
)

// session is who sent a request.
type session struct {
	token    string
	operator checkin.Operator
}

type sessionKey struct{}

func sessionOf(c *fiber.Ctx) session { return c.Locals(sessionKey{}).(session) }

// csrf is the secret that a form of this session must carry. It follows from
// the session's token, so nothing needs to be kept, and does not reveal it.
func (s session) csrf() string {
	mac := hmac.New(sha256.New, []byte(s.token))
	mac.Write([]byte("stile console form"))
	return hex.EncodeToString(mac.Sum(nil))
}

// authenticate sends strangers to the login page, and refuses forms that did
// not come from a page of the same session.
func (s *Console) authenticate(c *fiber.Ctx) error {
	token := c.Cookies(sessionCookie)
	op, err := s.Operators.Operator(c.UserContext(), token)
	switch {
	case token == "" || checkin.ErrorCode(err) == checkin.CodeUnauthorised:
		if strings.HasSuffix(c.Path(), "/live") {
			return checkin.Errorf(checkin.CodeUnauthorised, "the session has ended")
		}
		return c.Redirect(loginPath, fiber.StatusSeeOther)
	case err != nil:
		return err
	}
	who := session{token, op}
	if c.Method() == fiber.MethodPost && !hmac.Equal([]byte(c.FormValue(csrfField)), []byte(who.csrf())) {
		return checkin.Errorf(checkin.CodeForbidden, "this form is not from a page of this session; go back, reload and try again")
	}
	c.Locals(sessionKey{}, who)
	return c.Next()
}

func (s *Console) setCookie(c *fiber.Ctx, token string) {
	cookie := &fiber.Cookie{
		Name:     sessionCookie,
		Value:    token,
		Path:     web.ConsolePrefix,
		HTTPOnly: true,
		SameSite: fiber.CookieSameSiteStrictMode,
		Secure:   c.Secure() || strings.HasPrefix(s.Server, "https://"),
	}
	if token == "" {
		cookie.MaxAge = -1
	}
	c.Cookie(cookie)
}

type loginPage struct {
	Frame
	Name  string
	Error string
}

func (s *Console) showLogin(c *fiber.Ctx) error {
	return s.pages.render(c, "login.html", loginPage{Frame: Frame{Title: "Log in"}})
}

func (s *Console) login(c *fiber.Ctx) error {
	name := c.FormValue("name")
	token, op, err := s.Operators.Login(c.UserContext(), name, c.FormValue("password"), c.IP())
	var refused *checkin.Error
	if errors.As(err, &refused) && refused.Code != checkin.CodeInternal {
		s.Log.Warn("login refused", "code", refused.Code, "source", c.IP())
		c.Status(web.ProblemOf(err).Status)
		return s.pages.render(c, "login.html", loginPage{Frame{Title: "Log in"}, name, refused.Message})
	}
	if err != nil {
		return err
	}
	s.Log.Info("operator logged in", "operator", op.ID, "source", c.IP())
	s.setCookie(c, token)
	return c.Redirect(web.ConsolePrefix, fiber.StatusSeeOther)
}

func (s *Console) logout(c *fiber.Ctx) error {
	if err := s.Operators.Logout(c.UserContext(), sessionOf(c).token); err != nil {
		return err
	}
	s.setCookie(c, "")
	return c.Redirect(loginPath, fiber.StatusSeeOther)
}
