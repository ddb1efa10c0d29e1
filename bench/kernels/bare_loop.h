#pragma once

#include <string>

namespace kinetorch {

// Operations a second, in thousand millions, of a loop that does nothing but int8's products, on registers: what no
// kernel can surpass. 0 where a product is more than one instruction: a compiler takes most of them out of the loop.
double bareByteProducts(const std::string& target, int threads);

}  // namespace kinetorch
