package console

import "github.com/openstile/stile/shared/checkin"

// The words that staff read. A key without an entry is shown as it is.

var reasonWords = map[checkin.Reason]string{
	checkin.ReasonGranted:       "all in order",
	checkin.ReasonNoMatch:       "face not known",
	checkin.ReasonAmbiguous:     "two look alike",
	checkin.ReasonLookAlike:     "has a look-alike",
	checkin.ReasonAttack:        "not a live face",
	checkin.ReasonFaceOff:       "face entry is off",
	checkin.ReasonUnknownTicket: "ticket not known",
	checkin.ReasonNoTicket:      "no valid ticket",
	checkin.ReasonOutsideWindow: "outside its time",
	checkin.ReasonAlreadyUsed:   "already used",
	checkin.ReasonEventClosed:   "event is closed",
	checkin.ReasonNoEvent:       "gate has no event",
	checkin.ReasonOffline:       "gate is offline",
	checkin.ReasonStale:         "too slow, try again",
	checkin.ReasonLaneFault:     "lane fault",
	checkin.ReasonEvacuation:    "evacuation",
}

func reasonWord(r checkin.Reason) string { return wordFor(reasonWords, r) }

var stateWords = map[string]string{
	"ready":          "Ready",
	"deciding":       "Deciding",
	"released":       "Released",
	"evacuate":       "Evacuation",
	"out_of_service": "Out of service",
}

var matchWords = map[checkin.MatchMode]string{
	checkin.MatchIdentify: "Faces of those who agreed are recognised; everybody else shows a ticket.",
	checkin.MatchNone:     "Tickets only. No face is looked at.",
}

var livenessWords = map[checkin.LivenessMode]string{
	checkin.LivenessOff:    "A face is not checked for being a live person.",
	checkin.LivenessWarn:   "A face that may not be a live person is admitted, and the admission is marked.",
	checkin.LivenessRefuse: "A face that may not be a live person is asked for the ticket.",
}

var offlineWords = map[checkin.OfflineMode]string{
	checkin.OfflineAdmit:  "A gate without a connection admits by face and ticket; double entries are found afterwards.",
	checkin.OfflineTicket: "A gate without a connection admits by ticket only.",
	checkin.OfflineDeny:   "A gate without a connection admits nobody.",
}

func wordFor[K ~string](words map[K]string, key K) string {
	if w, ok := words[key]; ok {
		return w
	}
	return string(key)
}
