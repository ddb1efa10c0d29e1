#pragma once

namespace kinetorch::training {

// Note [Kernels longer than the clip]
// For a 3-D convolution in bfloat16 on a CPU whose kernel is longer in time than its input (3 over 2 frames: the last
// stage of R(2+1)D-18 with clips of 16), oneDNN of LibTorch 2.13 takes the gradient of the weights in part from memory
// that nobody wrote. It is right where the padding is part of the input.

// From now on, in this process, the gradients of such convolutions are taken of the padded input.
void mendConvolutionBackward();

}  // namespace kinetorch::training
