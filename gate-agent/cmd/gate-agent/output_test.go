package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestOutputIsWholeOrAsBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	fill := func(text string, failure error) error {
		o, err := create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer o.discard()
		return o.write(func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, failure)
		})
	}
	broken := errors.New("broken")
	for _, row := range []struct {
		text    string
		failure error
		want    string
	}{{"first", nil, "first"}, {"half", broken, "first"}, {"second", nil, "second"}} {
		if err := fill(row.text, row.failure); !errors.Is(err, row.failure) {
			t.Errorf("%q: error %v, want %v", row.text, err, row.failure)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != row.want {
			t.Errorf("after %q there is %q, want %q (%v)", row.text, got, row.want, err)
		}
		if _, err := os.Stat(path + ".part"); err == nil {
			t.Errorf("after %q a part is left", row.text)
		}
	}
}

func TestOutputNowhere(t *testing.T) {
	o, err := create("")
	if err != nil {
		t.Fatal(err)
	}
	defer o.discard()
	if err := o.write(func(io.Writer) error { return errors.New("asked") }); err != nil {
		t.Errorf("an output without a name is written: %v", err)
	}
}
