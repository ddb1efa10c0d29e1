#pragma once

namespace kinetorch::network {

// What a network is asked for: that it classifies by its method `forward`, or that it gives clips back by
// `reconstruct`.
enum class Purpose { kClassify, kReconstruct };

}  // namespace kinetorch::network
