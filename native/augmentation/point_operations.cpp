#include "native/augmentation/point_operations.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "native/preprocessing/byte_math.h"

namespace kinetorch::augmentation {
namespace {

constexpr size_t kLevels = 256;

using Table = std::array<uint8_t, kLevels>;
using Histogram = std::array<int64_t, kLevels>;

// ITU-R 601, as torchvision rounds its weights.
float grey(float red, float green, float blue) { return 0.2989F * red + 0.587F * green + 0.114F * blue; }

void applyTables(uint8_t* pixels, int64_t count, const std::array<Table, 3>& tables) {
  for (int64_t i = 0; i < count; ++i, pixels += preprocessing::kChannels) {
    pixels[0] = tables[0][pixels[0]];
    pixels[1] = tables[1][pixels[1]];
    pixels[2] = tables[2][pixels[2]];
  }
}

template <typename Map>
void mapLevels(uint8_t* pixels, int64_t count, Map map) {
  Table table;
  for (size_t level = 0; level < kLevels; ++level) table[level] = map(static_cast<int>(level));
  applyTables(pixels, count, {table, table, table});
}

// factor × level + (1 - factor) × grey.
void blendLevels(uint8_t* pixels, int64_t count, double factor, double greyLevel) {
  const auto own = static_cast<float>(factor);
  const float other = static_cast<float>(1 - factor) * static_cast<float>(greyLevel);
  mapLevels(pixels, count,
            [&](int level) { return preprocessing::truncateToByte(own * static_cast<float>(level) + other); });
}

// A few pixels as planes: interleaved channels are work that does not vectorise.
template <typename T>
struct Tile {
  static constexpr int64_t kSize = 128;
  int64_t size = 0;
  std::array<T, kSize> red;
  std::array<T, kSize> green;
  std::array<T, kSize> blue;

  Tile(const uint8_t* pixels, int64_t count) : size(std::min(kSize, count)) {
    for (int64_t i = 0; i < size; ++i) {
      red[i] = pixels[i * preprocessing::kChannels];
      green[i] = pixels[i * preprocessing::kChannels + 1];
      blue[i] = pixels[i * preprocessing::kChannels + 2];
    }
  }

