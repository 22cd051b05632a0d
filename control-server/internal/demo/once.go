package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/openstile/stile/shared/checkin"
)

// Result is what the script found. It is the last line that it prints.
type Result struct {
	OK                     bool                   `json:"ok"`
	Enrolled               int                    `json:"enrolled"`
	AdmittedByFace         int                    `json:"admitted_by_face"`
	AdmittedByTicket       int                    `json:"admitted_by_ticket"`
	TooLate                int                    `json:"too_late"` // decided too late to open for: they tried again
	Denied                 map[checkin.Reason]int `json:"denied"`
	FalseAdmissions        int                    `json:"false_admissions"`
	Passages               int                    `json:"passages"`
	ArmTurns               int                    `json:"arm_turns"`
	FrameToReleaseMS       Milliseconds           `json:"frame_to_release_ms"`
	WithdrawalToLastGateMS float64                `json:"withdrawal_to_last_gate_ms"`
	Purge                  PurgeResult            `json:"purge"`
	Seconds                float64                `json:"seconds"`
	Differences            []string               `json:"differences"`
}

// refusedUsed reports whether what was used already was refused as it must be:
// once for each try. Only a gate so starved that it decides too late may also
// lose sight of a ticket, and refuse it again.
func (r Result) refusedUsed() bool {
	n := r.Denied[checkin.ReasonAlreadyUsed]
	return n == 2 || n > 2 && r.TooLate > 0
}

// PurgeResult is what was left after the event.
type PurgeResult struct {
	Gates         int `json:"gates"`
	Receipts      int `json:"receipts"`
	TemplatesLeft int `json:"templates_left"` // on the server and in the gates' own counts
}

// How many people the script needs.
const (
	people    = 12
	strangers = 3
)

// Once plays the script. Anything that differs from what must happen is in the
// Result and makes an error.
func Once(ctx context.Context, cfg Config) (err error) {
	begun := time.Now()
	cfg.HTTP = "127.0.0.1:0"
	v, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = v.end(err) }()
	s := &script{venue: v, event: "demo", result: Result{Denied: map[checkin.Reason]int{}, Differences: []string{}}}
	playErr := s.play(ctx)
	if playErr != nil {
		s.differ(playErr)
	}
	s.result.Seconds = time.Since(begun).Seconds()
	s.result.OK = len(s.result.Differences) == 0
	if s.result.OK {
		s.say("Everything went as it must.")
	}
	line, err := json.Marshal(s.result)
	if err != nil {
		return err
	}
	fmt.Fprintf(cfg.Out, "%s\n", line)
	if !s.result.OK {
		return fmt.Errorf("the demo went differently: %s", s.result.Differences[0])
	}
	return nil
}

// script is the fixed play.
type script struct {
	*venue
	event   checkin.EventID
	roles   Roles
	holders []checkin.HolderID // of roles.Enrolled
	mu      sync.Mutex
	result  Result
	late    struct{ face, ticket, denied int } // of the visits' tooLate; the first two were admitted
}

func (s *script) differ(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Differences = append(s.result.Differences, err.Error())
}

