package webhook

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Sender sends the admissions of every event that has a webhook. Each event has
// its own line: one that fails holds up no other.
type Sender struct {
	outbox Outbox
	log    *slog.Logger
	client *http.Client
	every  time.Duration
	wait   func(failures int) time.Duration

	mu    sync.Mutex
	lines map[checkin.EventID]line
}

// line is an event whose admissions are being sent, or were refused.
type line struct {
	secret   string // tells a webhook that was put anew from the one that failed
	busy     bool
	failures int
	next     time.Time
}

const (
	checkEvery = time.Second
	pageSize   = 100
	firstWait  = time.Second
	longWait   = 5 * time.Minute
)

// New makes a Sender.
func New(outbox Outbox, log *slog.Logger) *Sender {
	return &Sender{
		outbox: outbox, log: log, client: newClient(), every: checkEvery, wait: backOff,
		lines: map[checkin.EventID]line{},
	}
}

// backOff doubles with every failure in a row. The jitter, down to half of it,
// keeps events of one receiver from knocking together.
func backOff(failures int) time.Duration {
	d := longWait
	if n := failures - 1; n < 16 {
		d = min(longWait, firstWait<<n)
	}
	return d/2 + rand.N(d/2+1)
}

// Run sends what is due until ctx ends, and returns when nothing is on its way
// any more.
func (s *Sender) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		hooks, err := s.begin(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("webhooks cannot be read", "err", err)
		}
		for _, hook := range hooks {
			wg.Go(func() { s.serve(ctx, hook) })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// begin takes the lines of the webhooks that are due, but for those that are
// taken or whose wait is not over. It holds the lock while it reads: a line that
// was given back since would be begun again from where it stood before.
func (s *Sender) begin(ctx context.Context) (hooks []Hook, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hooks, err = s.outbox.Due(ctx)
	return slices.DeleteFunc(hooks, func(h Hook) bool { return !s.take(h) }), err
}

// take takes one line. The caller holds mu.
func (s *Sender) take(hook Hook) bool {
	l := s.lines[hook.Event]
	if l.busy {
		return false
	}
	if l.secret != string(hook.Secret) {
		l = line{secret: string(hook.Secret)}
	}
	if time.Now().Before(l.next) {
		return false
	}
	l.busy = true
	s.lines[hook.Event] = l
	return true
}

// serve sends what a line has and gives the line back.
func (s *Sender) serve(ctx context.Context, hook Hook) {
	sent, err := s.drain(ctx, hook)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil || ctx.Err() != nil || checkin.ErrorCode(err) == checkin.CodeConflict {
		delete(s.lines, hook.Event)
		return
	}
	l := s.lines[hook.Event]
	l.busy = false
	if sent > 0 {
		l.failures = 0
	}
	l.failures++
	wait := s.wait(l.failures)
	l.next = time.Now().Add(wait)
	s.lines[hook.Event] = l
	s.log.Warn("webhook will be tried again", "event", hook.Event, "failures", l.failures, "in", wait, "err", err)
}

// drain sends until nothing is left, and stops at the first failure: what comes
// after must not overtake.
func (s *Sender) drain(ctx context.Context, hook Hook) (sent int, err error) {
	for {
		page, err := s.outbox.Admissions(ctx, hook, pageSize)
		if err != nil || len(page) == 0 {
			return sent, err
		}
		for _, a := range page {
			if err := s.post(ctx, hook, a); err != nil {
				return sent, err
			}
			if err := s.outbox.Advance(ctx, hook, a.Seq); err != nil {
				return sent, err
			}
			hook.Cursor = a.Seq
			sent++
		}
	}
}
