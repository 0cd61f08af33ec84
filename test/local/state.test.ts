import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimState, type LocalFiles, type LocalState, localFiles, readLiveState } from '../../src/local/state.ts';

describe('state file', () => {
  let files: LocalFiles;
  let platform: string;
  beforeEach(() => {
    files = localFiles({ NAAS_LOCAL_STATE: mkdtempSync(join(tmpdir(), 'naas-state-')) });
    platform = join(files.folder, 'platform-1');
  });
  afterEach(() => rmSync(files.folder, { recursive: true, force: true }));

  it('lies under XDG_STATE_HOME, or HOME, unless NAAS_LOCAL_STATE names a folder', () => {
    expect(localFiles({ HOME: '/home/ada' }).state).toBe('/home/ada/.local/state/naas/local/state.json');
    expect(localFiles({ HOME: '/home/ada', XDG_STATE_HOME: '/x' }).state).toBe('/x/naas/local/state.json');
    expect(localFiles({ HOME: '/home/ada', NAAS_LOCAL_STATE: '/n' }).state).toBe('/n/state.json');
  });

  it('belongs to the first who claims it', async () => {
    await claimState(files, platform);
    await expect(claimState(files, join(files.folder, 'platform-2'))).rejects.toThrow('EEXIST');
    expect(await readLiveState(files)).toMatchObject({ supervisor: { pid: process.pid }, folder: platform });
  });

  async function rewrite(change: (state: LocalState) => void): Promise<void> {
    await claimState(files, platform);
    mkdirSync(platform);
    const state = JSON.parse(readFileSync(files.state, 'utf8')) as LocalState;
    change(state);
    writeFileSync(files.state, JSON.stringify(state));
  }

  it('of a dead supervisor is removed, with what it left behind', async () => {
    // Above the largest pid that Linux gives.
    await rewrite((state) => {
      state.supervisor.pid = 4_194_305;
    });
    expect(await readLiveState(files)).toBeNull();
    expect(existsSync(files.state)).toBe(false);
    expect(existsSync(platform)).toBe(false);
  });

  it('of a supervisor whose pid a stranger has now counts as dead', async () => {
    await rewrite((state) => {
      state.supervisor.startedAt = 'another time';
    });
    expect(await readLiveState(files)).toBeNull();
  });

  it('that cannot be read counts as none', async () => {
    writeFileSync(files.state, '{"supervisor":');
    expect(await readLiveState(files)).toBeNull();
  });
});
