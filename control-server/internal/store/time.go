package store

import (
	"fmt"
	"time"
)

// stamp is how a time is stored: microseconds since 1970 UTC, NULL when zero.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// stamped reads what stamp wrote.
type stamped struct{ t *time.Time }

func (s stamped) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s.t = time.Time{}
	case int64:
		*s.t = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("%T is not a time in microseconds", v)
	}
	return nil
}

// micros reads a span that was stored in microseconds.
type micros struct{ d *time.Duration }

func (m micros) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("%T is not a span in microseconds", v)
	}
	*m.d = time.Duration(n) * time.Microsecond
	return nil
}
