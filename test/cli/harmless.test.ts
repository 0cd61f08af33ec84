// What strangers wrote is shown to people, never obeyed by their terminals.
import { describe, expect, it } from 'vitest';
import { harmless } from '../../src/cli/harmless.ts';
import { coloured, type Style } from '../../src/cli/paint.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { ADA, NAME, statusWith } from './samples.ts';
import { play } from './stage.ts';

const STYLES: Style[] = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'];

/** Clears the screen, sets the title, goes up and wipes a line, hides what follows, turns the writing round. */
const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\u001b[1A\u001b[2K\u001b[8m\u009b31m\r\u202eeno\u2066';

describe('harmless', () => {
  it.each(STYLES)('keeps our own %s', (style) => {
    const text = coloured(style, 'said');
    expect(harmless(text)).toBe(text);
  });

  it('shows everything else that a terminal would obey', () => {
    expect(harmless(HOSTILE)).toBe(
      '\\u{1b}[2J\\u{1b}]0;owned\\u{7}\\u{1b}[1A\\u{1b}[2K\\u{1b}[8m\\u{9b}31m\\u{d}\\u{202e}eno\\u{2066}',
    );
  });

  it('leaves text of every script, and lines, as they are', () => {
    const text = 'Größe\t日本語\nמגדל 👩‍💻';
    expect(harmless(text)).toBe(text);
  });
});

describe('a stranger’s text', () => {
  const shown = /\\u\{1b\}\[2J/;

  it.each<[string, string[], Parameters<typeof play>[1]]>([
    [
      'in a history',
      ['history', NAME],
      { client: { history: async () => [{ at: '2026-03-01T12:00:00.000Z', kind: 'message', text: HOSTILE }] } },
    ],
    ['in a status', ['status', NAME], { client: { status: async () => statusWith({ requestId: HOSTILE }) } }],
    [
      'in an error',
      ['status', NAME],
      {
        client: {
          status: async () => {
            throw new NaasError({ code: 'NotFound', message: HOSTILE });
          },
        },
      },
    ],
  ])('%s is shown', async (_where, argv, setting) => {
    const { out, err } = await play([...argv, ...ADA], setting);
    expect(out + err).toMatch(shown);
    for (const obeyed of ['\u001b', '\u202e', '\u0007']) expect(out + err).not.toContain(obeyed);
  });
});
