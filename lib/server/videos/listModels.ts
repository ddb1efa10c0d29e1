import type { ModelRepository } from '../models/modelRepository';
import type { ServedModel } from '../models/servedModel';

/** What a page, or a person, wants to know of the models before giving them a video. */
export function listModels({ all }: ModelRepository): object[] {
  return all.map((served) => ({
    name: served.name,
    version: served.version,
    state: served.state,
    ...(served.isReady ? describe(served) : { reason: served.reason }),
  }));
}

function describe({ model }: ServedModel): object {
  const { architecture, labels, input, outputs, metadata } = model;
  const canExplain = labels.length > 0 && outputs.includes('features');
  return { architecture, task: metadata.task, labels, input, outputs, canExplain };
}
