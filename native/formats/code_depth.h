#pragma once

#include <cstddef>
#include <string_view>

namespace kinetorch::formats {

// How deep TorchScript's source nests at most, for a parser that recurses: brackets, indentation, chains of operators
// and of elif. An upper bound, cheap and rough: of expressions all words and signs count since the last comma of each
// bracket that is open. Code that LibTorch wrote stays below a hundred.
size_t codeDepth(std::string_view code);

}  // namespace kinetorch::formats