  void store(uint8_t* pixels) const {
    for (int64_t i = 0; i < size; ++i) {
      pixels[i * preprocessing::kChannels] = static_cast<uint8_t>(static_cast<int>(red[i]));
      pixels[i * preprocessing::kChannels + 1] = static_cast<uint8_t>(static_cast<int>(green[i]));
      pixels[i * preprocessing::kChannels + 2] = static_cast<uint8_t>(static_cast<int>(blue[i]));
    }
  }
};

template <typename T, typename Change>
void changeTiles(uint8_t* pixels, int64_t count, Change change) {
  for (int64_t begin = 0; begin < count; begin += Tile<float>::kSize) {
    Tile<T> tile(pixels + begin * preprocessing::kChannels, count - begin);
    change(tile);
    tile.store(pixels + begin * preprocessing::kChannels);
  }
}

double meanGrey(const uint8_t* pixels, int64_t count) {
  int64_t sum = 0;
  for (int64_t begin = 0; begin < count; begin += Tile<float>::kSize) {
    const Tile<float> tile(pixels + begin * preprocessing::kChannels, count - begin);
    int tileSum = 0;
    for (int64_t i = 0; i < tile.size; ++i) tileSum += static_cast<int>(grey(tile.red[i], tile.green[i], tile.blue[i]));
    sum += tileSum;
  }
  return static_cast<double>(sum) / static_cast<double>(count);
}

void saturate(uint8_t* pixels, int64_t count, double factor) {
  const auto own = static_cast<float>(factor);
  const auto other = static_cast<float>(1 - factor);
  changeTiles<float>(pixels, count, [=](Tile<float>& tile) {
    for (int64_t i = 0; i < tile.size; ++i) {
      const int whole = static_cast<int>(grey(tile.red[i], tile.green[i], tile.blue[i]));
      const float level = other * static_cast<float>(whole);
      tile.red[i] = preprocessing::clampToByte(own * tile.red[i] + level);
      tile.green[i] = preprocessing::clampToByte(own * tile.green[i] + level);
      tile.blue[i] = preprocessing::clampToByte(own * tile.blue[i] + level);
    }
  });
}

// Shifts the hue of HSV. Value and chroma stay, so a channel is the lowest one plus a part of the chroma, which rises
// and falls along the six sides of the colour circle. With places on the circle in units of the chroma there is no
// division, and in whole numbers, of which the last 12 bits are a fraction, the loop vectorises.
void shiftHue(uint8_t* pixels, int64_t count, double turns) {
  constexpr int kBits = 12;
  const auto shift = static_cast<int>(std::nearbyint(6 * turns * (1 << kBits)));
  changeTiles<int>(pixels, count, [=](Tile<int>& tile) {
    for (int64_t i = 0; i < tile.size; ++i) {
      const int red = tile.red[i];
      const int green = tile.green[i];
      const int blue = tile.blue[i];
      const int high = std::max(red, std::max(green, blue));
      const int low = std::min(red, std::min(green, blue)) << kBits;
      const int chroma = (high << kBits) - low;
      const int fromGreen = 2 * chroma + ((blue - red) << kBits);
      const int fromBlue = 4 * chroma + ((red - green) << kBits);
      const int notRed = high == green ? fromGreen : fromBlue;
      int place = (high == red ? (green - blue) << kBits : notRed) + (chroma >> kBits) * shift;
      place += place < 0 ? 6 * chroma : 0;
      place -= place >= 6 * chroma ? 6 * chroma : 0;
      const auto channel = [=](int part) {
        const int value = low + std::min(std::max(part, 0), chroma);
        return (value + (value >> 8)) >> kBits;  // a little up, as torchvision's way back from [0, 1] to bytes
      };
      tile.red[i] = channel(std::abs(place - 3 * chroma) - chroma);
      tile.green[i] = channel(2 * chroma - std::abs(place - 2 * chroma));
      tile.blue[i] = channel(2 * chroma - std::abs(place - 4 * chroma));
    }
  });
}

// A table for each channel out of its own histogram.
template <typename MakeTable>
void mapByHistogram(uint8_t* pixels, int64_t count, MakeTable makeTable) {
  std::array<Histogram, 3> histograms{};
  for (int64_t i = 0; i < count * preprocessing::kChannels; i += preprocessing::kChannels) {
    for (size_t c = 0; c < 3; ++c) ++histograms[c][pixels[i + static_cast<int64_t>(c)]];
  }
  applyTables(pixels, count, {makeTable(histograms[0]), makeTable(histograms[1]), makeTable(histograms[2])});
}

int firstLevel(const Histogram& histogram) {
  int level = 0;
  while (histogram[static_cast<size_t>(level)] == 0) ++level;
  return level;
}

int lastLevel(const Histogram& histogram) {
  int level = kLevels - 1;
  while (histogram[static_cast<size_t>(level)] == 0) --level;
  return level;
}

// Stretches the levels in use to 0…255.
Table contrastTable(const Histogram& histogram) {
  const int low = firstLevel(histogram);
  const int high = lastLevel(histogram);
  const float scale = high == low ? 1.0F : 255.0F / static_cast<float>(high - low);
  const int shift = high == low ? 0 : low;
  Table table;
  for (size_t level = 0; level < kLevels; ++level) {
    table[level] = preprocessing::truncateToByte(static_cast<float>(static_cast<int>(level) - shift) * scale);
  }
  return table;
}

// Spreads the levels so that each takes about as many pixels.
Table equalTable(const Histogram& histogram) {
  int64_t total = 0;
  for (const int64_t pixels : histogram) total += pixels;
  const int64_t step = (total - histogram[static_cast<size_t>(lastLevel(histogram))]) / 255;
  Table table;
  int64_t below = 0;
  for (size_t level = 0; level < kLevels; ++level) {
    table[level] = step == 0    ? static_cast<uint8_t>(level)
                   : level == 0 ? 0
                                : static_cast<uint8_t>(std::min<int64_t>(255, (below + step / 2) / step));
    below += histogram[level];
  }
  return table;
}

}  // namespace

void applyPointOperation(const Operation& operation, uint8_t* pixels, int64_t count) {
  const double amount = operation.amount;
  switch (operation.kind) {
    case OperationKind::kBrightness:
      return blendLevels(pixels, count, amount, 0);
    case OperationKind::kContrast:
      return blendLevels(pixels, count, amount, meanGrey(pixels, count));
    case OperationKind::kSaturation:
      return saturate(pixels, count, amount);
    case OperationKind::kHue:
      return shiftHue(pixels, count, amount);
    case OperationKind::kPosterize: {
      const int mask = -(1 << (8 - static_cast<int>(amount)));
      return mapLevels(pixels, count, [&](int level) { return static_cast<uint8_t>(level & mask); });
    }
    case OperationKind::kSolarize:
      return mapLevels(pixels, count,
                       [&](int level) { return static_cast<uint8_t>(level >= amount ? 255 - level : level); });
    case OperationKind::kAutoContrast:
      return mapByHistogram(pixels, count, contrastTable);
    case OperationKind::kEqualize:
      return mapByHistogram(pixels, count, equalTable);
    default:
      return;
  }
}

}  // namespace kinetorch::augmentation
