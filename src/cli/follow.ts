// Waits for a run to get somewhere and shows it on its way: redrawn on a terminal, one line a change elsewhere.
// Ctrl-C ends the looking, never the run.
import type { NaasClient } from '../client/api.ts';
import { ERRORS, NaasError } from '../spec/errors.ts';
import type { Status } from '../spec/status.ts';
import type { Context } from './context.ts';
import { harmless } from './harmless.ts';
import { plainLine, renderLive, stamped } from './render-progress.ts';
import { clip } from './table.ts';

export interface Followed {
  exit: number;
  status: Status | undefined;
  interrupted: boolean;
}

interface Display {
  show(status: Status): void;
  end(): void;
}

export interface Wanted {
  name: string;
  /** The exit code once enough was seen. */
  exitAt(status: Status): number | undefined;
  /** Whoever only looks has seen enough at any time; whoever waits for an end does not know it. */
  looking?: boolean;
  /** Takes the place of the display, for output that programs read. */
  each?(status: Status): void;
}

export async function follow(context: Context, client: NaasClient, wanted: Wanted): Promise<Followed> {
  const { name, each } = wanted;
  const interruption = context.terminal.interruption();
  const display: Display = each === undefined ? displayFor(context) : { show: each, end: () => undefined };
  let status: Status | undefined;
  try {
    for await (status of client.watch(name, { signal: interruption.signal })) {
      display.show(status);
      // Its last phase says nothing of how it stands now.
      const exit = status.endedInTemporal === undefined ? wanted.exitAt(status) : undefined;
      if (exit !== undefined) return { exit, status, interrupted: false };
    }
    if (interruption.signal.aborted) return stopped(status, wanted);
    if (status?.endedInTemporal !== undefined) throw nobodyWatches(status, status.endedInTemporal);
    throw new NaasError({ code: 'Unknown', message: `${name}: the watch ended before the run did` });
  } catch (error) {
    if (interruption.signal.aborted) return stopped(status, wanted);
    throw error;
  } finally {
    display.end();
    interruption.release();
  }
}

/** Nothing more comes of it by itself, so whoever waits has to hear what to do. */
function nobodyWatches({ name, phase, waitsFor }: Status, how: string): NaasError {
  const message = `${name} was ${phase} when its run was ${how} in Temporal; nobody watches it any more`;
  return new NaasError({ code: 'Ended', message, ...(waitsFor === undefined ? {} : { hint: waitsFor.todo }) });
}

function stopped(status: Status | undefined, { looking = false }: Wanted): Followed {
  return { exit: looking ? 0 : ERRORS.Unknown.exit, status, interrupted: true };
}

function displayFor(context: Context): Display {
  if (context.globals.json === true) return { show: () => undefined, end: () => undefined };
  return context.terminal.isTerminal ? liveDisplay(context) : plainDisplay(context);
}

function plainDisplay(context: Context): Display {
  const { terminal } = context;
  let last = '';
  return {
    show(status) {
      const line = plainLine(status);
      if (line !== last) terminal.stdout(`${harmless(stamped(line, terminal.nowMs()))}\n`);
      last = line;
    },
    end: () => undefined,
  };
}

/** Eight pictures a second look alive and cost nothing. */
const REDRAW_MS = 125;

function liveDisplay(context: Context): Display {
  const { terminal } = context;
  const sinceMs = terminal.nowMs();
  let frame = 0;
  let drawn = 0;
  let current: Status | undefined;
  const draw = () => {
    if (current === undefined) return;
    const lines = renderLive(
      current,
      { nowMs: terminal.nowMs(), sinceMs, width: terminal.width, frame: frame++ },
      terminal.paint,
    );
    const up = drawn === 0 ? '' : `\x1b[${drawn}A`;
    const body = lines.map((line) => `${clip(harmless(line), terminal.width - 1)}\x1b[K\n`).join('');
    terminal.stdout(`${up}${body}\x1b[J`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    show(status) {
      current = status;
      draw();
    },
    end: () => clearInterval(timer),
  };
}
