/** Codes of the errors of this folder. `shape`, `non_finite` and `stale` are also what a peer's request is refused with. */
export type ModelErrorCode =
  | 'shape'
  | 'non_finite'
  | 'stale'
  | 'modality'
  | 'device'
  | 'bad_checkpoint'
  | 'bad_student'
  | 'bad_dataset'
  | 'bad_schedule'
  | 'unknown_model';
