#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace kinetorch::explanation {

// How a map of where a network looked is made of a layer's output A for a clip, C×T×H×W, and of the gradient G of one
// class's logit with respect to it. All but the last speak of that class; what speaks against it is cut off (ReLU).
enum class MapMethod : uint8_t {
  kGradCam,   // Σ w·A, where w is G's mean over H and W
  kHiResCam,  // Σ G·A
  kLayerCam,  // Σ relu(G)·A
  kEigenCam,  // A, centred over all places, along its first right singular vector; of no class
};

struct MapMethodInfo {
  MapMethod method;
  const char* name;  // as lib/model/explainOptions.ts has it
};

inline constexpr std::array<MapMethodInfo, 4> kMapMethods{{
    {MapMethod::kGradCam, "gradcam"},
    {MapMethod::kHiResCam, "hirescam"},
    {MapMethod::kLayerCam, "layercam"},
    {MapMethod::kEigenCam, "eigencam"},
}};

// The map that somebody wants of a clip.
struct MapRequest {
  MapMethod method = MapMethod::kGradCam;
  std::string layer;             // the path of a module; empty: what enters the global pooling
  std::optional<int64_t> label;  // none: the class with the highest logit

  // Whether the frozen network cannot give it.
  bool needsUnfrozen() const { return !layer.empty(); }
};

}  // namespace kinetorch::explanation
