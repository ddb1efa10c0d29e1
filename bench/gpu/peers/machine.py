"""Says as JSON what the GPU is and what it reaches: the rate of half-precision matrix products, of copying its memory
(bytes read and written), and of uploads from pinned memory. float32 and small where the device is a CPU.

    python machine.py DEVICE
"""

import json
import sys
import time

import torch

TRIES = 7


def best_seconds(work, is_cuda, repeat):
    """Of one call, on the device's own clock; the best of several tries of `repeat` calls each."""
    tries = []
    for _ in range(TRIES + 2):  # two to warm up
        if is_cuda:
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            for _ in range(repeat):
                work()
            end.record()
            end.synchronize()
            tries.append(start.elapsed_time(end) / 1000 / repeat)
        else:
            began = time.perf_counter()
            work()
            tries.append(time.perf_counter() - began)
    return min(tries[2:])


def main():
    device = torch.device(sys.argv[1])
    is_cuda = device.type == 'cuda'
    size, elements, repeat, dtype = (8192, 2**30, 10, torch.float16) if is_cuda else (512, 2**22, 1, torch.float32)
    # Zeros would run faster than data do.
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    product = best_seconds(lambda: torch.mm(a, b), is_cuda, repeat)
    here, there = (torch.ones(elements, device=device, dtype=torch.uint8) for _ in range(2))
    copying = best_seconds(lambda: there.copy_(here), is_cuda, repeat)
    host = torch.ones(elements // 16, dtype=torch.uint8)
    host = host.pin_memory() if is_cuda else host
    target = here[: elements // 16]
    uploading = best_seconds(lambda: target.copy_(host, non_blocking=True), is_cuda, repeat)
    info = {
        'torch': torch.__version__,
        'teraflops': 2 * size**3 / product / 1e12,
        'gigabytesPerSecond': 2 * elements / copying / 1e9,
        'uploadGigabytesPerSecond': len(host) / uploading / 1e9,
    }
    if is_cuda:
        properties = torch.cuda.get_device_properties(device)
        info |= {
            'name': properties.name,
            'uuid': f'GPU-{properties.uuid}',
            'capability': f'{properties.major}.{properties.minor}',
            'memoryGb': round(properties.total_memory / 2**30),
            'multiprocessors': properties.multi_processor_count,
            'cuda': torch.version.cuda,
            'cudnn': torch.backends.cudnn.version(),
        }
    print(json.dumps(info))


main()
