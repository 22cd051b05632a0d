package sim

import "time"

// Direction is the way in which a person pushes.
type Direction int

// In is the way that a release opens; Out is the other one.
const (
	In Direction = iota
	Out
)

// Times of a tripod in pulse mode, after PERCo's TTR manuals: a pulse of any
// length opens one direction for 5 s or until one passage, and 60 people a minute
// walk through one that is open: a turn takes most of a second.
const (
	unlockTime = 5 * time.Second
	turnTime   = 700 * time.Millisecond
)

// arm is the mechanics of a tripod.
type arm struct {
	unlockedUntil time.Time
	turningUntil  time.Time
	fire          bool
	turns         int
}

func (a *arm) unlock(now time.Time) { a.unlockedUntil = now.Add(unlockTime) }

func (a *arm) turning(now time.Time) bool { return now.Before(a.turningUntil) }

// yields reports whether a push would turn the arm now. In a fire it turns
// both ways.
func (a *arm) yields(dir Direction, now time.Time) bool {
	if a.turning(now) {
		return false
	}
	return a.fire || dir == In && now.Before(a.unlockedUntil)
}

// push turns the arm if it yields, and locks it behind the person.
func (a *arm) push(dir Direction, now time.Time) bool {
	if !a.yields(dir, now) {
		return false
	}
	a.unlockedUntil = time.Time{}
	a.turningUntil = now.Add(turnTime)
	a.turns++
	return true
}
