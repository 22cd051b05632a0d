#include <opencv2/core/utility.hpp>

extern "C" void stile_opencv_sequential(void) { cv::setNumThreads(0); }
