#pragma once

#include <cstddef>
#include <cstdint>

namespace kinetorch::formats {

// CRC-32 as zip files use it, continued from `crc`; 0 to begin.
uint32_t crc32(uint32_t crc, const uint8_t* data, size_t size);

}  // namespace kinetorch::formats
