import { invalidArgument, KinetorchError } from '../base/errors';
import type { Figures } from './figures';
import { type FilledQuantizeOptions, usual } from './options';

/** What may be lost. */
export interface Bounds {
  /** Points of top-1; null for clips without labels, which have none to lose. */
  maxDrop: number | null;
  /** Per cent of clips. */
  minAgreement: number;
}

/** What is lost by rounding is compared with bounds, in per cent. */
const rounding = 1e-9;

/** The bounds that the options set, or the usual ones. */
export function boundsOf({ maxDrop, minAgreement }: FilledQuantizeOptions, isLabelled: boolean): Bounds {
  if (isLabelled) {
    return { maxDrop: maxDrop ?? usual.maxDrop, minAgreement: minAgreement ?? usual.minAgreement.labelled };
  }
  if (maxDrop === undefined) return { maxDrop: null, minAgreement: minAgreement ?? usual.minAgreement.unlabelled };
  throw invalidArgument('options.maxDrop', 'left out for clips without labels that top-1 could be told by', maxDrop);
}

/** Whether no more is lost than may be. */
export function isWithin({ agreement, top1 }: Figures, { maxDrop, minAgreement }: Bounds): boolean {
  const drop = top1 === null ? 0 : 100 * (top1.before - top1.after);
  return drop <= (maxDrop ?? 0) + rounding && 100 * agreement >= minAgreement - rounding;
}

export function tooCostly({ maxDrop, minAgreement }: Bounds): KinetorchError {
  const ofTop1 = maxDrop === null ? '' : `\`maxDrop\` (${maxDrop}) and `;
  return new KinetorchError(
    'ERR_UNSUPPORTED',
    `expected some layers to be int8 within ${ofTop1}\`minAgreement\` (${minAgreement}) but with any of them more was ` +
      'lost: allow more, or calibrate on clips that are more like those that the model knows',
  );
}
