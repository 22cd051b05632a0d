package console

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/wire"
)

const (
	// beat is the longest a stream says nothing; live.js calls a page stale
	// after two.
	beat = wire.StatusEvery
	// calm is the least time between updates: nobody reads faster.
	calm = 200 * time.Millisecond
	// recheck is how often a stream asks whether its session is still good.
	recheck = 10 * time.Second
)

// part is one element of a page that may change, by the id it carries in HTML.
type part struct {
	id       string
	template string
	data     any
	// items are elements inside this one. While they stay the same elements in
	// the same order, each is replaced on its own.
	items []part
}

// stream sends a page's parts as they change, beginning with all of them: what
// was rendered into the page may be old by now. It ends when the reader is
// gone, the session is over, or the server stops.
func (s *Console) stream(c *fiber.Ctx, file string, parts func(context.Context) ([]part, error)) error {
	token := sessionOf(c).token
	return web.Stream(c, func(ctx context.Context, events *web.Events) {
		_, changed := s.Board.Follow(ctx)
		sent := sender{pages: s.pages, file: file, sent: map[string]string{}}
		tick := time.NewTicker(beat)
		defer tick.Stop()
		checked := time.Now()
		for {
			now, err := parts(ctx)
			if err == nil {
				err = sent.send(events, now)
			}
			if err == nil {
				err = events.Send("beat", s.Board.Snapshot().At.UTC().Format(time.RFC3339Nano))
			}
			if err != nil {
				s.Log.Debug("stream ends", "page", file, "err", err)
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			case <-changed:
				if !pause(ctx, calm) {
					return
				}
			}
			if time.Since(checked) > recheck {
				if _, err := s.Operators.Operator(ctx, token); err != nil {
					return
				}
				checked = time.Now()
			}
		}
	})
}

// pause waits; false means that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// sender remembers what one reader has, and sends only what differs.
type sender struct {
	pages pages
	file  string
	sent  map[string]string // by id: an element's HTML, or its items' order
}

func (s *sender) send(events *web.Events, parts []part) error {
	changes, err := s.changes(parts)
	if err != nil || changes == "" {
		return err
	}
	return events.Send("html", changes)
}

func (s *sender) changes(parts []part) (string, error) {
	var out strings.Builder
	for _, p := range parts {
		html, err := s.pages.fragment(s.file, p.template, p.data)
		if err != nil {
			return "", err
		}
		inner, err := s.changes(p.items)
		if err != nil {
			return "", err
		}
		key := html
		if len(p.items) > 0 {
			key = orderOf(p.items)
		}
		if s.sent[p.id] == key {
			html = inner
		}
		s.sent[p.id] = key
		out.WriteString(html)
	}
	return out.String(), nil
}

func orderOf(items []part) string {
	var ids strings.Builder
	for _, p := range items {
		ids.WriteString(p.id + " ")
	}
	return ids.String()
}
