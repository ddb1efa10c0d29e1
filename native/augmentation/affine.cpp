#include "native/augmentation/affine.h"

#include <cmath>

namespace kinetorch::augmentation {
namespace {

Affine rotation(double degrees, double height, double width) {
  const double angle = degrees * 3.14159265358979323846 / 180;
  Affine affine;
  affine.xx = affine.yy = std::cos(angle);
  affine.xy = -std::sin(angle);
  affine.yx = std::sin(angle);
  affine.x0 = (width - affine.xx * width - affine.xy * height) / 2;
  affine.y0 = (height - affine.yx * width - affine.yy * height) / 2;
  return affine;
}

}  // namespace

std::optional<Affine> affineOf(const Operation& operation, int64_t height, int64_t width) {
  Affine affine;
  switch (operation.kind) {
    case OperationKind::kShearX:
      affine.xy = operation.amount;
      return affine;
    case OperationKind::kShearY:
      affine.yx = operation.amount;
      return affine;
    case OperationKind::kTranslateX:
      affine.x0 = -operation.amount;
      return affine;
    case OperationKind::kTranslateY:
      affine.y0 = -operation.amount;
      return affine;
    case OperationKind::kRotate:
      return rotation(operation.amount, static_cast<double>(height), static_cast<double>(width));
    default:
      return std::nullopt;
  }
}

}  // namespace kinetorch::augmentation
