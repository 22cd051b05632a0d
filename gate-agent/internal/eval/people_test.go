package eval

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadPeople(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadPeople(dir); err == nil {
		t.Error("an empty folder: no error")
	}
	for _, name := range []string{"b/2.jpg", "b/1.PNG", "b/note.txt", "a/1.jpg", "none/note.txt", "photo.jpg"} {
		put(t, filepath.Join(dir, name), "")
	}
	put(t, filepath.Join(dir, "groups.csv"), "person,group\na,north\n")
	people, err := ReadPeople(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != 2 || people[0].Group != "north" || len(people[1].Photos) != 2 || filepath.Base(people[1].Photos[0]) != "1.PNG" {
		t.Errorf("got %+v", people)
	}
	put(t, filepath.Join(dir, "groups.csv"), "c,north\n")
	if _, err := ReadPeople(dir); err == nil || !strings.Contains(err.Error(), `"c"`) {
		t.Errorf("a group of nobody: %v", err)
	}
	if _, err := ReadPeople(filepath.Join(dir, "photo.jpg")); err == nil || !strings.Contains(err.Error(), "photo.jpg") {
		t.Errorf("a file: %v", err)
	}
}

func TestParseGroups(t *testing.T) {
	ab := map[string]string{"anna": "north", "bert": "far south"}
	for _, row := range []struct {
		text string
		want map[string]string
		err  string
	}{
		{"anna,north\nbert,far south\n", ab, ""},
		{"person,group\r\nanna,north\r\nbert,far south\r\n", ab, ""},
		{"\ufeffPerson,Group\nanna , north\n\n\"bert\",\"far south\"", ab, ""},
		{"", map[string]string{}, ""},
		{"anna,north\nperson,group\n", map[string]string{"anna": "north", "person": "group"}, ""},
		{"anna,north\nanna,south\n", nil, `line 2: person "anna" stands here twice`},
		{"anna\n", nil, "line 1"},
		{"anna;north\n", nil, "want person,group"},
		{"anna,\n", nil, "line 1"},
		{"anna,north,\n", nil, "line 1"},
		{"anna,\"north\n", nil, "want person,group"},
	} {
		got, err := parseGroups([]byte(row.text))
		if row.err != "" {
			if err == nil || !strings.Contains(err.Error(), row.err) {
				t.Errorf("%q: error %v, want %q", row.text, err, row.err)
			}
		} else if err != nil || !maps.Equal(got, row.want) {
			t.Errorf("%q: %v and %v, want %v", row.text, got, err, row.want)
		}
	}
}

func FuzzParseGroups(f *testing.F) {
	f.Add([]byte("\ufeffperson,group\r\nanna,north\r\n"))
	f.Add([]byte("a,\"b\nc\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		groups, err := parseGroups(data)
		for person, group := range groups {
			if err != nil || person == "" || group == "" {
				t.Errorf("%q in %q, error %v", person, group, err)
			}
		}
	})
}
