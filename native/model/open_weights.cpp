#include "native/model/open_weights.h"

#include <utility>

#include "native/formats/byte_source.h"
#include "native/formats/sharded_weights.h"
#include "native/model/weight_naming.h"

namespace kinetorch::model {

OpenWeights openWeights(std::vector<formats::FileSource> sources) {
  std::vector<std::unique_ptr<formats::WeightFile>> files;
  std::string label;
  for (formats::FileSource& source : sources) {
    std::unique_ptr<formats::ByteSource> bytes = formats::ByteSource::open(std::move(source));
    if (files.empty()) label = bytes->label();
    files.push_back(formats::openWeights(std::move(bytes)));
  }
  if (files.size() == 1) return {std::move(files.front()), label};
  label += " and " + std::to_string(files.size() - 1) + " more";
  return {formats::joinShards(std::move(files), label), label};
}

std::string namingOfWeights(std::vector<formats::FileSource> sources) {
  return namingOf(openWeights(std::move(sources)).file->sets()).name;
}

}  // namespace kinetorch::model
