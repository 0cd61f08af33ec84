// Colour for people at a terminal, and only for them: without a painter every text is plain. Decides nothing else.
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

/** The caller has decided that colour is wanted; Node's own look at the stream would decide a second time. */
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** https://no-color.org: any non-empty value of NO_COLOR switches colour off. */
export function painter(isTerminal: boolean, env: Record<string, string | undefined>): Paint {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isTerminal && !refused ? coloured : plain;
}
