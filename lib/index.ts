export type { ArchitectureInfo, LayerProfile } from '../binding';
export type { SkippedSample } from './dataset/clipLoader';
export { type FolderDatasetOptions, folderDataset, type SplitDataset } from './dataset/folderDataset';
export type { ClipDataset, ClipRequest, DatasetClip } from './dataset/types';
export { type ErrorCode, errorCodes, KinetorchError } from './errors';
export { architectures } from './model/architectures';
export { type CreateModelOptions, createModel, type ModelArchive } from './model/createModel';
export { devices, type RuntimeDevices } from './model/devices';
export { inspectModel, type ModelSummary, type StageSummary } from './model/inspectModel';
export { type LoadModelOptions, loadModel } from './model/loadModel';
export type { ModelSource } from './model/modelSource';
export type * from './model/types';
export type { ClipOptions, VideoModel } from './model/videoModel';
export { train } from './training/train';
export type {
  EpochMetrics,
  TrainCallbacks,
  TrainData,
  TrainEvent,
  TrainOptions,
  TrainResult,
  ValidationMetrics,
} from './training/types';
export { type OpenVideoOptions, openVideo, type VideoReader } from './video/openVideo';
export type * from './video/types';
