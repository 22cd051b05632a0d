package display

// State is what the screen says. There is deliberately no state for a reason:
// whoever is not let in is shown the next way in.
type State string

const (
	Idle       State = "idle"
	StepCloser State = "step-closer"
	LookHere   State = "look-here"
	OneAtATime State = "one-at-a-time"
	ThankYou   State = "thank-you"
	ShowTicket State = "show-ticket"
	SeeStaff   State = "see-staff"
	Closed     State = "closed"
	Evacuate   State = "evacuate"
)

// text is one state in one language: what to read from three metres, and what
// from one.
type text struct{ Big, Small string }

type language struct {
	states map[State]text
	notice string
}

var languages = map[string]language{
	"en": {
		states: map[State]text{
			Idle:       {"Welcome", "Look at the camera, or show your ticket."},
			StepCloser: {"Step closer", "A little nearer to the camera, please."},
			LookHere:   {"Look here", "Please look straight into the camera."},
			OneAtATime: {"One at a time", "One of you in front of the camera first, please."},
			ThankYou:   {"Thank you", "Please pass."},
			ShowTicket: {"Show your ticket", "Hold its code in front of the camera."},
			SeeStaff:   {"Please see staff", "They will help you straight away."},
			Closed:     {"Lane closed", "Please use another lane."},
			Evacuate:   {"Leave now", "Follow the exit signs and the staff."},
		},
		notice: "This camera looks for the faces of guests who chose face entry. It keeps no pictures. A ticket works just as well.",
	},
	"de": {
		states: map[State]text{
			Idle:       {"Willkommen", "In die Kamera schauen oder Ticket zeigen."},
			StepCloser: {"Näher treten", "Bitte etwas näher an die Kamera."},
			LookHere:   {"Hierher schauen", "Bitte gerade in die Kamera schauen."},
			OneAtATime: {"Bitte einzeln", "Bitte erst eine Person vor die Kamera."},
			ThankYou:   {"Danke", "Bitte durchgehen."},
			ShowTicket: {"Ticket zeigen", "Den Code vor die Kamera halten."},
			SeeStaff:   {"Bitte zum Personal", "Dort hilft man Ihnen sofort weiter."},
			Closed:     {"Spur gesperrt", "Bitte eine andere Spur benutzen."},
			Evacuate:   {"Gebäude verlassen", "Fluchtwegen und Personal folgen."},
		},
		notice: "Diese Kamera sucht die Gesichter von Gästen, die den Einlass per Gesicht gewählt haben. Sie speichert keine Bilder. Ein Ticket gilt genauso.",
	},
}
