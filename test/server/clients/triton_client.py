"""What Triton's own clients, sync and asyncio, see of a server: python triton_client.py HOST:PORT CLIP SHAPE CLASSES"""

import asyncio
import json
import sys

import numpy as np
import tritonclient.http as sync
import tritonclient.http.aio as aio
from tritonclient.utils import InferenceServerException

address, clip_file, shape, classes = sys.argv[1:]
clip = np.fromfile(clip_file, np.uint8).reshape(json.loads(shape))
model = "tiny"


def frames(module, binary=True, value=clip):
    tensor = module.InferInput("frames", value.shape, "UINT8")
    tensor.set_data_from_numpy(value, binary_data=binary)
    return [tensor]


def check(result, rows=1):
    probabilities = result.as_numpy("probabilities")
    assert probabilities.shape == (rows, int(classes)), probabilities.shape
    assert abs(float(probabilities.sum()) - rows) < 1e-4
    return probabilities


def outputs(module, binary=True, **more):
    return [module.InferRequestedOutput("probabilities", binary_data=binary, **more)]


def refused(call, status):
    try:
        call()
    except InferenceServerException as error:
        assert error.status() == str(status), error.status()
        return
    raise AssertionError("expected a refusal")


def run_sync():
    client = sync.InferenceServerClient(address)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)
    assert client.is_model_ready(model, "1") and not client.is_model_ready("none")
    assert client.get_server_metadata()["name"] == "kinetorch"
    metadata = client.get_model_metadata(model)
    assert [tensor["name"] for tensor in metadata["inputs"]] == ["frames", "tensor", "video"]
    assert client.get_model_config(model)["name"] == model
    assert model in [entry["name"] for entry in client.get_model_repository_index()]

    expected = check(client.infer(model, frames(sync)))
    # Without outputs the client asks for binary ones.
    labels = client.infer(model, frames(sync), request_id="7")
    assert labels.get_response()["id"] == "7" and labels.as_numpy("labels").shape == (1, 5)
    for binary_in in (True, False):
        for binary_out in (True, False):
            result = client.infer(model, frames(sync, binary_in), outputs=outputs(sync, binary_out))
            assert np.allclose(check(result), expected, atol=1e-6)
    for packing in ("gzip", "deflate"):
        result = client.infer(
            model,
            frames(sync),
            outputs=[sync.InferRequestedOutput("features"), *outputs(sync)],
            request_compression_algorithm=packing,
            response_compression_algorithm=packing,
        )
        assert np.allclose(check(result), expected, atol=1e-6)
    check(client.infer(model, frames(sync, value=np.stack([clip, clip]))), rows=2)
    check(client.infer(model, frames(sync), priority=1, timeout=60_000_000, model_version="1"))
    classified = client.infer(model, frames(sync), outputs=outputs(sync, class_count=2)).as_numpy("probabilities")
    value, index, label = classified[0][0].decode().split(":")
    assert float(value) == np.float32(value) and int(index) == int(expected.argmax()) and label

    requests = [client.async_infer(model, frames(sync)) for _ in range(8)]
    for request in requests:
        assert np.allclose(check(request.get_result()), expected, atol=1e-6)

    statistics = client.get_inference_statistics(model)["model_stats"][0]
    assert statistics["inference_stats"]["success"]["count"] >= 18, statistics
    refused(lambda: client.infer("none", frames(sync)), 404)
    refused(lambda: client.infer(model, frames(sync), model_version="9"), 404)
    refused(lambda: client.infer(model, frames(sync, value=clip[..., :2].copy())), 400)

    client.unload_model(model)
    assert not client.is_model_ready(model)
    client.load_model(model)
    assert client.is_model_ready(model)
    client.close()


async def run_aio():
    async with aio.InferenceServerClient(address) as client:
        assert await client.is_server_live() and await client.is_server_ready() and await client.is_model_ready(model)
        assert (await client.get_model_metadata(model))["name"] == model
        assert await client.get_model_repository_index()
        results = await asyncio.gather(*[client.infer(model, frames(aio, binary)) for binary in (True, False) * 4])
        for result in results:
            check(result)
        assert await client.get_inference_statistics(model)


run_sync()
asyncio.run(run_aio())
print("ok")
