// Every command explains itself, with an example that could be typed.
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { play } from './stage.ts';

const dependencies = {
  createClient: () => Promise.reject(new Error('help needs no client')),
  createProver: () => Promise.reject(new Error('help needs no key')),
  createCertificate: () => Promise.reject(new Error('help needs no certificate')),
  platform: () => Promise.reject(new Error('help needs no platform')),
};

function paths(command: Command, above: string[] = []): string[][] {
  return command.commands.flatMap((child) => [[...above, child.name()], ...paths(child, [...above, child.name()])]);
}

describe('naas --help', () => {
  const all = paths(buildProgram(processTerminal(), dependencies).command);

  it('knows all commands', () => {
    expect(all.map((path) => path.join(' '))).toEqual([
      'request',
      'adopt',
      'plan',
      'change',
      'quota',
      'transfer',
      'catalog',
      'catalog diff',
      'approvals',
      'approve',
      'reject',
      'status',
      'watch',
      'list',
      'history',
      'kubeconfig',
      'delete',
      'cancel',
      'domain',
      'domain add',
      'domain buy',
      'domain bought',
      'domain status',
      'domain list',
      'domain remove',
      'domain transfer',
      'domain approve',
      'domain reject',
      'retry',
      'skip',
      'abandon',
      'recover',
      'install',
      'doctor',
      'pause',
      'resume',
      'schema',
      'local',
      'local up',
      'local down',
      'local status',
      'local env',
      'local azure-dns',
    ]);
  });

  it.each(all)('explains %s %s with one to three examples', async (...path) => {
    const played = await play([...path, '--help']);
    expect(played).toMatchObject({ exit: 0, err: '' });
    const examples =
      played.out
        .split(/^Examples?:\n/m)[1]
        ?.trimEnd()
        .split('\n') ?? [];
    expect(examples.length).toBeGreaterThanOrEqual(1);
    expect(examples.length).toBeLessThanOrEqual(3);
    expect(examples.every((example) => example.includes('naas '))).toBe(true);
  });

  it('tells its version', async () => {
    expect(await play(['--version'])).toMatchObject({ exit: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('shows the exit codes, and comes with exit 2 when nothing is asked for', async () => {
    const asked = await play(['--help']);
    expect(asked).toMatchObject({ exit: 0 });
    expect(asked.out).toContain('8 unknown (may still run)');
    const bare = await play([]);
    expect(bare).toMatchObject({ exit: 2, out: '' });
    expect(bare.err).toContain('Usage: naas');
  });
});
