"""MLServer with a model that does nothing, in the server's own process, which is its shortest way: python mlserver_empty.py PORT"""

import asyncio
import sys

import numpy
from mlserver import MLModel, MLServer, ModelSettings, Settings
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse


class Empty(MLModel):
    async def predict(self, payload):
        clip = NumpyCodec.decode_input(payload.inputs[0])
        output = NumpyCodec.encode_output("shape", numpy.array([clip.shape]))
        return InferenceResponse(model_name=self.name, outputs=[output])


async def main():
    port = int(sys.argv[1])
    settings = Settings(
        host="127.0.0.1", http_port=port, grpc_port=port + 1, metrics_port=port + 2, parallel_workers=0, debug=False
    )
    await MLServer(settings).start([ModelSettings(name="bench", implementation=Empty)])


asyncio.run(main())
