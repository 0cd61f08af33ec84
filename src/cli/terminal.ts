// What the CLI needs of the process around it, as an interface, so that commands are tested without one. No decisions.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { type Paint, painter } from './paint.ts';

export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  /** A person sits there: output may be redrawn and questions asked. */
  isTerminal: boolean;
  width: number;
  env: Record<string, string | undefined>;
  paint: Paint;
  nowMs(): number;
  /** `-` is standard input. */
  read(path: string): Promise<string>;
  /** Readable by its owner alone, and whole or not there. */
  writePrivate(path: string, text: string): Promise<void>;
  ask(question: string): Promise<string>;
  /** Aborts at the first Ctrl-C; `release` gives Ctrl-C its usual meaning back. */
  interruption(): { signal: AbortSignal; release(): void };
}

/** Where the width is not known (some pseudo-terminals say 0), lines are cut as on the smallest usual terminal. */
const USUAL_WIDTH = 80;

export function processTerminal(): Terminal {
  const isTerminal = process.stdout.isTTY === true && process.stdin.isTTY === true;
  return {
    stdout: (chunk) => void process.stdout.write(chunk),
    stderr: (chunk) => void process.stderr.write(chunk),
    isTerminal,
    get width() {
      return process.stdout.columns || USUAL_WIDTH;
    },
    env: process.env,
    paint: painter(process.stdout.isTTY === true, process.env),
    nowMs: () => Date.now(),
    read: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
    writePrivate,
    ask,
    interruption,
  };
}

/** Renamed into place: a file that was there before keeps no wider mode, and nobody reads half of the new one. */
async function writePrivate(path: string, content: string): Promise<void> {
  const fresh = `${path}.${process.pid}.new`;
  await writeFile(fresh, content, { mode: 0o600 });
  await rename(fresh, path);
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

function interruption(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  const release = () => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  return { signal: controller.signal, release };
}
