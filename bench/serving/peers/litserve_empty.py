"""LitServe with a model that does nothing: python litserve_empty.py PORT"""

import sys

import litserve
import numpy


class Empty(litserve.LitAPI):
    def setup(self, device):
        pass

    def decode_request(self, request):
        return numpy.frombuffer(request["clip"].file.read(), numpy.uint8).reshape(16, 112, 112, 3)

    def predict(self, clip):
        return clip.shape

    def encode_response(self, shape):
        return {"shape": shape}


if __name__ == "__main__":
    server = litserve.LitServer(Empty(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", generate_client_file=False)
