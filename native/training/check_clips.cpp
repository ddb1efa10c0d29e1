#include "native/training/check_clips.h"

#include <string>

#include "native/runtime/error.h"

namespace kinetorch::training {
namespace {

void checkSize(const char* name, int64_t actual, int64_t expected, bool orMore) {
  if (actual == expected || (orMore && actual > expected)) return;
  throw Error("ERR_CLIP_SHAPE", "expected clips of " + std::to_string(expected) + (orMore ? " or more " : " ") + name +
                                    " but received " + std::to_string(actual));
}

}  // namespace

preprocessing::ClipBatch checkedClips(const TrainingBatch& batch, const preprocessing::InputSpec& input) {
  checkSize("frames", batch.frames, input.frames, false);
  checkSize("rows", batch.height, input.height, true);
  checkSize("columns", batch.width, input.width, true);
  const int64_t bytes = batch.batch * batch.frames * batch.height * batch.width * 3;
  if (batch.batch < 1 || static_cast<int64_t>(batch.data.size()) != bytes) {
    throw Error("ERR_CLIP_SHAPE", "expected a batch of " + std::to_string(bytes) + " bytes but received " +
                                      std::to_string(batch.data.size()));
  }
  return {batch.data.data(), batch.batch, batch.frames, batch.height, batch.width};
}

}  // namespace kinetorch::training
