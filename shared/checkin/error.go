package checkin

import (
	"errors"
	"fmt"
)

// Code classifies an Error, so that every edge (HTTP, console, command line)
// can answer in its own way.
type Code string

const (
	CodeInvalid      Code = "invalid"      // the input breaks a rule; Field says where
	CodeNotFound     Code = "not_found"    // nothing by that name
	CodeConflict     Code = "conflict"     // the state does not allow it
	CodeUnauthorised Code = "unauthorised" // who are you
	CodeForbidden    Code = "forbidden"    // you may not
	CodeTooLarge     Code = "too_large"    // more bytes or pixels than allowed
	CodeUnavailable  Code = "unavailable"  // a part that is needed is down; try again
	CodeInternal     Code = "internal"     // our fault; the message stays inside
)

// Error is safe to show: its message holds nothing that the caller may not see.
type Error struct {
	Code    Code
	Field   string // the input it is about, or empty
	Message string
}

func (e *Error) Error() string {
	if e.Field != "" {
		return e.Field + ": " + e.Message
	}
	return e.Message
}

// Errorf makes an Error of the given code.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes a CodeInvalid error about one field.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// ErrorCode returns the code of the first Error in err's chain. Anything
// unknown is internal.
func ErrorCode(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
