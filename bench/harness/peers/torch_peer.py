"""PyTorch in one of its ways: eager, eager_channels_last, torchscript or compile.

    python torch_peer.py WAY DEVICE

It answers what protocol.py has. A task whose "call" is "forward" times the forward pass alone, of float input that is
already normalised and in its layout. "classify" is what a server does: uint8 clips in host memory (pinned, for a GPU) go up,
are resized, cropped and normalised there, and five scores and classes come back; in half precision on a GPU. Then also

    warm TASK    {"logits": []}: compiles for weights and clips at random, so that a later process finds it on disk
"""

import json
import math
import sys
import time
from collections import deque

import torch
from networks import build
from protocol import read_clips, read_input, serve
from torch.nn.functional import interpolate

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
        resize, crop = self.task['resize'], (self.task['height'], self.task['width'])
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

    @torch.inference_mode(False)
    def network(self, task):
        if self.way == 'torchscript':
            network = torch.jit.load(f'{task["folder"]}/model.pt', map_location=self.device).eval()
        else:
            network = build(task['architecture'], task['classes']).requires_grad_(False)
            if not task.get('random'):
                network.load_state_dict(torch.load(f'{task["folder"]}/weights.pth', weights_only=True))
        network = network.to(self.device, self.dtype)
        if self.way != 'eager':
            network = network.to(memory_format=torch.channels_last_3d)
        # Plain freezing: optimize_for_inference picks a blocked layout, leaves ReLUs unfused and is slower.
        return torch.jit.freeze(network) if self.way == 'torchscript' else network

    def load(self, task):
        """Weights that are there already stay."""
        if self.loaded != (task['architecture'], task['folder']):
            self.net = None
            self.net = self.network(task)
            self.loaded = (task['architecture'], task['folder'])
        self.batch = task['batch']
        if task['call'] == 'forward':
            return self.prepare_forward(task)
        clips = torch.from_numpy(read_clips(task))
        self.prepare_classify(task, clips)
        return self.classify(self.clips.to(self.device))[0][: len(clips)]

    def prepare_forward(self, task):
        torch.set_num_threads(task['threads'])
        clips = torch.from_numpy(read_input(task))
        if self.way != 'eager':
            clips = clips.contiguous(memory_format=torch.channels_last_3d)
        forward = self.net
        if self.way == 'compile':
            from torch._inductor import config as inductor

            inductor.freezing = True
            forward = torch.compile(self.net, dynamic=False)
        self.run = lambda: forward(clips)
        return self.run()

    def prepare_classify(self, task, clips):
        preprocess = Preprocessing(task, self.device, self.dtype)

        def classify(clips):
            logits = self.net(preprocess(clips)).float()
            scores, classes = torch.softmax(logits, 1).topk(5)
            return logits, scores, classes

        self.classify = classify
        if self.way == 'compile':
            torch.compiler.reset()  # what was compiled for another network counts against a limit
            self.classify = torch.compile(classify, mode='max-autotune', dynamic=False)
        repeated = clips.repeat(math.ceil(self.batch / len(clips)), 1, 1, 1, 1)[: self.batch].contiguous()
        self.clips = repeated.pin_memory() if self.is_cuda else repeated
        self.run = self.classify_batch
        # The first calls of a shape choose cuDNN's algorithms; TorchScript compiles in its second and third.
        for _ in range(task['warmCalls']):
            self.run()

    def warm(self, task):
        clips = torch.randint(0, 256, (1, task['frames'], *task['source'], 3), dtype=torch.uint8)
        self.net = self.network({**task, 'random': True})
        self.batch = task['batch']
        self.prepare_classify(task, clips)
        return {'logits': []}

    def classify_batch(self):
        _, scores, classes = self.classify(self.clips.to(self.device, non_blocking=True))
        return scores.tolist(), classes.tolist()

    def saturate(self, batches):
        """The next batch is uploaded, and its work queued, while one runs."""
        step = self.queue if self.is_cuda else self.classify_batch
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
    if device == 'cpu':
        torch.set_num_interop_threads(1)
    engine = Engine(way, device)
    # Freezing in inductor wants no_grad; inference_mode is a little faster for the others on a CPU.
    with torch.no_grad() if way == 'compile' or engine.is_cuda else torch.inference_mode():
        serve(
            f'PyTorch {torch.__version__}',
            engine.load,
            lambda: engine.run(),
            saturate=lambda words: engine.saturate(int(words.split()[0])),
            warm=lambda task: engine.warm(json.loads(task)),
        )


main()
