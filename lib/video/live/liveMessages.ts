import type { ErrorCode } from '../../base/errors';
import type { FrameForm } from '../types';
import type { LiveSource } from './liveSource';

/** What a process of a stream is told, once. */
export interface LiveCommand {
  type: 'watch';
  source: LiveSource;
  form: FrameForm;
}

/** What it answers: frames, each with its RGB bytes as payload, until it fails or is killed. */
export type LiveReply =
  | { type: 'opened' }
  | { type: 'picture'; timeSeconds: number; width: number; height: number }
  | { type: 'failed'; code: ErrorCode; message: string };
