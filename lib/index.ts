/** @module kinetorch */
export type { ArchitectureInfo, LayerProfile, NativeHistogram as Histogram } from '../binding';
export { type ErrorCode, errorCodes, KinetorchError } from './base/errors';
export type { FilePath } from './base/filePath';
export type { CallOptions } from './base/schemas';
export type { Clip, CropPosition, RgbClip, Tensor } from './clip/types';
export { openClipCache } from './dataset/cache/openClipCache';
export { batchVideos, type VideoBatch, type VideoBatches } from './dataset/clips/batchVideos';
export { VideoDataset } from './dataset/clips/videoDataset';
export { checkCollection } from './dataset/collections/checkCollection';
export type { CollectionReport, Counted } from './dataset/collections/collectionReport';
export type { CrossingGroup } from './dataset/collections/crossingGroups';
export { readCollection } from './dataset/collections/readCollection';
export { type CollectionSplit, splitCollection } from './dataset/collections/splitCollection';
export type {
  CheckCollectionOptions,
  ClipCacheOptions,
  Range,
  ReadCollectionOptions,
  SplitCollectionOptions,
  VideoBatchesOptions,
  VideoDatasetOptions,
} from './dataset/options';
export type {
  ClipCache,
  ClipDataset,
  ClipRequest,
  LeftOut,
  SkippedSample,
  SplitName,
  VideoCollection,
  VideoSample,
} from './dataset/types';
export { evaluateAnomaly } from './evaluation/anomaly/evaluateAnomaly';
export type { EvaluateAnomalyOptions } from './evaluation/anomaly/options';
export type { AnomalousVideo, AnomalyEvaluation } from './evaluation/anomaly/types';
export { evaluate } from './evaluation/evaluate';
export { type EnsembleFit, type FitEnsembleOptions, fitEnsemble } from './evaluation/fitEnsemble';
export type { EvaluateOptions } from './evaluation/options';
export type {
  Calibration,
  ClassMetrics,
  Evaluation,
  MultiLabelMetrics,
  SamplePrediction,
  SingleLabelMetrics,
} from './evaluation/types';
export type { AlarmSegment } from './model/anomaly/alarmSegments';
export type { ErrorMap } from './model/anomaly/errorMap';
export { fitAnomalyThreshold } from './model/anomaly/fitAnomalyThreshold';
export type { FittedAlarm } from './model/anomaly/fittedAlarm';
export type { FrameScore } from './model/anomaly/frameScores';
export type { AnomalyScoreOptions, FitAnomalyOptions } from './model/anomaly/options';
export type { AnomalyTimeline, ReconstructedClip } from './model/anomaly/types';
export { architectures } from './model/architectures';
export type { ArchitectureName } from './model/architectureTable';
export type {
  ClassifyFramesOptions,
  ClassifyOptions,
  ClassifyStreamOptions,
  ClassifyTensorOptions,
  ClassifyVideoOptions,
  ClipOptions,
} from './model/classifyOptions';
export { createModel, type ModelArchive } from './model/createModel';
export { devices, type RuntimeDevices } from './model/devices';
export { type Ensemble, ensemble } from './model/ensemble/ensemble';
export type { Combine, EnsembleOptions } from './model/ensemble/options';
export type {
  ExplainClipOptions,
  ExplainedSegment,
  ExplainVideoOptions,
  Explanation,
} from './model/explainOptions';
export type { VideoExplanation } from './model/explainVideo';
export type { FrameCnn } from './model/frameCnnSchema';
export { inspectModel, type ModelSummary, type StageSummary } from './model/inspectModel';
export { loadModel } from './model/loadModel';
export type { ModelSource } from './model/modelSource';
export { models } from './model/models';
export type {
  BatchingOptions,
  CreateModelOptions,
  Device,
  LoadModelOptions,
  ModelDevice,
  Precision,
  TuningOptions,
  WrapModelOptions,
} from './model/options';
export type { ClipOutputs, ModelOutput, RunOptions, RunResult, Timing } from './model/outputs';
export { type FetchedWeights, type FetchWeightsOptions, fetchWeights } from './model/published/fetchWeights';
export { type PublishedWeights, publishedWeights } from './model/published/publishedWeights';
export type {
  Classification,
  ModelInput,
  ModelMetadata,
  ModelStats,
  ModelTask,
  NetworkOutput,
  NetworkParts,
  Prediction,
  Quantization,
  ReconstructionInfo,
  VideoClassification,
  VideoSegment,
} from './model/types';
export type { VideoCounts } from './model/videoCalls';
export type { VideoModel } from './model/videoModel';
export { wrapModel } from './model/wrapModel';
export type { QuantizeOptions } from './quantization/options';
export { quantizeModel } from './quantization/quantizeModel';
export type { LayerReport, QuantizationReport, QuantizeProgress } from './quantization/types';
export type { Augmentation } from './training/augmentation';
export type { TriedDecay } from './training/chooseWeightDecay';
export { compareHeads, type HeadComparison, type HeadFold } from './training/compareHeads';
export type { CompareHeadsOptions } from './training/compareHeadsOptions';
export {
  type CrossValidateCallbacks,
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type FoldResult,
} from './training/crossValidate';
export { fitHead, type HeadFit } from './training/fitHead';
export type { FitHeadOptions, VectorCacheOptions } from './training/fitHeadOptions';
export type { HeadMeasure } from './training/linearHead';
export type { TrainCallbacks, TrainOptions } from './training/options';
export { pretrain, resumePretrainOptions } from './training/pretrain';
export type {
  MaskOptions,
  PretrainCallbacks,
  PretrainData,
  PretrainOptions,
  UnlabelledDataset,
} from './training/pretrainOptions';
export type {
  PretrainEpoch,
  PretrainEvent,
  PretrainResult,
  PretrainValidation,
  ReconstructionErrors,
} from './training/pretrainTypes';
export type { TrainAutoCallbacks, TrainAutoOptions } from './training/recipe/options';
export { trainAuto, trainAutoResumeOptions } from './training/recipe/trainAuto';
export type { RecipeData, RecipeEvent, TrainAutoResult, Trial } from './training/recipe/types';
export { resumeOptions, train } from './training/train';
export type { TrainData } from './training/trainData';
export type {
  EpochMetrics,
  RunEvent,
  RunOutcome,
  TrainEvent,
  TrainFigures,
  TrainResult,
  ValidationMetrics,
} from './training/types';
export { type OpenVideoOptions, openVideo } from './video/openVideo';
export type { ClipWindow, SlideWindows, TimedPicture, VideoClip, VideoInfo, VideoReader } from './video/types';
export type { UntaggedMatrix } from './video/untaggedMatrix';
export type { VideoSource } from './video/videoSource';
