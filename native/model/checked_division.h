#pragma once

namespace kinetorch::model {

// Makes `%`, `//`, divmod and math.gcd of whole numbers throw in TorchScript where the processor's trap would end the
// process: LibTorch's operators for a divisor of 0, or the smallest number by -1, divide without a look. Replaces them
// in the interpreter, once and for all; to be called before any code of a model runs, which loading does too
// (`__setstate__`).
void checkDivisions();

}  // namespace kinetorch::model
