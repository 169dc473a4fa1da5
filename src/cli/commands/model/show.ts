import { join } from 'node:path';
import { publicKeyOf } from '../../../base/index.js';
import { isSigned, isWholeStudent, manifestIn, openSafetensors, readManifest } from '../../../model/index.js';
import { ready } from '../../../wallet/index.js';
import { EXIT } from '../../exit.js';
import type { Action } from '../../frame/command.js';
import type { listRows } from './rows.js';
import { findStudent, metricText, sizeText, studentJson } from './students.js';

export const show: Action<typeof listRows> = async ({ args, settings }) => {
  await ready();
  const student = findStudent(args[0]!, settings.models);
  const { path, hotkey, config } = student;
  const signed = manifestIn(path);
  const signedByHotkey = signed !== undefined && isSigned(signed.text, signed.signature, publicKeyOf(hotkey!));
  const isWhole = signed !== undefined && isWholeStudent(path, readManifest(signed.text));
  using file = openSafetensors(join(path, 'model.safetensors'));
  const counts = file.names().map(name => file.entry(name)!.shape.reduce((product, size) => product * size, 1));
  const parameters = counts.reduce((sum, count) => sum + count, 0);
  const { modality, dtype, shape } = config.input;
  const isGood = signed === undefined || (signedByHotkey && isWhole);
  return {
    json: {
      ...studentJson(student),
      isSigned: signedByHotkey,
      isWhole,
      parameters,
      input: { modality, dtype, shape },
      classes: config.classes ?? null,
      sizes: config.config,
    },
    show: shown =>
      shown.pairs([
        ['Folder', path],
        ['Id', student.id],
        ['Hotkey', hotkey],
        ['Signature', signed === undefined ? 'none: it was not pulled' : signedByHotkey ? 'right' : 'WRONG'],
        [
          'Files',
          signed === undefined ? undefined : isWhole ? 'as they were signed' : 'CHANGED since they were signed',
        ],
        ['Model', config.model],
        ['Parameters', parameters],
        ['Size', sizeText(student.bytes)],
        ['Takes', `${modality} ${dtype} [${shape.map(size => (size === -1 ? '?' : size)).join(', ')}]`],
        ['Classes', config.classes?.join(', ')],
        ['Learnt from', config.data],
        ['Step', config.step],
        ['On its own', metricText(config.metric)],
      ]),
    exit: isGood ? EXIT.ok : EXIT.failed,
  };
};
