export { type Batch, checkedLabels, disposeBatch, labelsOf, type PlainBatch, portions, toBatch } from './batch.js';
export { type BertConfig, BertSynapse, bertBase, bertDefaults } from './bert.js';
export { BertModel, type BertModelConfig, bertModel } from './bert-model.js';
export { type Backend, type Device, devices, startBackend } from './compute/backend.js';
export { permutation, type Random, random } from './compute/random.js';
export {
  fromBytes,
  type NamedArray,
  type PlainTensor,
  type TensorBytes,
  toBytes,
  toPlain,
  toTensor,
} from './compute/tensor.js';
export { type TensorFlow, type TfTensor, type TfVariable, tensorflow } from './compute/tf.js';
export { disposeProduct, vjp } from './compute/vjp.js';
export {
  batchOfDigits,
  DIGIT_PIXELS,
  type Digits,
  digitsDataset,
  loadDigits,
  normaliseImages,
  pick,
} from './data/digits.js';
export { type ImageInput, readImages } from './data/image-input.js';
export type { Augmentation } from './data/images.js';
export { type OpenOptions, openDataset } from './data/open-dataset.js';
export { CIFAR_DEVIATION, CIFAR_MEAN, proceduralClasses, proceduralDataset } from './data/procedural.js';
export { epochOrder, type LabelledRows, type RowChoice } from './data/row-order.js';
export {
  type BatchesOptions,
  type BatchPlace,
  batches,
  type DataSource,
  type Dataset,
  describeDataset,
} from './data/source.js';
export { speechesDataset } from './data/speeches.js';
export type { TextModel, TextOptions } from './data/text-dataset.js';
export { bertTokenizer, gpt2Tokenizer, type Tokenizer } from './data/tokenizer.js';
export { BERT_SPECIAL, BERT_VOCABULARY, GPT2_VOCABULARY, SMALL_VOCABULARY } from './data/vocabularies.js';
export type { ModelErrorCode } from './errors.js';
export { GPT2LMSynapse, type Gpt2Config, gpt2Defaults, gpt2Small } from './gpt2.js';
export { type MnistConfig, MnistSynapse, mnistDefaults } from './mnist.js';
export { type ModelName, modelNames } from './models.js';
export { contributions, type Gain, type Places, worthOfAnswers } from './peers/contributions.js';
export { LocalWeights } from './peers/local-weights.js';
export { ANSWER_NORM, normaliseRows } from './peers/normalise.js';
export type { Pass, PassNeuron } from './peers/pass.js';
export {
  type RemoteAnswer,
  type RemoteBackwardReply,
  type RemoteCaller,
  type RemoteFailure,
  type RemoteForwardReply,
  RemoteSynapse,
} from './peers/remote.js';
export { type Route, Router, type RouterConfig, routerDefaults } from './peers/router.js';
export { leaveOneOut, shapley, type Worth } from './peers/shapley.js';
export { type DataChoice, type Recipe, type RecipeName, recipes } from './recipes.js';
export {
  type Caller,
  type CallerGradients,
  type CallerPolicy,
  CallerPool,
  type CallerPoolOptions,
  callerPolicies,
} from './serve/callers.js';
export { createServer, Server, type ServerOptions } from './serve/server.js';
export { type ShelvedStudent, StudentShelf } from './serve/student-shelf.js';
export { type Checkpoint, type KeepOptions, loadModel, saveModel } from './store/checkpoint.js';
export { bestOf, DEFAULT_KEEP, loadNewest, type Skipped, savesOf } from './store/kept.js';
export {
  type ModelSource,
  modelNameAt,
  modelSourceAt,
  modelSourceId,
  type SavedAbout,
  savedAbout,
} from './store/model-path.js';
export {
  isStudentFolder,
  logSoftmaxOf,
  openStudent,
  Student,
  type StudentEvaluation,
  studentConfigIn,
} from './store/open-student.js';
export { openSafetensors, type Safetensors } from './store/safetensors.js';
export {
  exportStudent,
  isWholeStudent,
  type StudentAbout,
  type StudentConfig,
  type StudentMetric,
} from './store/student.js';
export {
  badStudent,
  CHUNK_BYTES,
  chunkLength,
  hexDigest,
  isSigned,
  MANIFEST_FILE,
  manifestIn,
  openManifest,
  readManifest,
  STUDENT_FILES,
  STUDENT_FORMAT,
  type StudentFile,
  type StudentManifest,
  signManifest,
  sizeOf,
  studentId,
  writeManifest,
} from './store/student-manifest.js';
export { fillMasks, type GenerateOptions, generateText, type MaskGuess } from './store/text-student.js';
export {
  type Judgement,
  type Modality,
  type ModelForms,
  NETWORK_DIM,
  type PassTensors,
  type StudentNotes,
  Synapse,
  type TensorForm,
  type TrainingStep,
} from './synapse.js';
export { Optimizer, type ParameterGroup, Sgd } from './train/optim.js';
export { type DescentOptions, ParameterOptimizer, Parameters } from './train/parameters.js';
export { adam, createRule, type Rule, type RuleSettings, sgd } from './train/rules.js';
export {
  ConstantSchedule,
  createSchedule,
  type Progress,
  type Schedule,
  type ScheduleSettings,
  StepSchedule,
  WarmupCosineWithHardRestartsSchedule,
} from './train/schedule.js';
export { type EventWriter, openEventFile } from './train/tensorboard.js';
export {
  createTrainer,
  type Evaluation,
  type Network,
  type StepResult,
  Trainer,
  type TrainerOptions,
} from './train/trainer.js';
