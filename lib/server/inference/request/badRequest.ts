import { KinetorchError } from '../../../base/errors';

/** What was expected of a request, and what came. */
export const badRequest = (expectation: string) =>
  new KinetorchError('ERR_INVALID_ARGUMENT', `expected ${expectation}`);
