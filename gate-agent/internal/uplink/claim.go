package uplink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// A claim that nobody confirms or gives back expires after this. It outlives
// any passage window, so it only ever ends claims of gates that died.
const claimTTL = time.Minute

// operationHeader marks a deletion in a key-value bucket.
const operationHeader = "KV-Operation"

// errOffline means that there is no session, so nobody was asked.
var errOffline = errors.New("the bus is not reachable")

// ErrUndecided means that another admission holds the claim and has not ended:
// ask again when it has, or when its claim has expired.
var ErrUndecided = errors.New("another admission holds the claim and has not ended")

// HeldError means that somebody has passed with the credential by another
// admission: it has been used twice.
type HeldError struct{ Holder wire.Claim }

func (e *HeldError) Error() string {
	return fmt.Sprintf("the credential was used by admission %s at lane %s of gate %s", e.Holder.Admission, e.Holder.Lane, e.Holder.Gate)
}

// Claim takes the credential's one use, atomically: the first write of the key
// wins. An error means that nobody could be asked in time; the claim may then
// still have been taken, so give it back.
func (u *Uplink) Claim(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) (won bool, holder wire.Claim, err error) {
	if !u.Online() {
		return false, wire.Claim{}, errOffline
	}
	ctx, cancel := context.WithTimeout(ctx, claimTimeout)
	defer cancel()
	var revision uint64
	for range 2 { // the second time over a claim that was given back or expired
		err = u.put(ctx, event, id, c, revision, claimTTL)
		if err == nil {
			return true, c, nil
		}
		if !isTaken(err) {
			break
		}
		var held *wire.Claim
		held, revision, err = u.read(ctx, event, id)
		if err != nil {
			break
		}
		if held != nil {
			return held.Admission == c.Admission, *held, nil
		}
		err = errors.New("it changes hands faster than it can be read")
	}
	return false, wire.Claim{}, fmt.Errorf("claim: %w", err)
}

// Confirm makes the claim final: it does not expire any more. A claim that was
// taken while the bus was away is thereby made known. It fails with a HeldError
// when another admission's is final already, and with ErrUndecided while another's
// may still become it. Confirming twice is no error.
func (u *Uplink) Confirm(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) error {
	c.Confirmed = true
	return u.settle(ctx, event, id, c, func(ctx context.Context, revision uint64) error {
		return u.put(ctx, event, id, c, revision, 0)
	})
}

// GiveBack frees the credential for the next claim. A claim that is not this
// admission's any more stays.
func (u *Uplink) GiveBack(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim) error {
	return u.settle(ctx, event, id, c, func(ctx context.Context, revision uint64) error {
		m := nats.NewMsg(claimSubject(event, id))
		m.Header.Set(operationHeader, "DEL")
		_, err := u.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(revision))
		return err
	})
}

// settle ends a claim, unless it has ended so already.
func (u *Uplink) settle(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim, end func(context.Context, uint64) error) error {
	if !u.Online() {
		return errOffline
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	held, revision, err := u.read(ctx, event, id)
	mine := held != nil && held.Admission == c.Admission
	switch {
	case err != nil:
		return fmt.Errorf("settle claim: %w", err)
	case !c.Confirmed && !mine, mine && held.Confirmed:
		return nil
	case held != nil && !mine && held.Confirmed:
		return fmt.Errorf("settle claim: %w", &HeldError{*held})
	case held != nil && !mine:
		return fmt.Errorf("settle claim: admission %s: %w", held.Admission, ErrUndecided)
	}
	if err := end(ctx, revision); err != nil {
		return fmt.Errorf("settle claim: %w", err)
	}
	return nil
}

// put writes the claim if the key's newest revision is still the given one; 0
// means that there is none. One message does what a bucket's Create needs two
// for.
func (u *Uplink) put(ctx context.Context, event checkin.EventID, id checkin.CredentialID, c wire.Claim, revision uint64, ttl time.Duration) error {
	opts := []jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(revision), jetstream.WithRetryAttempts(0)}
	if ttl > 0 {
		opts = append(opts, jetstream.WithMsgTTL(ttl))
	}
	_, err := u.js.Publish(ctx, claimSubject(event, id), wire.Encode(c), opts...)
	return err
}

// read returns who holds the claim, nil for nobody, and the revision that says
// so.
func (u *Uplink) read(ctx context.Context, event checkin.EventID, id checkin.CredentialID) (*wire.Claim, uint64, error) {
	stream, err := u.js.Stream(ctx, "KV_"+wire.ClaimBucket(event))
	if err != nil {
		return nil, 0, err
	}
	m, err := stream.GetLastMsgForSubject(ctx, claimSubject(event, id))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if m.Header.Get(jetstream.MarkerReasonHeader) != "" || m.Header.Get(operationHeader) != "" {
		return nil, m.Sequence, nil
	}
	c, err := wire.Decode[wire.Claim](m.Data)
	return &c, m.Sequence, err
}

func claimSubject(event checkin.EventID, id checkin.CredentialID) string {
	return "$KV." + wire.ClaimBucket(event) + "." + string(id)
}

// isTaken reports whether the write failed because the key has another
// revision.
func isTaken(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence
}
