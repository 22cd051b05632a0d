package web

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

// policy lets a page load only this server's own files: no inline script, no
// inline style, nothing from elsewhere, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

type localKey struct{ name string }

var serverKey = localKey{"server"}

// guard runs around every handler.
func (s *Server) guard(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil { // one bad request must not stop the venue
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	c.Locals(serverKey, s)
	secure(c)
	// The framework unfolds a compressed body to whatever size it has, also of
	// somebody who has not logged in.
	if c.Get(fiber.HeaderContentEncoding) != "" {
		return checkin.Invalid("content-encoding", "a body must come as it is")
	}
	// Browsers say where a form was sent from. Cookies are SameSite=Strict and
	// forms carry tokens; this also covers the one form before a session: login.
	site := c.Get("Sec-Fetch-Site")
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead && (site == "cross-site" || site == "same-site") {
		return checkin.Errorf(checkin.CodeForbidden, "this was sent from another site")
	}
	return c.Next()
}

// secure sets the headers that every answer carries.
func secure(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(self), microphone=(), geolocation=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("X-Robots-Tag", "noindex")
	c.Set(fiber.HeaderCacheControl, "no-store")
}

func isAPI(c *fiber.Ctx) bool {
	path := c.Path()
	return path == APIPrefix || strings.HasPrefix(path, APIPrefix+"/")
}
