#include "native/model/weight_naming.h"

#include <array>
#include <optional>
#include <regex>
#include <string_view>

namespace kinetorch::model {
namespace {

// Names of the modules in each place. `%s` stands for the stage, `%b` for the number of the block, `%n` for that of the
// convolution and `%a` for its letter.
struct Patterns {
  const char* name;
  std::array<const char*, 4> stages;
  const char* stemConv;
  const char* stemNorm;
  const char* conv;
  const char* norm;
  const char* shortcutConv;
  const char* shortcutNorm;
  const char* head;
};

constexpr Patterns kTorchvision{"torchvision",
                                {"1", "2", "3", "4"},
                                "conv1",
                                "bn1",
                                "layer%s.%b.conv%n",
                                "layer%s.%b.bn%n",
                                "layer%s.%b.downsample.0",
                                "layer%s.%b.downsample.1",
                                "fc"};
constexpr Patterns kMmaction2{"mmaction2",
                              {"1", "2", "3", "4"},
                              "backbone.conv1.conv",
                              "backbone.conv1.bn",
                              "backbone.layer%s.%b.conv%n.conv",
                              "backbone.layer%s.%b.conv%n.bn",
                              "backbone.layer%s.%b.downsample.conv",
                              "backbone.layer%s.%b.downsample.bn",
                              "cls_head.fc_cls"};
constexpr Patterns kPySlowFast{"pyslowfast",
                               {"2", "3", "4", "5"},
                               "s1.pathway0_stem.conv",
                               "s1.pathway0_stem.bn",
                               "s%s.pathway0_res%b.branch2.%a",
                               "s%s.pathway0_res%b.branch2.%a_bn",
                               "s%s.pathway0_res%b.branch1",
                               "s%s.pathway0_res%b.branch1_bn",
                               "head.projection"};
constexpr Patterns pytorchvideo(std::array<const char*, 4> stages, const char* head) {
  return {"pytorchvideo",
          stages,
          "blocks.0.conv",
          "blocks.0.norm",
          "blocks.%s.res_blocks.%b.branch2.conv_%a",
          "blocks.%s.res_blocks.%b.branch2.norm_%a",
          "blocks.%s.res_blocks.%b.branch1_conv",
          "blocks.%s.res_blocks.%b.branch1_norm",
          head};
}
constexpr Patterns kPyTorchVideo = pytorchvideo({"1", "2", "3", "4"}, "blocks.5.proj");
// Where the pooling after the first stage is a block of its own.
constexpr Patterns kPyTorchVideoPooled = pytorchvideo({"1", "3", "4", "5"}, "blocks.6.proj");

std::string filled(const char* pattern, const Patterns& patterns, size_t stage, const std::string& block, char conv) {
  std::string text;
  for (std::string_view rest = pattern; !rest.empty(); rest.remove_prefix(1)) {
    if (rest[0] != '%') {
      text += rest[0];
      continue;
    }
    rest.remove_prefix(1);
    if (rest[0] == 's') text += patterns.stages.at(stage);
    if (rest[0] == 'b') text += block;
    if (rest[0] == 'n') text += conv;
    if (rest[0] == 'a') text += static_cast<char>(conv - '1' + 'a');
  }
  return text;
}

// pytorchvideo's for the parts of a convolution that is split in time and space.
std::string partOf(const Patterns& patterns, const std::string& index) {
  if (patterns.name != std::string("pytorchvideo")) return index;
  return index == "0" ? "conv_t" : index == "1" ? "norm" : "conv_xy";
}

template <const Patterns& patterns>
std::string nameOf(const std::string& ours) {
  static const std::regex kStem("stem\\.([01])(\\..+)?");
  static const std::regex kConv("layer([1-4])\\.(\\d+)\\.conv([1-3])\\.([01])(?:\\.([013]))?(\\.[a-z_]+)");
  static const std::regex kShortcut("layer([1-4])\\.(\\d+)\\.downsample\\.([01])(\\..+)?");
  std::smatch match;
  if (std::regex_match(ours, match, kStem)) {
    return (match[1] == "0" ? patterns.stemConv : patterns.stemNorm) + match[2].str();
  }
  if (std::regex_match(ours, match, kConv)) {
    const char* const pattern = match[4] == "0" ? patterns.conv : patterns.norm;
    const auto stage = static_cast<size_t>(match[1].str()[0] - '1');
    const std::string module = filled(pattern, patterns, stage, match[2], match[3].str()[0]);
    return module + (match[5].matched ? "." + partOf(patterns, match[5]) : "") + match[6].str();
  }
  if (std::regex_match(ours, match, kShortcut)) {
    const char* const pattern = match[3] == "0" ? patterns.shortcutConv : patterns.shortcutNorm;
    const auto stage = static_cast<size_t>(match[1].str()[0] - '1');
    return filled(pattern, patterns, stage, match[2], '1') + match[4].str();
  }
  if (ours == "fc" || ours.rfind("fc.", 0) == 0) return patterns.head + ours.substr(2);
  return ours;
}

std::string sameName(const std::string& ours) { return ours; }

bool isLastPartOf(const std::string& name, const std::string& whole) {
  if (whole.size() < name.size() || whole.compare(whole.size() - name.size(), name.size(), name) != 0) return false;
  return whole.size() == name.size() || whole[whole.size() - name.size() - 1] == '.';
}

}  // namespace

WeightNaming namingOf(const std::vector<formats::WeightSet>& sets) {
  // Of pytorchvideo's two the one with more blocks first: it has the other's names too.
  static const std::array<WeightNaming, 5> kNamings{{{"torchvision", nameOf<kTorchvision>},
                                                     {"mmaction2", nameOf<kMmaction2>},
                                                     {"pyslowfast", nameOf<kPySlowFast>},
                                                     {"pytorchvideo", nameOf<kPyTorchVideoPooled>},
                                                     {"pytorchvideo", nameOf<kPyTorchVideo>}}};
  for (const WeightNaming& naming : kNamings) {
    const std::string known = naming.of("layer4.0.conv1.1.weight");
    for (const formats::WeightSet& set : sets) {
      for (const formats::WeightEntry& entry : set.entries) {
        if (isLastPartOf(known, entry.name)) return naming;
      }
    }
  }
  return {"kinetorch", sameName};
}

}  // namespace kinetorch::model
