package vision

import (
	"strings"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
)

// Enrolment is what a photo gives: a template to store and how good it is.
type Enrolment struct {
	Template face.Vector
	Face     Face
	Measures Measures
}

// Rejection is the error of a photo that is unsuitable for enrolment.
type Rejection struct {
	Reasons []checkin.QualityReason // at least one
}

func (r *Rejection) Error() string {
	codes := make([]string, len(r.Reasons))
	for i, reason := range r.Reasons {
		codes[i] = reason.Code
	}
	return "the photo is unsuitable: " + strings.Join(codes, ", ")
}

var (
	noFace       = checkin.QualityReason{Code: "no_face", Hint: "No face was found. Look at the camera, in good light."}
	severalFaces = checkin.QualityReason{Code: "several_faces", Hint: "There is more than one face. Take a picture of yourself alone."}
)

// bystander is the size, as a share of the largest face's area, from which a
// second face leaves in doubt whom the photo is of. Half as wide is a person
// clearly further away.
const bystander = 0.25

// Enrol makes a template of the one person in a photo. A photo that is not good
// enough gives a *Rejection with all its reasons.
func (a *Analyser) Enrol(photo Frame) (Enrolment, error) {
	faces, err := a.Search(photo)
	if err != nil {
		return Enrolment{}, err
	}
	if len(faces) == 0 {
		return Enrolment{}, reject(noFace)
	}
	if len(faces) > 1 && float64(area(faces[1].Box)) >= bystander*float64(area(faces[0].Box)) {
		return Enrolment{}, reject(severalFaces)
	}
	e := Enrolment{Face: faces[0]}
	if e.Measures, err = a.Measure(photo, e.Face); err != nil {
		return Enrolment{}, err
	}
	if reasons := e.Measures.Reasons(ForEnrolment); len(reasons) > 0 {
		return Enrolment{}, reject(reasons...)
	}
	e.Template, err = a.Features(nil, photo, e.Face)
	return e, err
}

func reject(reasons ...checkin.QualityReason) error { return &Rejection{Reasons: reasons} }
