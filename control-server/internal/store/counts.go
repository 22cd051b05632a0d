package store

import "github.com/openstile/stile/shared/checkin"

// Counts returns an event's books. Each number comes from an index alone, so it
// is cheap enough to ask every second.
func (tx *Tx) Counts(event checkin.EventID) (checkin.Counts, error) {
	c := checkin.Counts{Denied: map[checkin.Reason]int{}}
	err := tx.row("count holders", nil,
		`SELECT (SELECT count(*) FROM holders WHERE event = ?1),
		        (SELECT count(*) FROM enrolments WHERE event = ?1 AND state = ?2)`,
		event, checkin.EnrolmentActive)(&c.Holders, &c.Enrolled)
	if err != nil {
		return c, err
	}
	if err := tx.countAdmissions(event, &c); err != nil {
		return c, err
	}
	return c, tx.countPassages(event, &c)
}

func (tx *Tx) countAdmissions(event checkin.EventID, c *checkin.Counts) error {
	return tx.each("count admissions", func(s scan) error {
		var outcome checkin.Outcome
		var means checkin.Means
		var reason checkin.Reason
		var n int
		if err := s(&outcome, &means, &reason, &n); err != nil {
			return err
		}
		switch {
		case outcome == checkin.Denied:
			c.Denied[reason] += n
		case means == checkin.MeansFace:
			c.AdmittedByFace += n
		case means == checkin.MeansTicket:
			c.AdmittedByTicket += n
		}
		return nil
	}, `SELECT outcome, means, reason, count(*) FROM admissions WHERE event = ? GROUP BY outcome, means, reason`, event)
}

func (tx *Tx) countPassages(event checkin.EventID, c *checkin.Counts) error {
	return tx.each("count passages", func(s scan) error {
		var outcome checkin.PassageOutcome
		var confirmed bool
		var n int
		if err := s(&outcome, &confirmed, &n); err != nil {
			return err
		}
		switch outcome {
		case checkin.PassageCompleted:
			c.Passages += n
			if !confirmed {
				c.Unconfirmed += n
			}
		case checkin.PassageAbandoned:
			c.Abandoned += n
		case checkin.PassageTailgated, checkin.PassageUnsolicited:
			c.Incidents += n
		}
		return nil
	}, `SELECT outcome, confirmed, count(*) FROM passages WHERE event = ? GROUP BY outcome, confirmed`, event)
}
