package migrations

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoadNumbers(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files []string
		want  string // part of the error; empty is success
	}{
		{"in order", []string{"0001_first.sql", "0002_second.sql"}, ""},
		{"a gap", []string{"0001_first.sql", "0003_third.sql"}, `"0003_third.sql" should have the number 0002`},
		{"a number twice", []string{"0001_first.sql", "0001_other.sql"}, `"0001_other.sql" should have the number 0002`},
		{"not from one", []string{"0000_zero.sql"}, `"0000_zero.sql" should have the number 0001`},
		{"no number", []string{"first.sql"}, `"first.sql" is not named NNNN_name.sql`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for _, name := range tc.files {
				fsys[name] = &fstest.MapFile{Data: []byte("SELECT 1;")}
			}
			list, err := load(fsys)
			if tc.want == "" {
				if err != nil || len(list) != len(tc.files) {
					t.Fatalf("got %d migrations, %v", len(list), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestOwnFilesLoad(t *testing.T) {
	list, err := load(files)
	if err != nil || len(list) == 0 {
		t.Fatalf("got %d migrations, %v", len(list), err)
	}
}
