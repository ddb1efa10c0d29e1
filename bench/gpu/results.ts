import type { Agreement } from '../harness/logitAgreement';
import type { CaseResult, EngineResult } from '../harness/results';

/** What peers/machine.py says. */
export interface GpuInfo {
  torch: string;
  teraflops: number;
  gigabytesPerSecond: number;
  uploadGigabytesPerSecond: number;
  /** Absent on a CPU, like all that follows. */
  name?: string;
  uuid?: string;
  capability?: string;
  memoryGb?: number;
  multiprocessors?: number;
  cuda?: string;
  cudnn?: number;
}

/** A part of the run. What failed or was left out says so and does not stop the others. */
export interface Step {
  name: string;
  ok: boolean;
  seconds: number;
  problem?: string;
  /** Why it was not run at all. */
  skipped?: string;
}

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
  /** Names of those that failed. */
  failures: string[];
}

/** Its error is null for clips of a camera. */
export interface GpuEngineResult extends EngineResult {
  /** Of the logits against those of the case's first engine, Kinetorch, relative to the largest. */
  difference: number | null;
}

/** What the machine could do at most, were every layer at its tighter bound. */
export interface Roofline {
  /** Of one clip. */
  gigaflops: number;
  /** With each layer at the measured rate of products or of copying, whichever takes longer, and with uploads alone. */
  clipsPerSecond: number;
  uploadClipsPerSecond: number;
}

export interface GpuCaseResult extends CaseResult<GpuEngineResult> {
  /** Height and width of the frames that come. */
  source: [number, number];
  roofline: Roofline;
}

export interface ServingResult {
  network: string;
  batch: number;
  calls: number;
  clipsPerSecond: number;
  delayP99: number;
  /** Share of time in which a kernel ran, as nvidia-smi samples it; null without a GPU. */
  busy: number | null;
  /** The same of PyTorch's eager mode with three batches in flight. */
  eager: { clipsPerSecond: number; busy: number | null } | null;
}

/** Of the device's logits with float32 on the processor. */
export interface AgreementResult extends Agreement {
  network: string;
}

export interface TrainingResult {
  architecture: string;
  clip: [frames: number, height: number, width: number];
  batch: number;
  optimizer: string;
  precision: string;
  /** Round by round. */
  kinetorch: { stepsPerSecond: number[] };
  python: { stepsPerSecond: number[] };
  /** Of one step's forward and backward pass, counted three times the forward pass. */
  gigaflops: number;
}

export interface Results {
  date: string;
  commit: string;
  /** Small and short, to see whether everything runs: the figures mean nothing. */
  quick: boolean;
  device: string;
  machine: { cpu: string; threads: number; memoryGb: number; platform: string; node: string; driver: string | null };
  gpu: GpuInfo | null;
  steps: Step[];
  tests: Record<string, TestCounts>;
  /** What bench/gpu/kernels.cpp printed. */
  kernels: string | null;
  inference: GpuCaseResult[];
  serving: ServingResult | null;
  agreement: AgreementResult | null;
  training: TrainingResult[];
}
