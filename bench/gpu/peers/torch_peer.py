"""PyTorch as its users run video networks on a GPU, in one of three ways: eager, torchscript or compile.

    python torch_peer.py WAY DEVICE

Half precision (float32 on a CPU), channels_last_3d, cudnn.benchmark. A call takes uint8 clips in pinned host memory:
upload, resize, crop, normalisation, network, softmax and top 5 on the GPU, and five scores and classes back. It says
{"version": ...}, and then answers as protocol.py has it:

    load TASK    {"logits": [[...], ...]}, of the first clips of a batch. TASK: {"architecture", "classes", "folder", "clips",
                 "frames", "source", "resize", "crop", "mean", "std", "batch"}
    run N        {"times": [milliseconds, ...]}, one call after the other
    saturate N   {"clipsPerSecond": ...}, over N batches: the next is uploaded, and its work queued, while one runs
    warm TASK    {}: compiles for weights and clips at random, so that a later process finds it on disk

`folder` has weights.pth and model.pt, `clips` is a file of uint8 N x T x H x W x 3; `source`, `resize` and `crop` are
[height, width].
"""

import json
import math
import sys
import time
from collections import deque

import numpy as np
import torch
from networks import build
from protocol import answer, peak, say, time_runs
from torch.nn.functional import interpolate

# The first calls of a shape choose cuDNN's algorithms; TorchScript compiles in its second and third.
WARM_CALLS = 3
# Batches whose work is queued before the results of the first are waited for.
IN_FLIGHT = 3


class Preprocessing:
    """uint8 N x T x H x W x 3 on the device -> N x 3 x T x h x w, channels_last_3d."""

    def __init__(self, task, device, dtype):
        self.task = task
        std, mean = (torch.tensor(task[name], device=device).view(1, 3, 1, 1, 1) for name in ('std', 'mean'))
        self.scale = (1 / (255 * std)).to(dtype)
        self.shift = (-mean / std).to(dtype)
        self.dtype = dtype

    def __call__(self, clips):
        clips = clips.permute(0, 4, 1, 2, 3).to(self.dtype)
        resize, crop = self.task['resize'], self.task['crop']
        if self.task['source'] != resize:
            frames = clips.transpose(1, 2).flatten(0, 1)
            # Rounded as torchvision's presets for video round it, whose frames stay bytes until they are cropped.
            frames = interpolate(frames, size=resize, mode='bilinear', align_corners=False).round()
            clips = frames.unflatten(0, (clips.shape[0], clips.shape[2])).transpose(1, 2)
        top, left = (round((whole - part) / 2) for whole, part in zip(resize, crop))
        clips = clips[..., top : top + crop[0], left : left + crop[1]]
        clips = torch.addcmul(self.shift, clips, self.scale)
        return clips.contiguous(memory_format=torch.channels_last_3d)


class Engine:
    def __init__(self, way, device):
        self.way = way
        self.device = torch.device(device)
        self.is_cuda = self.device.type == 'cuda'
        self.dtype = torch.float16 if self.is_cuda else torch.float32
        self.loaded = None
        if self.is_cuda:
            self.uploads = torch.cuda.Stream()
        torch.backends.cudnn.benchmark = True
        torch.set_grad_enabled(False)

    def network(self, task):
        if self.way == 'torchscript':
            network = torch.jit.load(f'{task["folder"]}/model.pt', map_location=self.device).eval()
        else:
            network = build(task['architecture'], task['classes'])
            if not task.get('random'):
                network.load_state_dict(torch.load(f'{task["folder"]}/weights.pth', weights_only=True))
        network = network.to(self.device, self.dtype).to(memory_format=torch.channels_last_3d)
        return torch.jit.freeze(network) if self.way == 'torchscript' else network

    def prepare(self, task, clips):
        if self.loaded != (task['architecture'], task['folder']):
            self.net = None
            self.net = self.network(task)
            self.loaded = (task['architecture'], task['folder'])
        preprocess = Preprocessing(task, self.device, self.dtype)

        def classify(clips):
            logits = self.net(preprocess(clips)).float()
            scores, classes = torch.softmax(logits, 1).topk(5)
            return logits, scores, classes

        self.classify = classify
        if self.way == 'compile':
            torch.compiler.reset()  # what was compiled for another network counts against a limit
            self.classify = torch.compile(classify, mode='max-autotune', dynamic=False)
        self.batch = task['batch']
        repeated = clips.repeat(math.ceil(self.batch / len(clips)), 1, 1, 1, 1)[: self.batch].contiguous()
        self.clips = repeated.pin_memory() if self.is_cuda else repeated
        for _ in range(WARM_CALLS):
            self.run()

    def load(self, task):
        frames, (height, width) = task['frames'], task['source']
        clips = torch.from_numpy(np.fromfile(task['clips'], np.uint8).reshape(-1, frames, height, width, 3))
        self.prepare(task, clips)
        logits = self.classify(self.clips.to(self.device))[0]
        return {'logits': logits[: len(clips)].tolist()}

    def warm(self, task):
        clips = torch.randint(0, 256, (1, task['frames'], *task['source'], 3), dtype=torch.uint8)
        self.prepare({**task, 'random': True}, clips)
        return {}

    def run(self):
        _, scores, classes = self.classify(self.clips.to(self.device, non_blocking=True))
        return scores.tolist(), classes.tolist()

    def saturate(self, batches):
        step = self.queue if self.is_cuda else self.run
        under_way = deque(step() for _ in range(IN_FLIGHT))
        began = self.finish(under_way.popleft())
        for _ in range(batches):
            under_way.append(step())
            ended = self.finish(under_way.popleft())
        while under_way:
            self.finish(under_way.popleft())
        return {'clipsPerSecond': batches * self.batch / (ended - began)}

    def queue(self):
        """Starts a batch's upload, beside what is computed, and everything that follows."""
        compute = torch.cuda.current_stream()
        with torch.cuda.stream(self.uploads):
            clips = self.clips.to(self.device, non_blocking=True)
            uploaded = self.uploads.record_event()
        compute.wait_event(uploaded)
        clips.record_stream(compute)
        results = [part.to('cpu', non_blocking=True) for part in self.classify(clips)[1:]]
        return compute.record_event(), results

    def finish(self, under_way):
        if self.is_cuda:
            done, results = under_way
            done.synchronize()
            [part.tolist() for part in results]
        return time.perf_counter()


def main():
    way, device = sys.argv[1:]
    engine = Engine(way, device)
    say({'version': f'PyTorch {torch.__version__}'})
    answer({
        'load': lambda task: engine.load(json.loads(task)),
        'warm': lambda task: engine.warm(json.loads(task)),
        'run': lambda count: time_runs(engine.run, int(count)),
        'saturate': lambda batches: engine.saturate(int(batches)),
        'peak': lambda _: peak(),
    })  # fmt: skip


main()
