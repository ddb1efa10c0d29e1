#pragma once

namespace kinetorch::network {

// Note [Sharing a batch]
// Threads can share every layer of a batch, or each run the whole network on clips of its own. A single clip must be
// shared by layers; but in small networks threads wait for each other at the end of every layer, and with as many clips
// as threads the second way needs no waiting. In large ones it would only spread the caches thin.
//
// Of clips of its own a thread can run all at once, or one after another. What lies between the layers of one clip may
// fit into its core's cache, and whoever is done takes the next clip, so that a thread which others hold up keeps
// nobody waiting; but the weights are then read for every clip.
enum class BatchSharing { kLayers, kParts, kClips };

}  // namespace kinetorch::network
