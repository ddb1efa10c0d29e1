#pragma once

#include "native/architectures/frame_cnn.h"

// 2-D networks of inverted residual blocks: 1×1 to more channels, depthwise, 1×1 to fewer, and the input added where it
// fits. Names are those of the state dicts of torchvision and of the public PyTorch port of Google's checkpoints.

namespace kinetorch::architectures {

// Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks".
FrameBackbone mobileNetV2(LayerFactory& factory);
const Parts& mobileNetV2Parts();

// Tan and Le 2019, "EfficientNet", in its variant without squeeze and excitation and with ReLU6 (TensorFlow's
// EfficientNet-Lite): padding as TensorFlow's "SAME".
FrameBackbone efficientNetLite0(LayerFactory& factory);
const Parts& efficientNetLite0Parts();

}  // namespace kinetorch::architectures