func (s *script) play(ctx context.Context) error {
	for _, act := range []struct {
		title string
		play  func(context.Context) error
	}{
		{"People are pushed by their platform and enrolled", s.enrol},
		{"Everybody who is enrolled walks in", s.faces},
		{"The same person again, and people nobody knows", s.refused},
		{"A ticket, and the same ticket again", s.tickets},
		{"Somebody withdraws: the face is forgotten, the ticket works", s.withdrawal},
		{"The event closes: nobody's face is known any more", s.purge},
		{"The books are checked", s.books},
	} {
		s.say("- %s", act.title)
		if err := act.play(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *script) enrol(ctx context.Context) (err error) {
	if s.roles, err = castOf(s.cfg, s.dir); err != nil {
		return err
	}
	if err := s.api.createEvent(ctx, evening(s.event, "Demo night")); err != nil {
		return err
	}
	for i, p := range s.roles.Enrolled {
		status, err := s.api.push(ctx, s.event, fmt.Sprintf("order-%d", i), ticketOf(i), p.Picture)
		if err != nil {
			return err
		}
		if status.Enrolment == nil || status.Enrolment.State != checkin.EnrolmentActive {
			return fmt.Errorf("%s was not enrolled: %+v", p.Name, status.Enrolment)
		}
		s.holders = append(s.holders, status.Holder.ID)
	}
	if err := s.addGates(ctx, s.event); err != nil {
		return err
	}
	return s.ready(ctx, len(s.roles.Enrolled))
}

// faces lets all but the last two walk in, at both lanes at once. The first
// comes as on another picture than the enrolled one.
func (s *script) faces(ctx context.Context) error {
	var visits []*visit
	for i := range s.roles.Enrolled[:people-1] {
		comes := &s.roles.Enrolled[i]
		if i == 0 {
			comes = &s.roles.Again
		}
		visits = append(visits, s.visit(i, comes, "", checkin.Admitted, checkin.ReasonGranted, s.holders[i], comes.Name))
	}
	return s.both(ctx, visits)
}

func (s *script) refused(ctx context.Context) error {
	visits := []*visit{s.visit(0, &s.roles.Enrolled[1], "", checkin.Denied, checkin.ReasonAlreadyUsed, s.holders[1],
		s.roles.Enrolled[1].Name+" again, at the other gate")}
	for i := range s.roles.Strangers {
		visits = append(visits, s.visit(i+1, &s.roles.Strangers[i], "", checkin.Denied, checkin.ReasonNoMatch, "", "stranger "+s.roles.Strangers[i].Name))
	}
	return s.both(ctx, visits)
}

func (s *script) tickets(ctx context.Context) error {
	const secret = "TICKET-WITHOUT-FACE"
	status, err := s.api.push(ctx, s.event, "order-ticket", secret, nil)
	if err != nil {
		return err
	}
	if err := s.ready(ctx, people); err != nil {
		return err
	}
	return s.one(ctx,
		s.visit(0, nil, secret, checkin.Admitted, checkin.ReasonGranted, status.Holder.ID, "a ticket"),
		s.visit(1, nil, secret, checkin.Denied, checkin.ReasonAlreadyUsed, status.Holder.ID, "the same ticket"))
}

func (s *script) withdrawal(ctx context.Context) error {
	last := people - 1
	if err := s.api.withdraw(ctx, s.event, s.holders[last]); err != nil {
		return err
	}
	err := s.until(ctx, patience, "every gate has wiped the template", func() (bool, error) {
		status, err := s.api.holder(ctx, s.event, s.holders[last])
		if err != nil || status.Withdrawal == nil {
			return false, err
		}
		s.result.WithdrawalToLastGateMS = float64(status.Withdrawal.LastGate) / float64(time.Millisecond)
		return status.Withdrawal.Receipts == len(gates) && status.Withdrawal.Gates == len(gates), nil
	})
	if err != nil {
		return err
	}
	person := &s.roles.Enrolled[last]
	return s.one(ctx,
		s.visit(1, person, "", checkin.Denied, checkin.ReasonNoMatch, "", "the face that was withdrawn"),
		s.visit(1, nil, ticketOf(last), checkin.Admitted, checkin.ReasonGranted, s.holders[last], "the ticket of the face that was withdrawn"))
}

func (s *script) purge(ctx context.Context) error {
	if err := s.api.closeEvent(ctx, s.event); err != nil {
		return err
	}
	err := s.until(ctx, patience, "all receipts are in", func() (bool, error) {
		p, err := s.api.purge(ctx, s.event)
		s.result.Purge = PurgeResult{Gates: len(p.Gates), Receipts: len(p.Receipts), TemplatesLeft: p.TemplatesLeft}
		return !p.Purged.IsZero() && len(p.Receipts) == len(gates), err
	})
	if err != nil {
		return err
	}
	// What the gates say of themselves counts too, not only what they signed.
	if err := s.until(ctx, patience, "the gates report empty galleries", func() (bool, error) {
		left, err := s.held(ctx)
		return left == 0, err
	}); err != nil {
		return err
	}
	return s.one(ctx, s.visit(0, &s.roles.Enrolled[2], "", checkin.Denied, checkin.ReasonNoMatch, "", "a face after the event"))
}

// held is how many templates the gates say they hold.
func (s *script) held(ctx context.Context) (n int, err error) {
	states, err := s.api.gates(ctx)
	for _, g := range states {
		if g.Status == nil || g.Silent {
			return 0, fmt.Errorf("gate %s is silent", g.ID)
		}
		n += g.Status.Gallery.Faces
	}
	return n, err
}

// books compares what was stored with what the arms did and what must be.
func (s *script) books(ctx context.Context) error {
	for _, l := range s.lanes {
		n, err := l.turns()
		if err != nil {
			return err
		}
		s.result.ArmTurns += n
	}
	abandoned := 0
	err := s.until(ctx, patience, "every passage is stored", func() (bool, error) {
		b, err := s.api.books(ctx, s.event)
		s.result.Enrolled, s.result.Passages = len(s.holders), b.Passages
		s.result.AdmittedByFace, s.result.AdmittedByTicket = b.AdmittedByFace, b.AdmittedByTicket
		s.result.Denied, s.result.FrameToReleaseMS = b.Denied, b.FrameToRelease
		abandoned = b.Abandoned
		return b.Passages == s.result.ArmTurns, err
	})
	denied := 0
	for _, reason := range slow {
		denied += s.result.Denied[reason]
		delete(s.result.Denied, reason)
	}
	s.result.TooLate = denied + s.late.face + s.late.ticket
	faces, tickets := people-1+s.late.face, 2+s.late.ticket
	switch r := s.result; {
	case err != nil:
		return err
	case r.AdmittedByFace != faces || r.AdmittedByTicket != tickets || abandoned != s.late.face+s.late.ticket:
		return fmt.Errorf("%d admitted by face and %d by ticket, %d of whom did not pass; must be %d, %d and %d",
			r.AdmittedByFace, r.AdmittedByTicket, abandoned, faces, tickets, s.late.face+s.late.ticket)
	case !r.refusedUsed() || r.Denied[checkin.ReasonNoMatch] != strangers+2 || len(r.Denied) != 2:
		return fmt.Errorf("denied %v, must be 2 already used and %d unknown", r.Denied, strangers+2)
	case denied != s.late.denied:
		return fmt.Errorf("%d were decided too late, must be %d", denied, s.late.denied)
	case r.FalseAdmissions > 0:
		return fmt.Errorf("%d false admissions", r.FalseAdmissions)
	}
	return nil
}

// ready waits until both gates hold the right gallery and their lanes take
// people.
func (s *script) ready(ctx context.Context, faces int) error {
	return s.venue.ready(ctx, s.event, faces)
}

func (s *script) visit(n int, comes *Person, ticket string, wants checkin.Outcome, reason checkin.Reason, holder checkin.HolderID, because string) *visit {
	return &visit{lane: s.lanes[n%len(s.lanes)], event: s.event, comes: comes, ticket: ticket, wants: wants, reason: reason, holder: holder, because: because}
}

// both plays visits at both lanes side by side, each lane's in order.
func (s *script) both(ctx context.Context, visits []*visit) error {
	errs := make([]error, len(s.lanes))
	var wg sync.WaitGroup
	for i, l := range s.lanes {
		var mine []*visit
		for _, v := range visits {
			if v.lane == l {
				mine = append(mine, v)
			}
		}
		wg.Go(func() { errs[i] = s.one(ctx, mine...) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (s *script) one(ctx context.Context, visits ...*visit) error {
	for _, v := range visits {
		got, err := v.make(ctx, s.venue)
		s.count(v)
		if err != nil {
			return err
		}
		if err := v.check(got); err != nil {
			s.differ(err)
			if got.Outcome == checkin.Admitted {
				s.mu.Lock()
				s.result.FalseAdmissions++
				s.mu.Unlock()
			}
		}
		if got.Outcome == checkin.Admitted {
			if err := s.laneFree(ctx, v.lane); err != nil {
				return err
			}
		}
	}
	return nil
}

// count adds up what gates decided too late.
func (s *script) count(v *visit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late.denied += v.tooLate.denied
	if v.ticket == "" {
		s.late.face += v.tooLate.admitted
	} else {
		s.late.ticket += v.tooLate.admitted
	}
}
