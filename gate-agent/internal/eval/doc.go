// Package eval measures how well faces are recognised, and presentation attacks
// noticed, on folders of photos and with the code that enrolment and gates use.
//
// Recognition is open-set identification: references are searched for their
// owners and for strangers. A photo is to the recogniser what one frame is at a
// gate, which fuses several.
package eval
