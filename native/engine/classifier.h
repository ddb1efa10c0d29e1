#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "native/engine/call.h"
#include "native/engine/classifier_options.h"
#include "native/engine/request.h"
#include "native/engine/statistics.h"
#include "native/model/model_file.h"

namespace kinetorch::engine {

struct ClassifierInfo {
  std::vector<std::string> devices;  // as they were resolved
  std::string precision;
  network::OutputSet outputs;         // that it can give
  int64_t bytes = 0;                  // of the parameters, on all devices together
  bool givesProbabilities = false;    // instead of logits
  std::vector<std::string> warnings;  // what a person should know of how the network runs
};

struct ExecutorFactory;

// A network with its bounded queue and an executor for each of its devices, which take batches from that one queue: the
// least loaded takes the next. A thread that waits most of the time starts the executors and ends them.
//
// Callbacks come on native threads and must only hand their argument over. submit, cancel and stats may be called from
// any thread.
class Classifier {
 public:
  using Loaded = std::function<void(std::optional<ClassifierInfo> info, std::optional<Error> error)>;

  Classifier(model::ModelFile file, ClassifierOptions options, Loaded onLoaded);
  Classifier(ExecutorFactory executors, ClassifierOptions options, Loaded onLoaded);
  // Drops what is queued and waits for the batches that run.
  ~Classifier();
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;

  // One call for one or several clips, all of which are queued or none. Throws ERR_QUEUE_FULL, ERR_DISPOSED,
  // ERR_UNSUPPORTED for what takes a file that was not kept, and ERR_CLIP_SHAPE for a tensor that is not of the input's
  // size.
  void submit(uint64_t id, std::vector<RequestInput> inputs, const Wanted& wanted, Call::Done done);

  // From now on, what takes a second copy of the network (Wanted::needsUnfrozen) can be asked for, and is loaded out of
  // this file, which stays open, when somebody does.
  void keepFile(model::ModelFile file);

  // Drops those clips of a call that still wait; `reason` goes to its callback. False where all run or are done.
  bool cancel(uint64_t id, const Error& reason);

  ClassifierStats stats() const;

  // Refuses new requests, finishes those accepted, frees the network, then calls back.
  void close(std::function<void()> onClosed);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kinetorch::engine
