#pragma once

#include <cstddef>
#include <cstdint>

namespace kinetorch::formats {

// Decompresses a raw DEFLATE stream (RFC 1951) that must fill `target` exactly and end with the input's last byte.
// False where it does not, or where the stream is damaged; never reads or writes outside the two spans.
bool inflateExact(const uint8_t* source, size_t sourceSize, uint8_t* target, size_t targetSize);

}  // namespace kinetorch::formats
