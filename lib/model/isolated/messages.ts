import type { LoadOptions, NativeClip, NativeClipTensor, NativeMapRequest, NativeOutput } from '../../../binding';

/**
 * Note [Model process]
 * A model that is isolated runs in a process of its own, which on Linux takes from itself all that a network does not need
 * before anything of the file runs: see `lockIn` of native/sandbox. LibTorch opens some files when it is used for the first
 * time; so the process runs a network of its own first. Calls have numbers and are answered in any order, each once, by
 * their result or by a Kinetorch error. What the process says is checked as a stranger's words are.
 */

/** What is asked of a model's process, in this order but for the last three, and what each is answered. */
export interface ModelCalls {
  /** Null: the bytes are given. */
  open: {
    args: { path: string | null; bytes: Uint8Array | null; sha256: string };
    result: OpenedFile;
  };
  /** Locks the process in, and then loads. With `perFrame` the file's network is one for pictures, and becomes this. */
  load: { args: { options: LoadOptions; perFrame: string | null; memoryBytes: number }; result: LoadedModel };
  run: {
    args: {
      input: NativeClip | NativeClipTensor;
      outputs: NativeOutput[];
      topK: number;
      map: NativeMapRequest | null;
    };
    result: unknown;
  };
  dispose: { args: Record<string, never>; result: null };
}

export interface OpenedFile {
  /** The bytes of `kinetorch.json`, which may be many. */
  metadata: Uint8Array | null;
  /** Changes with the file at its path; '' of bytes. */
  fingerprint: string;
}

export interface LoadedModel {
  devices: string[];
  precision: string;
  outputs: NativeOutput[];
  output: string;
  warnings: string[];
}

export type ModelMethod = keyof ModelCalls;

/** `args` packed by `packArrays`. */
export type ModelCommand =
  | { id: number; method: ModelMethod; args: unknown }
  | { id: number; method: 'cancel'; args: { code: string; message: string } };

/** `result` packed likewise; `stats` are the model's then, null before it is loaded. */
export type ModelReply = { id: number; stats: unknown } & (
  | { result: unknown }
  | { failure: { code: string; message: string } }
);
