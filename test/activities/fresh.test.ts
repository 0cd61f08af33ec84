// How an object is written so that nothing late does harm: on the version that was read, or with the time until which it counts.
import { beforeEach, describe, expect, it } from 'vitest';
import { bind, boundPatch, make, makeOrMend, mend, onFreshVersion, versionOf } from '../../src/activities/fresh.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { ANNOTATION } from '../../src/spec/names.ts';
import { approved, ofKind, refTo, stampedObjects, WatchedCluster } from '../support/activity-world.ts';

const objects = stampedObjects(approved());
const account = ofKind(objects, 'ServiceAccount');
const quota = ofKind(objects, 'ResourceQuota');
const options = { deadlineMs: Date.now() + 60_000 };

let cluster: WatchedCluster;
beforeEach(() => {
  cluster = new WatchedCluster();
});

async function live(object: KubernetesObject): Promise<KubernetesObject> {
  const found = await cluster.read(refTo(object));
  if (found === undefined) throw new Error(`${object.kind} is not there`);
  return found;
}

const sent = (): KubernetesObject | undefined => cluster.calls.at(-1)?.sent as KubernetesObject | undefined;

describe('a creation', () => {
  it('says until when it counts, by the server’s clock', async () => {
    cluster.serverNowMs = () => Date.now() + 5_000;
    await make(cluster, account, options);
    const before = Date.parse(sent()?.metadata.annotations?.[ANNOTATION.claimBefore] ?? '');
    expect(Math.abs(before - options.deadlineMs - 5_000)).toBeLessThan(1_000);
  });

  it('forces its fields on nobody, but for guardrails', async () => {
    await make(cluster, account, options);
    await make(cluster, quota, options);
    expect(cluster.calls.map(({ kind, force }) => [kind, force])).toEqual([
      ['ServiceAccount', false],
      ['ResourceQuota', true],
    ]);
  });
});

describe('a mend', () => {
  it('is bound to the version that was read, and keeps the mark of the creation', async () => {
    await make(cluster, account, options);
    const read = await live(account);
    await mend(cluster, account, read, options);
    const { uid, resourceVersion, annotations } = sent()?.metadata ?? {};
    expect({ uid, resourceVersion }).toEqual(versionOf(read));
    expect(annotations?.[ANNOTATION.claimBefore]).toBe(read.metadata.annotations?.[ANNOTATION.claimBefore]);
    expect(annotations?.[ANNOTATION.claimBefore]).toBeDefined();
  });

  it('takes values of others only where people agreed to it', async () => {
    await cluster.has(account);
    const read = await live(account);
    await mend(cluster, account, read, options);
    await mend(cluster, account, read, { ...options, adopting: true });
    expect(cluster.calls.map(({ force }) => force)).toEqual([false, true]);
  });

  it('is none where everything is as it should be', async () => {
    await cluster.has(account);
    expect(await makeOrMend(cluster, account, options)).toMatchObject({ outcome: 'unchanged' });
    expect(cluster.calls).toEqual([]);
    await cluster.has({ ...account, automountServiceAccountToken: true });
    expect(await makeOrMend(cluster, account, options)).toMatchObject({ outcome: 'changed' });
  });
});

describe('a merge', () => {
  it('is bound to the version that was read, beside what it sets', async () => {
    await cluster.has(account);
    const read = await live(account);
    const patch = boundPatch({ metadata: { labels: { a: 'b' } }, data: {} }, read);
    expect(patch).toEqual({ metadata: { labels: { a: 'b' }, ...versionOf(read) }, data: {} });
  });

  it('is refused of what was read without a version', async () => {
    expect(() => versionOf(account)).toThrow(/was read without its version/);
    expect(() => bind(account, account)).toThrow(/was read without its version/);
  });
});

describe('a write that met a newer version', () => {
  const outdated = new NaasError({ code: 'Outdated', message: 'somebody was faster' });

  it('is decided on anew, some times and not for ever', async () => {
    await cluster.has(account);
    let tries = 0;
    const twice = onFreshVersion(cluster, refTo(account), options, async (read) => {
      tries += 1;
      if (tries < 3) throw outdated;
      return read?.metadata.name;
    });
    expect(await twice).toBe(account.metadata.name);
    expect(tries).toBe(3);
    tries = 0;
    const always = onFreshVersion(cluster, refTo(account), options, async () => {
      tries += 1;
      throw outdated;
    });
    await expect(always).rejects.toBe(outdated);
    expect(tries).toBe(5);
  });

  it('is looked at again where the creation of an earlier attempt came in between', async () => {
    let tries = 0;
    const stands = new NaasError({
      code: 'Forbidden',
      message: `it stands already; naas never changes ${ANNOTATION.claimBefore}`,
    });
    const write = onFreshVersion(cluster, refTo(account), options, async () => {
      tries += 1;
      if (tries === 1) throw stands;
      return 'mended';
    });
    expect(await write).toBe('mended');
  });

  it('is the only one that is: any other error is the answer', async () => {
    let tries = 0;
    const denied = new NaasError({ code: 'Forbidden', message: 'no' });
    const write = onFreshVersion(cluster, refTo(account), options, async () => {
      tries += 1;
      throw denied;
    });
    await expect(write).rejects.toBe(denied);
    expect(tries).toBe(1);
  });
});
