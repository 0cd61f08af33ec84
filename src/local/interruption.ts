// Ctrl-C and its relatives as one AbortSignal, so that a start can be stopped at any second. It stops nothing itself.

export interface Interruption {
  signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after TERM: what a shell expects. Undefined while nothing happened. */
  exitCode(): number | undefined;
}

/** The reason of the signal: lets a caller tell "stopped by a person" from "went wrong". */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * From now on these signals no longer end this process; the caller does, once everything is stopped. One Ctrl-C often
 * arrives twice (from the terminal and forwarded by npm), so repeated ones change nothing.
 */
export function interruption(): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (name: keyof typeof EXIT_CODES): void => {
    exitCode ??= EXIT_CODES[name];
    controller.abort(new Interrupted(`interrupted by ${name}`));
  };
  for (const name of Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]) process.on(name, () => stop(name));
  // Whoever started this process over a channel and vanished (even by SIGKILL) wants it to end.
  if (process.channel) {
    process.channel.unref();
    process.once('disconnect', () => stop('SIGTERM'));
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
