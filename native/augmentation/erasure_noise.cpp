#include "native/augmentation/erasure_noise.h"

#include "native/augmentation/random_state.h"
#include "native/preprocessing/byte_math.h"

namespace kinetorch::augmentation {

std::vector<uint8_t> noiseOf(const Erasure& erasure) {
  std::vector<uint8_t> noise(static_cast<size_t>(erasure.box.height * erasure.box.width * preprocessing::kChannels));
  if (erasure.colour) {
    for (size_t i = 0; i < noise.size(); ++i) noise[i] = (*erasure.colour)[i % 3];
    return noise;
  }
  RandomState random(erasure.noiseSeed);
  for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random.next() >> 56);
  return noise;
}

}  // namespace kinetorch::augmentation
