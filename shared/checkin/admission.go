package checkin

import "time"

// Means is how somebody presented themselves.
type Means string

const (
	MeansFace   Means = "face"
	MeansTicket Means = "ticket"
)

// Outcome is what an Admission says.
type Outcome string

const (
	Admitted Outcome = "admitted"
	Denied   Outcome = "denied"
)

// Reason says why, in one stable word. The attendee never sees it: the screen
// only ever says what to do next.
type Reason string

const (
	ReasonGranted       Reason = "granted"
	ReasonNoMatch       Reason = "no_match"            // the face is nobody's in the gallery
	ReasonAmbiguous     Reason = "ambiguous_match"     // two candidates too close to tell apart
	ReasonLookAlike     Reason = "look_alike"          // enrolled, and too much like somebody else who is
	ReasonAttack        Reason = "presentation_attack" // liveness refused
	ReasonFaceOff       Reason = "face_off"            // face entry is not in use here now
	ReasonUnknownTicket Reason = "unknown_ticket"
	ReasonNoTicket      Reason = "no_valid_ticket" // a known face whose holder has no ticket
	ReasonOutsideWindow Reason = "outside_window"
	ReasonAlreadyUsed   Reason = "already_used"
	ReasonEventClosed   Reason = "event_closed"
	ReasonNoEvent       Reason = "no_event"       // the gate serves no event
	ReasonOffline       Reason = "offline"        // the event's policy lets nobody in without the bus
	ReasonStale         Reason = "stale_decision" // too long since the person was seen
	ReasonLaneFault     Reason = "lane_fault"     // board or journal failed: nothing may move
	ReasonEvacuation    Reason = "evacuation"
)

// Admission is the decision for one presentation. It is not yet a fact: what
// happened after is a Passage.
type Admission struct {
	ID         AdmissionID  `json:"id"`
	Event      EventID      `json:"event"`
	Gate       GateID       `json:"gate"`
	Lane       LaneID       `json:"lane"`
	At         time.Time    `json:"at"`
	Means      Means        `json:"means"`
	Outcome    Outcome      `json:"outcome"`
	Reason     Reason       `json:"reason"`
	Holder     HolderID     `json:"holder,omitempty"`
	Credential CredentialID `json:"credential,omitempty"`
	// Suspect marks an admission whose liveness verdict was bad under a policy
	// that only warns.
	Suspect bool `json:"suspect,omitempty"`
	// Offline marks an admission whose claim could not be taken on the bus.
	Offline bool `json:"offline,omitempty"`
	// ElsewhereGate, ElsewhereLane and ElsewhereAt say where an already used
	// credential was used.
	ElsewhereGate GateID    `json:"elsewhere_gate,omitempty"`
	ElsewhereLane LaneID    `json:"elsewhere_lane,omitempty"`
	ElsewhereAt   time.Time `json:"elsewhere_at,omitzero"`
}

// PassageOutcome is what the sensor saw after a release, or without one.
type PassageOutcome string

const (
	PassageCompleted   PassageOutcome = "completed"
	PassageAbandoned   PassageOutcome = "abandoned"   // nobody went through in time
	PassageTailgated   PassageOutcome = "tailgated"   // a second person on one release
	PassageUnsolicited PassageOutcome = "unsolicited" // somebody went through without a release
	PassageFree        PassageOutcome = "free"        // the lane stood open for everybody: evacuation
)

// Passage is the fact that followed. Confirmed is false on a lane without
// sensors, where it is only assumed.
type Passage struct {
	ID        PassageID      `json:"id"`
	Admission AdmissionID    `json:"admission,omitempty"` // empty when unsolicited
	Event     EventID        `json:"event"`
	Gate      GateID         `json:"gate"`
	Lane      LaneID         `json:"lane"`
	At        time.Time      `json:"at"`
	Outcome   PassageOutcome `json:"outcome"`
	Confirmed bool           `json:"confirmed"`
	// FrameToRelease is how long the person waited between the frame or scan
	// that decided and the release bytes on the wire; zero when unsolicited.
	FrameToRelease time.Duration `json:"frame_to_release_ns,omitempty"`
}
