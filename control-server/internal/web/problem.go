package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

// statuses is the one table from error codes to HTTP.
var statuses = map[checkin.Code]int{
	checkin.CodeInvalid:      http.StatusUnprocessableEntity,
	checkin.CodeNotFound:     http.StatusNotFound,
	checkin.CodeConflict:     http.StatusConflict,
	checkin.CodeUnauthorised: http.StatusUnauthorized,
	checkin.CodeForbidden:    http.StatusForbidden,
	checkin.CodeTooLarge:     http.StatusRequestEntityTooLarge,
	checkin.CodeUnavailable:  http.StatusServiceUnavailable,
	checkin.CodeInternal:     http.StatusInternalServerError,
}

// Problem is an error as RFC 9457 writes it. It is safe to show.
type Problem struct {
	Type   string `json:"type"` // "urn:stile:problem:" and the error's code
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Field  string `json:"field,omitempty"` // the input it is about
}

// ProblemOf turns any error into what may be shown of it. Of an error that is
// neither a checkin.Error nor the router's own, nothing is.
func ProblemOf(err error) Problem {
	var known *checkin.Error
	if errors.As(err, &known) && known.Code != checkin.CodeInternal {
		return problem(known.Code, statuses[known.Code], known.Message, known.Field)
	}
	var router *fiber.Error
	if errors.As(err, &router) && router.Code == http.StatusNotFound {
		return problem(checkin.CodeNotFound, router.Code, "There is nothing at this address.", "")
	}
	if errors.As(err, &router) && router.Code < http.StatusInternalServerError {
		return problem(codeOf(router.Code), router.Code, router.Message, "")
	}
	return problem(checkin.CodeInternal, http.StatusInternalServerError, "Something went wrong here. It has been logged.", "")
}

func problem(code checkin.Code, status int, detail, field string) Problem {
	return Problem{
		Type:   "urn:stile:problem:" + string(code),
		Title:  http.StatusText(status),
		Status: status,
		Detail: detail,
		Field:  field,
	}
}

// codeOf finds the code of a status that the router chose, such as 405.
func codeOf(status int) checkin.Code {
	for code, s := range statuses {
		if s == status {
			return code
		}
	}
	return checkin.CodeInvalid
}

// WriteProblem answers with err as application/problem+json. It does not log:
// a handler below APIPrefix does better to return err, which ends here too and
// is logged when it is internal.
func WriteProblem(c *fiber.Ctx, err error) error {
	p := ProblemOf(err)
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return c.Status(p.Status).Send(body)
}

// handleError is where every error that a handler returns ends.
func (s *Server) handleError(c *fiber.Ctx, err error) error {
	secure(c) // a request refused while it was read never met guard
	p := ProblemOf(err)
	if p.Status >= http.StatusInternalServerError {
		// The route, not the path: a portal's path holds a holder's secret.
		s.log.Error("request failed", "method", c.Method(), "route", c.Route().Path, "status", p.Status, "err", err)
	}
	if isAPI(c) {
		return WriteProblem(c, err)
	}
	c.Status(p.Status)
	return Render(c, errorPage, "error.html", p)
}
