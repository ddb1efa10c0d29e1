import type { VideoModel } from '../../model/videoModel';
import type { FilledServerOptions } from '../options';
import { signatureOf, type TensorSpec } from './signature';

/**
 * A model's configuration as Triton's extension has it. `max_batch_size` is 0, for shapes are whole: how many clips share a
 * batch is the server's business, and stands under `dynamic_batching`.
 */
export function modelConfig(name: string, model: VideoModel, options: FilledServerOptions): object {
  const { inputs, outputs } = signatureOf(model);
  const gpus = model.devices.filter((device) => device.startsWith('cuda')).map((device) => Number(device.slice(5)));
  return {
    name,
    platform: model.architecture === 'ensemble' ? 'ensemble' : 'pytorch_torchscript',
    backend: 'kinetorch',
    version_policy: { latest: { num_versions: 1 } },
    max_batch_size: 0,
    // Of several, a request has one.
    input: inputs.map((input) => ({ ...tensor(input), format: 'FORMAT_NONE', optional: inputs.length > 1 })),
    output: outputs.map(tensor),
    instance_group: [{ name, kind: gpus.length > 0 ? 'KIND_GPU' : 'KIND_CPU', count: 1, gpus }],
    dynamic_batching: {
      preferred_batch_size: [options.maxBatchSize],
      max_queue_delay_microseconds: 0,
      default_queue_policy: {
        timeout_action: 'REJECT',
        default_timeout_microseconds: Math.round(options.queueTimeoutMs * 1000),
        allow_timeout_override: true,
        max_queue_size: options.maxQueue,
      },
    },
    parameters: Object.fromEntries(
      Object.entries({
        architecture: model.architecture,
        task: model.metadata.task,
        precision: model.precision,
        frame_rate: String(model.input.frameRate),
        labels: JSON.stringify(model.labels),
      }).map(([key, value]) => [key, { string_value: value }]),
    ),
  };
}

const tensor = ({ name, datatype, shape }: TensorSpec) => ({
  name,
  data_type: datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`,
  dims: shape,
});
