// The question before what cannot be taken back: asked where somebody sits, refused where nobody can be asked.
import type { Context } from './context.ts';
import { UsageError } from './usage-error.ts';

export interface Question {
  /** What it is about, for the message where nobody can be asked: "deleting shop-cart-dev". */
  what: string;
  /** What will happen, in a sentence. */
  consequence: string;
  /** What has to be typed, and what that is called: "its name". */
  expected: string;
  called: string;
  /** The option that stands for the answer. */
  option: string;
}

export async function confirmed({ terminal }: Context, question: Question): Promise<void> {
  const { what, consequence, expected, called, option } = question;
  if (!terminal.isTerminal) throw new UsageError(`${what} needs ${option} where nobody can be asked: ${consequence}`);
  const answer = await terminal.ask(`${consequence} Type ${called} to go on: `);
  if (answer.trim() !== expected) throw new UsageError(`what was typed is not ${expected}; nothing was done`);
}
