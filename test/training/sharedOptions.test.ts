import { splitCollectionOptions, videoBatchesOptions } from '../../lib/dataset/options';
import { evaluateOptions } from '../../lib/evaluation/options';
import { trainOptions } from '../../lib/training/options';

test.each([
  ['train', trainOptions],
  ['evaluate', evaluateOptions],
  ['splitCollection', splitCollectionOptions],
  ['batchVideos', videoBatchesOptions],
])('the share for validation is from 0 to below 1 for %s', (_, { validationShare }) => {
  for (const share of [0, 0.95, 0.999]) expect(validationShare.safeParse(share).data).toBe(share);
  for (const share of [-0.1, 1, '0.5']) {
    expect(validationShare.safeParse(share).error?.issues[0]?.message).toBe('a number from 0 to below 1');
  }
});
