#include "native/explanation/activation_map.h"

#include <ATen/ATen.h>

#include <stdexcept>
#include <tuple>

namespace kinetorch::explanation {
namespace {

// Of the largest value: what differs by less has no places that stand out.
constexpr float kFlat = 1e-6F;

// By the smaller of the two Gram matrices: only one vector of the whole decomposition is wanted.
at::Tensor alongFirstComponent(const at::Tensor& activations) {
  const at::Tensor places = activations.flatten(1).t();
  const at::Tensor centred = places - places.mean(0, /*keepdim=*/true);
  const bool byChannels = centred.size(1) <= centred.size(0);
  const at::Tensor gram = byChannels ? centred.t().mm(centred) : centred.mm(centred.t());
  const auto [values, vectors] = at::linalg_eigh(gram.to(at::kDouble));
  const at::Tensor first = vectors.select(1, -1).to(at::kFloat);
  const at::Tensor projection = byChannels ? centred.mv(first) : first * values[-1].clamp_min(0).sqrt().to(at::kFloat);
  const bool points = -projection.min().item<float>() <= projection.max().item<float>();
  return (points ? projection : -projection).view(activations.sizes().slice(1));
}

}  // namespace

at::Tensor activationMap(const at::Tensor& activations, const at::Tensor& gradients, MapMethod method) {
  switch (method) {
    case MapMethod::kGradCam:
      return (gradients.mean({2, 3}, /*keepdim=*/true) * activations).sum(0).relu();
    case MapMethod::kHiResCam:
      return (gradients * activations).sum(0).relu();
    case MapMethod::kLayerCam:
      return (gradients.relu() * activations).sum(0).relu();
    case MapMethod::kEigenCam:
      return alongFirstComponent(activations).relu();
  }
  throw std::logic_error("unknown MapMethod");
}

at::Tensor scaledMap(const at::Tensor& map, std::array<int64_t, 3> size) {
  const at::Tensor resized =
      at::upsample_trilinear3d(map.unsqueeze(0).unsqueeze(0), size, /*align_corners=*/false)[0][0];
  const at::Tensor lowest = resized.min();
  const at::Tensor highest = resized.max();
  const at::Tensor range = highest - lowest;
  if (!(range.item<float>() > kFlat * highest.item<float>())) return at::zeros_like(resized);
  return (resized - lowest) / range;
}

}  // namespace kinetorch::explanation
