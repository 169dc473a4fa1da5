import { parentPort, workerData } from 'node:worker_threads';
import type { WorkJob } from './find-work.js';
import { searchWork } from './work-search.js';

const { subject, difficulty } = workerData as WorkJob;
parentPort!.postMessage(searchWork(subject, difficulty, 0, 2 ** 31));
