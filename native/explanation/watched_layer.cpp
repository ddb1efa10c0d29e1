#include "native/explanation/watched_layer.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <optional>

#include "native/runtime/error.h"

namespace kinetorch::explanation {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

// 'layer1.0' of self.layer1.0, '' of self; none of what is no module of the network's.
std::optional<std::string> pathOf(const Graph& graph, const Value* module) {
  if (module == graph.inputs()[0]) return "";
  const Node* const node = module->node();
  if (node->kind() != c10::prim::GetAttr) return std::nullopt;
  const std::optional<std::string> parent = pathOf(graph, node->input(0));
  if (!parent) return std::nullopt;
  const std::string& name = node->s(c10::attr::name);
  return parent->empty() ? name : *parent + "." + name;
}

bool holds(const std::string& module, const std::string& layer) {
  return module.empty() || layer.rfind(module + ".", 0) == 0;
}

struct Search {
  Node* call = nullptr;    // of the layer; null where there is none
  Node* holder = nullptr;  // else a call of what holds it
  std::string called;      // for a person: 'stem, layer1'
};

Search search(Graph& graph, const std::string& layer) {
  Search found;
  for (Node* node : graph.nodes()) {
    if (node->kind() != c10::prim::CallMethod) continue;
    const std::optional<std::string> path = pathOf(graph, node->input(0));
    if (!path) continue;
    if (*path == layer && found.call == nullptr) found.call = node;
    if (holds(*path, layer) && found.holder == nullptr) found.holder = node;
    if (!path->empty()) found.called += (found.called.empty() ? "" : ", ") + *path;
  }
  return found;
}

// The call of the layer. Calls of what holds it become what they do.
Node* callOf(Graph& graph, const std::string& layer) {
  for (;;) {
    const Search found = search(graph, layer);
    if (found.call != nullptr) return found.call;
    torch::jit::GraphFunction* const method =
        found.holder == nullptr ? nullptr : torch::jit::tryToGraphFunction(found.holder);
    if (method == nullptr) {
      throw Error("ERR_INVALID_ARGUMENT", "expected `layer` to be 'last' or a module that the network calls, " +
                                              (found.called.empty() ? "of which it has none," : found.called + ",") +
                                              " but received \"" + layer + "\"");
    }
    torch::jit::inlineCallTo(found.holder, method);
  }
}

}  // namespace

std::shared_ptr<Graph> watchLayer(const torch::jit::Module& network, const std::string& layer) {
  std::shared_ptr<Graph> graph = torch::jit::toGraphFunction(network.get_method("forward").function()).graph()->copy();
  Node* const call = callOf(*graph, layer);
  Value* const output = call->outputs().at(0);
  if (output->type()->kind() != c10::TypeKind::TensorType) {
    throw Error("ERR_INVALID_ARGUMENT", "expected `layer` to be a module that gives one tensor but " + layer +
                                            " gives " + output->type()->annotation_str());
  }
  const torch::jit::WithInsertPoint here(call->next());
  Value* const watched =
      graph->insert(c10::aten::requires_grad_, {graph->insert(c10::aten::detach, {output}), /*requires_grad=*/true});
  Value* const passedOn = graph->insert(c10::aten::clone, {watched});
  output->replaceAllUsesAfterNodeWith(passedOn->node(), passedOn);
  graph->registerOutput(watched);
  torch::jit::Inline(*graph);
  return graph;
}

}  // namespace kinetorch::explanation
