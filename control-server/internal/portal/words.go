package portal

import "github.com/openstile/stile/shared/checkin"

// messages is what the portal itself says about a photo.
type messages struct{ noPhoto, noImage string }

var words = map[string]messages{
	"en": {
		noPhoto: "No photo arrived. Take or choose one first.",
		noImage: "This file is not a photo that can be read. Use a JPEG or PNG picture, not too large.",
	},
	"de": {
		noPhoto: "Es ist kein Foto angekommen. Nehmen Sie zuerst eines auf oder wählen Sie eines aus.",
		noImage: "Diese Datei ist kein lesbares Foto. Verwenden Sie ein nicht zu großes Bild im Format JPEG oder PNG.",
	},
}

// germanHints are the hints by their codes; a code without one keeps its
// English hint.
var germanHints = map[string]string{
	"no_face":         "Es wurde kein Gesicht gefunden. Blicken Sie bei gutem Licht in die Kamera.",
	"several_faces":   "Es ist mehr als ein Gesicht zu sehen. Nehmen Sie nur sich selbst auf.",
	"too_small":       "Kommen Sie näher an die Kamera.",
	"cropped":         "Bewegen Sie sich, bis Ihr ganzes Gesicht im Bild ist.",
	"turned_away":     "Blicken Sie gerade in die Kamera.",
	"chin_up_or_down": "Halten Sie den Kopf gerade und die Kamera auf Augenhöhe.",
	"tilted":          "Halten Sie den Kopf aufrecht.",
	"eyes_closed":     "Halten Sie die Augen offen.",
	"too_dark":        "Gehen Sie ins Licht.",
	"too_bright":      "Gehen Sie aus dem starken Licht.",
	"low_contrast":    "Suchen Sie mehr und gleichmäßigeres Licht und wischen Sie die Linse ab.",
	"blurred":         "Halten Sie still und wischen Sie die Linse ab.",
}

func hint(language string, r checkin.QualityReason) string {
	if german, ok := germanHints[r.Code]; ok && language == "de" {
		return german
	}
	return r.Hint
}
