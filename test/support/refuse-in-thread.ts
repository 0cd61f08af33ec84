// Parses one request in a thread of its own, whose memory its starter bounds, and answers the problems' messages.
import { parentPort, workerData } from 'node:worker_threads';
import { NaasError } from '../../src/spec/errors.ts';
import { parseRequest, parseRequestText } from '../../src/spec/request.ts';

const { text, asData } = workerData as { text: string; asData: boolean };

try {
  if (asData) parseRequest(JSON.parse(text));
  else parseRequestText(text, 'r.yaml');
  parentPort?.postMessage([]);
} catch (error) {
  if (!(error instanceof NaasError)) throw error;
  parentPort?.postMessage(error.problems.map((problem) => problem.message));
}
