package demo

import (
	"testing"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// The figures of the script stand on these facts about the sample pictures.
func TestCast(t *testing.T) {
	models, err := vision.Open("../../../deploy/models/manifest.yaml", vision.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer models.Close()
	cast, err := findCast(models, "../../../.cache/samples", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(cast) != 22 {
		t.Errorf("%d faces, want 22", len(cast))
	}
	roles, err := assign(cast, people, strangers)
	if err != nil {
		t.Fatal(err)
	}
	if s := face.Compare(roles.Enrolled[0].template, roles.Again.template); s < samePerson {
		t.Errorf("the pair scores %.2f", s)
	}
	for i, s := range roles.Strangers {
		for _, e := range append(roles.Enrolled, roles.Strangers[i+1:]...) {
			if face.Compare(s.template, e.template) >= samePerson {
				t.Errorf("stranger %s is %s", s.Name, e.Name)
			}
		}
	}
	for _, p := range cast {
		t.Logf("%s fit=%v", p.Name, p.fit)
	}
}
