// Package eval measures how well faces are recognised, and presentation attacks
// noticed, on folders of photos and with the code that enrolment and gates use.
//
// Recognition is open-set identification: references are searched for their
// owners and for strangers. Each photo counts twice: alone, as a probe of picture
// and mirror image, and as one frame of the several that a gate would fuse. What
// thresholds need to know is calibrated on the frames.
package eval
