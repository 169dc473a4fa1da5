import type { Action } from '../../frame/command.js';
import type { listRows } from './rows.js';
import { metricText, sizeText, studentJson, studentsIn } from './students.js';

export const list: Action<typeof listRows> = async ({ settings }) => {
  const { models } = settings;
  const students = studentsIn(models);
  return {
    json: { models, students: students.map(studentJson) },
    show: shown => {
      if (students.length === 0) {
        shown.line(`No student in ${models}; bittensor-cli model pull fetches one.`);
        return;
      }
      shown.table(
        ['HOTKEY', 'ID', 'MODEL', 'STEP', 'SIZE', 'ON ITS OWN', 'LEARNT FROM'],
        students.map(({ hotkey, id, bytes, config: { model, step, metric, data } }) => [
          hotkey ?? '-',
          id?.slice(0, 12) ?? '-',
          model,
          step,
          sizeText(bytes),
          metricText(metric),
          data,
        ]),
      );
    },
  };
};
