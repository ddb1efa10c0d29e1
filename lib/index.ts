export type { ArchitectureInfo, LayerProfile } from '../binding';
export { type ErrorCode, errorCodes, KinetorchError } from './base/errors';
export { openClipCache } from './dataset/cache/openClipCache';
export {
  type BatchedVideo,
  type VideoBatch,
  type VideoDatasetSettings,
  videoDataset,
} from './dataset/clips/batchVideos';
export type { SkippedSample } from './dataset/clips/clipLoader';
export { VideoDataset, type VideoDatasetOptions } from './dataset/clips/videoDataset';
export { type CheckCollectionOptions, checkCollection } from './dataset/collections/checkCollection';
export type { CollectionReport, Counted } from './dataset/collections/collectionReport';
export type { CrossingGroup } from './dataset/collections/crossingGroups';
export { type ReadCollectionOptions, readCollection } from './dataset/collections/readCollection';
export {
  type CollectionSplit,
  type SplitCollectionOptions,
  splitCollection,
} from './dataset/collections/splitCollection';
export type {
  ClipCache,
  ClipDataset,
  ClipRequest,
  DatasetClip,
  SplitName,
  VideoCollection,
  VideoSample,
} from './dataset/types';
export { evaluate } from './evaluation/evaluate';
export type * from './evaluation/types';
export { architectures } from './model/architectures';
export { type CreateModelOptions, createModel, type ModelArchive } from './model/createModel';
export { devices, type RuntimeDevices } from './model/devices';
export { inspectModel, type ModelSummary, type StageSummary } from './model/inspectModel';
export { type LoadModelOptions, loadModel } from './model/loadModel';
export type { ModelSource } from './model/modelSource';
export type * from './model/types';
export type { ClipOptions, VideoModel } from './model/videoModel';
export {
  type CrossValidateCallbacks,
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type FoldResult,
} from './training/crossValidate';
export { resumeOptions, train } from './training/train';
export type {
  Augmentation,
  ClipCacheOptions,
  EpochMetrics,
  Range,
  TrainCallbacks,
  TrainData,
  TrainEvent,
  TrainOptions,
  TrainResult,
  ValidationMetrics,
} from './training/types';
export { type OpenVideoOptions, openVideo, type VideoReader } from './video/openVideo';
export type * from './video/types';
