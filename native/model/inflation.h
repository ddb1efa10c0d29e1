#pragma once

namespace kinetorch::model {

// How a picture's filter becomes a clip's, so that a clip whose frames are all the same gets the picture's response:
// in each frame its share (Carreira and Zisserman 2017), or all of it in the middle one.
enum class Inflation { kAverage, kCentre };

}  // namespace kinetorch::model
