import { BittensorError } from '../base/index.js';

export type NeuronErrorCode =
  | 'bad_setting'
  | 'slot_taken'
  | 'hotkey_elsewhere'
  | 'no_slot'
  | 'port_in_use'
  | 'not_registered'
  | 'bad_key'
  | 'no_address'
  | 'thread_died';

export class NeuronError extends BittensorError<NeuronErrorCode> {}
