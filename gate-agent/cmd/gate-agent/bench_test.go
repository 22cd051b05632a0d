package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// The whole command, as small as it gets.
func TestBench(t *testing.T) {
	var out, errOut bytes.Buffer
	code := run(t.Context(), []string{
		"bench", "--json", "--each", "1ms", "--largest", "1000",
		"--models", "../../../deploy/models/manifest.yaml", "--photos", "../../../.cache/samples", "--peers", t.TempDir(),
	}, &out, &errOut)
	if code != 0 {
		t.Fatalf("exit code %d: %s (run `make setup` first)", code, errOut.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var got map[string]json.RawMessage
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
		t.Fatalf("the last line is no JSON object: %v", err)
	}
	for _, part := range []string{"search", "pipeline", "inference", "enrolment", "memory", "decision"} {
		if len(got[part]) == 0 {
			t.Errorf("the report has no %s", part)
		}
	}
}
