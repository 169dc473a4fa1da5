import { randomInt } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { describeDataset, random, recipes } from '../../model/index.js';
import { type Moved, ThreadRpc } from '../model/thread-rpc.js';
import type { Asked, JudgeAnswers, Judged, PrepareJudge, Ready } from './messages.js';
import { type Question, Questions } from './questions.js';

/** Entry of the thread that knows what is right: it makes questions and judges answers. It needs no model. */
let questions: Questions;
let rows = 0;
let asked: { id: number; question: Question } | undefined;

new ThreadRpc(parentPort!, {
  async prepare({ model, dataset, seed }: PrepareJudge): Promise<Ready> {
    const recipe = recipes[model];
    const data = await recipe.open({ labels: undefined, dataset });
    // A seed that nobody can guess, unless a test gives one.
    const source = random(seed ?? randomInt(2 ** 31), 'questions');
    questions = new Questions(data, recipe.classes, source, recipe.testRows);
    rows = recipe.rows;
    const ready = { data: describeDataset(data), rows: questions.rows, forms: questions.forms };
    data.close();
    return ready;
  },

  ask({ id }: { id: number }): Asked {
    const question = questions.ask(rows);
    asked = { id, question };
    return { inputs: question.inputs };
  },

  judge({ id, answers }: JudgeAnswers): Moved | Judged {
    if (asked?.id !== id) return { gains: answers.map(() => Number.NaN) };
    const gains = questions.judge(asked.question, answers);
    return { gains: gains.map(gain => gain.shapley) };
  },
});
