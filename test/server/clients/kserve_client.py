"""What KServe's InferenceRESTClient sees of a server: python kserve_client.py URL CLIP SHAPE CLASSES"""

import asyncio
import json
import sys

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

url, clip_file, shape, classes = sys.argv[1:]
clip = np.fromfile(clip_file, np.uint8).reshape(json.loads(shape))


async def main():
    client = InferenceRESTClient(RESTConfig(protocol="v2", retries=0))
    assert await client.is_server_live(url)
    assert await client.is_server_ready(url)
    assert await client.is_model_ready(url, "tiny")
    for binary in (True, False):
        tensor = InferInput("frames", list(clip.shape), "UINT8")
        tensor.set_data_from_numpy(clip, binary_data=binary)
        request = InferRequest(model_name="tiny", infer_inputs=[tensor], parameters={"binary_data_output": binary})
        answer = await client.infer(url, request, model_name="tiny")
        probabilities = next(output for output in answer.outputs if output.name == "probabilities").as_numpy()
        assert probabilities.shape == (1, int(classes)), probabilities.shape
        assert abs(float(probabilities.sum()) - 1) < 1e-4
    await client.close()


asyncio.run(main())
print("ok")
