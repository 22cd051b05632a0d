// Package eval measures how well faces are recognised: open-set identification
// on folders of photos, with the code that enrolment and gates use. A gate fuses
// several frames of a person; a photo stands alone, so its probe is made of the
// picture and its mirror image, as a reference is.
package eval
