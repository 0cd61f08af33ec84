// One question to one server, and what a list of servers says of a planned set.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePorts } from '../../../src/local/ports.ts';
import { ask, createDnsAnswers, createNameServers } from '../../../src/providers/dns-query/index.ts';
import { reply, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

const NAME = 'shop.example.com';
const soon = (ms = 20_000) => ({ deadlineMs: Date.now() + ms });
const a = (data: string, ttl = 5) => ({ type: 'A', name: NAME, ttl, data }) as const;

let scripted: ScriptedServer;
let other: ScriptedServer;

beforeAll(async () => {
  scripted = await startScriptedServer();
  other = await startScriptedServer();
});
afterAll(async () => {
  await scripted?.stop();
  await other?.stop();
});
beforeEach(() => {
  scripted.queries.length = 0;
  scripted.script = (query) => [reply(query, { answers: [a('192.0.2.7')] })];
  other.script = scripted.script;
});

describe('a question', () => {
  it('is answered with canonical, sorted values, their TTL and who says so', async () => {
    scripted.script = (query) => [
      reply(query, {
        answers: [a('192.0.2.9', 60), a('192.0.2.7', 60), { ...a('192.0.2.1'), name: 'else.example.com' }],
      }),
    ];
    expect(await ask(scripted.server, 'Shop.Example.COM.', 'A', soon())).toEqual({
      rcode: 'NOERROR',
      authoritative: true,
      answers: ['192.0.2.7', '192.0.2.9'],
      ttlSeconds: 60,
      alias: undefined,
      referredTo: undefined,
    });
    expect(scripted.queries[0]?.query.flag_rd).toBe(false);
  });

  it('takes another id and port each time', async () => {
    for (let count = 0; count < 20; count += 1) await ask(scripted.server, NAME, 'A', soon());
    expect(new Set(scripted.queries.map(({ query }) => query.id)).size).toBeGreaterThan(15);
    expect(new Set(scripted.queries.map(({ from }) => from)).size).toBeGreaterThan(15);
  });

  it('passes over answers to another id, question or type, and what is no answer', async () => {
    scripted.script = (query) => [
      reply(query, { answers: [a('192.0.2.66')], changed: { id: ((query.id ?? 0) + 1) & 0xffff } }),
      reply(query, { answers: [a('192.0.2.66')], changed: { questions: [{ name: 'evil.example.com', type: 'A' }] } }),
      reply(query, { answers: [a('192.0.2.66')], changed: { questions: [{ name: NAME, type: 'AAAA' }] } }),
      reply(query, { answers: [a('192.0.2.66')], changed: { questions: [] } }),
      reply(query, { answers: [a('192.0.2.66')], changed: { type: 'query' } }),
      Buffer.from('garbage'),
      reply(query, { answers: [a('192.0.2.7')] }),
    ];
    expect((await ask(scripted.server, NAME, 'A', soon())).answers).toEqual(['192.0.2.7']);
  });

  it('passes over whatever another port sends', async () => {
    scripted.script = (query) => {
      const from = scripted.queries.at(-1)?.from ?? 0;
      other.send(reply(query, { answers: [a('192.0.2.66')] }), from);
      return [];
    };
    const asked = ask(scripted.server, NAME, 'A', soon(1000));
    await expect(asked).rejects.toMatchObject({ name: 'DeadlinePassed' });
  });

  it('is asked again over TCP when the answer does not fit', async () => {
    scripted.script = (query, transport) => [
      transport === 'udp' ? reply(query, { truncated: true }) : reply(query, { answers: [a('192.0.2.7')] }),
    ];
    expect((await ask(scripted.server, NAME, 'A', soon())).answers).toEqual(['192.0.2.7']);
    expect(scripted.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  it('is not answered by what does not answer it over TCP either', async () => {
    scripted.script = (query, transport) => [
      transport === 'udp' ? reply(query, { truncated: true }) : reply(query, { changed: { id: (query.id ?? 0) ^ 1 } }),
    ];
    await expect(ask(scripted.server, NAME, 'A', soon())).rejects.toMatchObject({ name: 'Unavailable' });
  });

  it('is asked without the extension of a server that does not know it', async () => {
    scripted.script = (query) => [
      (query.additionals ?? []).length > 0 ? reply(query, { rcode: 1 }) : reply(query, { answers: [a('192.0.2.7')] }),
    ];
    expect((await ask(scripted.server, NAME, 'A', soon())).answers).toEqual(['192.0.2.7']);
  });

  it('is repeated once when a datagram got lost', async () => {
    scripted.script = (query) => (scripted.queries.length < 2 ? [] : [reply(query, { answers: [a('192.0.2.7')] })]);
    expect((await ask(scripted.server, NAME, 'A', soon())).answers).toEqual(['192.0.2.7']);
    expect(scripted.queries).toHaveLength(2);
  });

  it('ends with Unavailable at a server that is silent or not there', async () => {
    scripted.script = () => [];
    await expect(ask(scripted.server, NAME, 'A', soon())).rejects.toMatchObject({ name: 'Unavailable' });
    expect(scripted.queries).toHaveLength(2);
    const [closed] = await freePorts(1);
    await expect(ask(`127.0.0.1:${closed}`, NAME, 'A', soon())).rejects.toMatchObject({
      name: 'Unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('ends with its deadline and with its caller', async () => {
    scripted.script = () => [];
    await expect(ask(scripted.server, NAME, 'A', soon(100))).rejects.toMatchObject({ name: 'DeadlinePassed' });
    const stop = new AbortController();
    const asked = ask(scripted.server, NAME, 'A', { ...soon(), signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopping')), 50);
    await expect(asked).rejects.toThrow('stopping');
    scripted.queries.length = 0;
    const late = ask(scripted.server, NAME, 'A', { deadlineMs: Date.now() - 1 });
    await expect(late).rejects.toMatchObject({ name: 'DeadlinePassed' });
    expect(scripted.queries).toHaveLength(0);
  });

  it('hears a parent refer to the servers of a child', async () => {
    const ns = { type: 'NS', name: 'child.example.com', ttl: 3600, data: 'NS1.child.example.com' } as const;
    scripted.script = (query) => [reply(query, { authoritative: false, authorities: [ns] })];
    expect(await ask(scripted.server, 'child.example.com', 'NS', soon())).toMatchObject({
      authoritative: false,
      answers: ['ns1.child.example.com'],
      ttlSeconds: 3600,
      referredTo: 'child.example.com',
    });
  });
});

describe('what servers say of a planned set', () => {
  const planned = { name: NAME, type: 'A', values: ['192.0.2.7', '192.0.2.9'] } as const;
  const said = async (script: ScriptedServer['script'], changed: Partial<typeof planned> = {}) => {
    scripted.script = script;
    const [answer] = await createDnsAnswers({}).fromServers(
      { ...planned, values: [...planned.values], ...changed } as never,
      [scripted.server],
      soon(),
    );
    return answer;
  };

  it.each([
    ['exactly its values', { answers: [a('192.0.2.9'), a('192.0.2.7')] }, { says: 'planned', ttlSeconds: 5 }],
    ['one too few', { answers: [a('192.0.2.9')] }, { says: 'other', values: ['192.0.2.9'] }],
    ['one too many', { answers: ['7', '9', '99'].map((last) => a(`192.0.2.${last}`)) }, { says: 'other' }],
    ['nothing of the type', {}, { says: 'nodata' }],
    ['no such name', { rcode: 3 }, { says: 'nxdomain' }],
    [
      'an alias',
      { answers: [{ type: 'CNAME', name: NAME, data: 'x.example' } as const] },
      { says: 'other', values: ['x.example'] },
    ],
    ['REFUSED', { rcode: 5, authoritative: false }, { says: 'nothing', why: 'it answers REFUSED' }],
    ['something out of a cache', { authoritative: false, answers: [a('192.0.2.7')] }, { says: 'nothing' }],
    [
      'a referral',
      { authoritative: false, authorities: [{ type: 'NS', name: 'example.com', data: 'ns.example.com' } as const] },
      { says: 'nothing', why: 'it refers to the servers of example.com' },
    ],
  ])('is told apart: %s', async (_, answer, expected) => {
    expect(await said((query) => [reply(query, answer)])).toMatchObject({ server: scripted.server, ...expected });
  });

  it('is anything at all for what an alias leads to', async () => {
    expect(
      await said((query) => [reply(query, { answers: [a('192.0.2.1')] })], { values: undefined as never }),
    ).toMatchObject({
      says: 'planned',
    });
  });

  it('is told of each server, of one that is silent too', async () => {
    other.script = () => [];
    const [closed] = await freePorts(1);
    const servers = [scripted.server, other.server, `127.0.0.1:${closed}`];
    scripted.script = (query) => [reply(query, { answers: [a('192.0.2.9'), a('192.0.2.7')] })];
    const answers = await createDnsAnswers({}).fromServers(
      { ...planned, values: [...planned.values] },
      servers,
      soon(),
    );
    expect(answers.map(({ server, says }) => [server, says])).toEqual([
      [servers[0], 'planned'],
      [servers[1], 'nothing'],
      [servers[2], 'nothing'],
    ]);
  });

  it('is asked of resolvers with the wish for recursion, and believed without authority', async () => {
    scripted.script = (query) => [reply(query, { authoritative: false, answers: [a('192.0.2.9'), a('192.0.2.7')] })];
    const answers = createDnsAnswers({ publicResolvers: [scripted.server] });
    expect(await answers.fromResolvers({ ...planned, values: [...planned.values] }, soon())).toMatchObject([
      { says: 'planned' },
    ]);
    expect(scripted.queries[0]?.query.flag_rd).toBe(true);
    expect(await createDnsAnswers({}).fromResolvers({ ...planned, values: [] }, soon())).toEqual([]);
  });

  it('is asked of at most eight servers at a time', async () => {
    let open = 0;
    let most = 0;
    scripted.script = () => {
      open += 1;
      most = Math.max(most, open);
      return [];
    };
    const servers = Array.from({ length: 20 }, () => scripted.server);
    const stop = new AbortController();
    const asked = createDnsAnswers({}).fromServers({ ...planned, values: [] }, servers, {
      ...soon(),
      signal: stop.signal,
    });
    await expect.poll(() => open, { timeout: 5000 }).toBe(8);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(most).toBe(8);
  });
});

describe('the servers of a zone', () => {
  it('are those of the nearest zone above the name, by the resolver', async () => {
    scripted.script = (query) => {
      const [question] = query.questions ?? [];
      const ns = ['b.ns.example', 'a.ns.example'].map(
        (data) => ({ type: 'NS', name: 'example.com', ttl: 5, data }) as const,
      );
      if (question?.type === 'NS' && question.name === 'example.com') return [reply(query, { answers: ns })];
      return [reply(query, { rcode: question?.name === 'x.shop.example.com' ? 3 : 0 })];
    };
    const names = createNameServers({ resolvers: [scripted.server] });
    expect(await names.of('x.shop.example.com', soon())).toEqual({
      zone: 'example.com',
      servers: ['a.ns.example', 'b.ns.example'],
    });
  });

  it('are those that the installation names, before any resolver is asked', async () => {
    const names = createNameServers({ resolvers: [scripted.server], servers: { 'example.com': ['127.0.0.1:5353'] } });
    scripted.script = (query) => [reply(query, { rcode: 3 })];
    expect(await names.of('example.com', soon())).toEqual({ zone: 'example.com', servers: ['127.0.0.1:5353'] });
    expect(scripted.queries).toHaveLength(0);
  });

  it('are NotFound where no name above has any, and Unavailable where the resolver fails', async () => {
    const names = createNameServers({ resolvers: [scripted.server] });
    scripted.script = (query) => [reply(query, { rcode: 3 })];
    await expect(names.of('shop.nowhere', soon())).rejects.toMatchObject({ name: 'NotFound' });
    scripted.script = (query) => [reply(query, { rcode: 2 })];
    await expect(names.of('shop.nowhere', soon())).rejects.toMatchObject({ name: 'Unavailable' });
  });

  it('have addresses of both families, the older first', async () => {
    scripted.script = (query) => {
      const [{ name = '', type = 'A' } = {}] = query.questions ?? [];
      const data = type === 'A' ? '192.0.2.53' : '2001:db8::53';
      return [reply(query, { answers: [{ type, name, ttl: 5, data } as never] })];
    };
    const names = createNameServers({ resolvers: [scripted.server] });
    expect(await names.addresses('ns1.example.com:5353', soon())).toEqual([
      { host: '192.0.2.53', port: 5353 },
      { host: '2001:db8::53', port: 5353 },
    ]);
    expect(await names.addresses('[2001:db8::1]:54', soon())).toEqual([{ host: '2001:db8::1', port: 54 }]);
    expect(await names.addresses('2001:db8::1', soon())).toEqual([{ host: '2001:db8::1', port: 53 }]);
  });

  it.each(['', 'host:', 'host:0', 'host:70000', '[nonsense]:53', 'a:b:c'])(
    'are refused where %j is named',
    async (text) => {
      await expect(createNameServers({}).addresses(text, soon())).rejects.toMatchObject({ name: 'Invalid' });
    },
  );
});
