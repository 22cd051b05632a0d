package sim

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// The bytes are those of the boards' manuals.
func TestBoardsByTheirManuals(t *testing.T) {
	const contacts = 0b0000_0101
	tests := []struct {
		name, board, in, reply, rest string
		on                           byte
	}{
		{"on", "lcus-2", "A00101A2", "", "", 0b01},
		{"on 2", "lcus-2", "A00201A3", "", "", 0b10},
		{"off", "lcus-2", "A00101A2 A00100A1", "", "", 0},
		{"wrong sum", "lcus-2", "A00101A3", "", "0101A3", 0},
		{"noise before", "lcus-2", "00FFA0 A00101A2", "", "", 0b01},
		{"half", "lcus-2", "A001", "", "A001", 0},
		{"no such relay", "lcus-2", "A00301A4", "", "", 0},
		{"on", "waveshare-8ch", "01050000FF008C3A", "01050000FF008C3A", "", 1},
		{"off", "waveshare-8ch", "010500000000CDCA", "010500000000CDCA", "", 0},
		{"flash", "waveshare-8ch", "0105020000050C71", "0105020000050C71", "", 1},
		{"flash 2", "waveshare-8ch", "0105020100055DB1", "0105020100055DB1", "", 2},
		{"inputs", "waveshare-8ch", "01020000000879CC", "01020105618B", "", 0},
		{"coils", "waveshare-8ch", "01050000FF008C3A 0101000000083DCC", "01050000FF008C3A 010101019048", "", 1},
		{"noise before", "waveshare-8ch", "FF0105 010500000000CDCA", "010500000000CDCA", "", 0},
		{"wrong sum", "waveshare-8ch", "010500000000CDCB", "", "0500000000CDCB", 0},
		{"other unit", "waveshare-8ch", sum("020500000000"), "", "", 0},
		{"other function", "waveshare-8ch", sum("010600000000"), sum("018601"), "", 0},
		{"no such relay", "waveshare-8ch", sum("01050008FF00"), sum("018502"), "", 0},
		{"no such input", "waveshare-8ch", sum("010200010008"), sum("018202"), "", 0},
		{"no such state", "waveshare-8ch", sum("010500001234"), sum("018503"), "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.board+" "+tt.name, func(t *testing.T) {
			r := make(relays, 8)
			if strings.HasPrefix(tt.board, "lcus-2") {
				r = r[:2]
			}
			now := time.Now()
			rest, reply := boards[tt.board](unhex(tt.in), r, contacts, now)
			if !bytes.Equal(rest, unhex(tt.rest)) || !bytes.Equal(reply, unhex(tt.reply)) {
				t.Errorf("rest % X, reply % X; want %s and %s", rest, reply, tt.rest, tt.reply)
			}
			if got := r.bits(now); got != tt.on {
				t.Errorf("relays are %08b, want %08b", got, tt.on)
			}
		})
	}
}

func TestFlashEnds(t *testing.T) {
	r := make(relays, 8)
	start := time.Now()
	speakWaveshare(unhex("0105020000050C71"), r, 0, start)
	if !r[0].on(start.Add(499*time.Millisecond)) || r[0].on(start.Add(500*time.Millisecond)) {
		t.Error("a flash of 500 ms is not on for 500 ms")
	}
}

func FuzzBoards(f *testing.F) {
	f.Add("waveshare-8ch", unhex("0105020000050C71"))
	f.Add("waveshare-8ch", unhex("01020000000879CC"))
	f.Add("lcus-1", unhex("A00101A2"))
	f.Fuzz(func(t *testing.T, board string, in []byte) {
		speak, ok := boards[board]
		if !ok {
			return
		}
		rest, _ := speak(in, make(relays, 8), 0xFF, time.Now())
		if len(rest) > 7 || !bytes.HasSuffix(in, rest) {
			t.Errorf("left % X of % X", rest, in)
		}
	})
}

// sum appends the checksum to a frame in hex.
func sum(frame string) string {
	crc := crc16(unhex(frame))
	return frame + hex.EncodeToString([]byte{byte(crc), byte(crc >> 8)})
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}
