package demo

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestOnce(t *testing.T) {
	var out bytes.Buffer
	if err := Once(t.Context(), testConfig(t, &out)); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := []byte(lines[len(lines)-1])

	var fields map[string]json.RawMessage
	if err := json.Unmarshal(last, &fields); err != nil {
		t.Fatalf("the last line: %v\n%s", err, last)
	}
	for _, name := range []string{
		"ok", "enrolled", "admitted_by_face", "admitted_by_ticket", "denied", "false_admissions", "passages",
		"frame_to_release_ms", "withdrawal_to_last_gate_ms", "purge",
	} {
		if _, ok := fields[name]; !ok {
			t.Errorf("the last line has no %q", name)
		}
	}
	var r Result
	if err := json.Unmarshal(last, &r); err != nil {
		t.Fatal(err)
	}
	if !r.OK || r.AdmittedByFace < 10 || r.FalseAdmissions != 0 || r.Passages != r.ArmTurns || !r.refusedUsed() ||
		r.Purge.Gates != len(gates) || r.Purge.Receipts != len(gates) || r.Purge.TemplatesLeft != 0 || r.WithdrawalToLastGateMS <= 0 ||
		r.FrameToReleaseMS.P50 <= 0 || r.FrameToReleaseMS.P99 < r.FrameToReleaseMS.P50 {
		t.Errorf("result %s", last)
	}
}
