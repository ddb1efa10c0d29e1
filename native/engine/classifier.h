#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "native/engine/classifier_options.h"
#include "native/engine/request.h"
#include "native/engine/statistics.h"
#include "native/model/model_file.h"

namespace kinetorch::engine {

struct ClassifierInfo {
  std::vector<std::string> devices;  // as they were resolved
  std::string precision;
  bool canEmbed = false;
  int64_t bytes = 0;    // of the parameters, on all devices together
  std::string warning;  // what a person should know of how the network runs; empty: nothing
};

struct NetworkFactory;

// A network with its bounded queue and an executor for each of its devices, which take batches from that one queue: the
// least loaded takes the next. A thread that waits most of the time starts the executors and ends them.
//
// Callbacks come on native threads and must only hand their argument over. submit, cancel and stats may be called from
// any thread.
class Classifier {
 public:
  using Loaded = std::function<void(std::optional<ClassifierInfo> info, std::optional<Error> error)>;

  Classifier(model::ModelFile file, ClassifierOptions options, Loaded onLoaded);
  Classifier(NetworkFactory networks, ClassifierOptions options, Loaded onLoaded);
  // Drops what is queued and waits for the batches that run.
  ~Classifier();
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;

  // Throws ERR_QUEUE_FULL, ERR_DISPOSED.
  void submit(uint64_t id, preprocessing::Clip clip, preprocessing::CropPosition crop, Output output, int64_t topK,
              Request::Done done);

  // Drops a request that still waits; `reason` goes to its callback. False where it already runs or is done.
  bool cancel(uint64_t id, Error reason);

  ClassifierStats stats() const;

  // Refuses new requests, finishes those accepted, frees the network, then calls back.
  void close(std::function<void()> onClosed);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kinetorch::engine
