export type { ArchitectureInfo, LayerProfile } from '../binding';
export type { CallOptions } from './base/abort';
export { type ErrorCode, errorCodes, KinetorchError } from './base/errors';
export type { Clip, CropPosition, RgbClip } from './clip/types';
export { openClipCache } from './dataset/cache/openClipCache';
export {
  batchVideos,
  type VideoBatch,
  type VideoBatches,
  type VideoBatchesOptions,
} from './dataset/clips/batchVideos';
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
  ClipCacheOptions,
  ClipDataset,
  ClipRequest,
  SkippedSample,
  SplitName,
  VideoCollection,
  VideoSample,
} from './dataset/types';
export { evaluate } from './evaluation/evaluate';
export type {
  Calibration,
  ClassMetrics,
  EvaluateOptions,
  Evaluation,
  MultiLabelMetrics,
  SamplePrediction,
  SingleLabelMetrics,
} from './evaluation/types';
export { architectures } from './model/architectures';
export { type CreateModelOptions, createModel, type ModelArchive } from './model/createModel';
export { devices, type RuntimeDevices } from './model/devices';
export { inspectModel, type ModelSummary, type StageSummary } from './model/inspectModel';
export { type LoadModelOptions, loadModel } from './model/loadModel';
export type { ModelSource } from './model/modelSource';
export type {
  Classification,
  ClassifyOptions,
  ClassifyStreamOptions,
  ClassifyVideoOptions,
  Device,
  ModelDevice,
  ModelInput,
  ModelMetadata,
  ModelOutput,
  ModelStats,
  ModelTask,
  NetworkParts,
  Precision,
  Prediction,
  Timing,
  VideoClassification,
  VideoSegment,
} from './model/types';
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
  EpochMetrics,
  Range,
  TrainCallbacks,
  TrainData,
  TrainEvent,
  TrainOptions,
  TrainResult,
  ValidationMetrics,
} from './training/types';
export { type OpenVideoOptions, openVideo } from './video/openVideo';
export type { ClipWindow, SlideWindows, VideoClip, VideoInfo, VideoReader } from './video/types';
