// What a test or a person may switch from another process, on paths that the real service does not have. No token is asked
// for: the server listens on loopback only, and these are not the emulated service's secrets.
import { z } from 'zod';
import { type ApiResponse, json, withoutBody } from './api.ts';
import { badRequest, methodNotAllowed, noSuchResource } from './arm-errors.ts';
import type { AliasTarget } from './dns-answer.ts';
import type { NameServer } from './dns-server.ts';
import { type Faults, faultSchema } from './faults.ts';
import type { RequestLog } from './request-log.ts';
import { AZURE_LIMITS, type LimitedOperation, type Limits, type Throttle } from './throttle.ts';
import { parseJson } from './wire-form.ts';

export interface AdminParts {
  faults: Faults;
  log: RequestLog;
  throttle: Throttle;
  aliases: Map<string, AliasTarget>;
  nameServers: readonly NameServer[];
  snapshot: () => Record<string, unknown>;
}

const switchesSchema = z.strictObject({
  running: z.boolean().optional(),
  mode: z.enum(['answering', 'silent', 'failing', 'refusing']).optional(),
  answerDelayMs: z.int().min(0).optional(),
  propagation: z.union([z.int().min(0), z.literal('held')]).optional(),
});

const aliasesSchema = z.record(
  z.string(),
  z.strictObject({
    ipv4: z.array(z.ipv4()).optional(),
    ipv6: z.array(z.ipv6()).optional(),
    cname: z.string().optional(),
  }),
);

const limitsSchema = z.strictObject({
  limits: z.union([
    z.literal('off'),
    z.partialRecord(z.enum(Object.keys(AZURE_LIMITS) as LimitedOperation[]), z.int()),
  ]),
});

type Action = (body: Buffer, rest: string, parts: AdminParts) => ApiResponse | Promise<ApiResponse>;

const ACTIONS: Record<string, Partial<Record<string, Action>>> = {
  faults: {
    GET: (_body, _rest, { faults }) => json(200, { faults: faults.list() }),
    POST: (body, _rest, { faults }) => {
      faults.add(read(faultSchema, body));
      return withoutBody(204);
    },
    DELETE: (_body, _rest, { faults }) => {
      faults.clear();
      return withoutBody(204);
    },
  },
  requests: {
    GET: (_body, _rest, { log }) => json(200, { requests: log.list() }),
    DELETE: (_body, _rest, { log }) => {
      log.clear();
      return withoutBody(204);
    },
  },
  limits: {
    PUT: (body, _rest, { throttle }) => {
      throttle.reset(limitsOf(read(limitsSchema, body).limits as Partial<Limits> | 'off'));
      return withoutBody(204);
    },
  },
  aliases: {
    GET: (_body, _rest, { aliases }) => json(200, Object.fromEntries(aliases)),
    PUT: (body, _rest, { aliases }) => {
      const given = read(aliasesSchema, body);
      aliases.clear();
      for (const [id, target] of Object.entries(given)) aliases.set(id.toLowerCase(), withoutUndefined(target));
      return withoutBody(204);
    },
  },
  'name-servers': {
    GET: (_body, _rest, { nameServers }) =>
      json(200, {
        nameServers: nameServers.map(({ address, isRunning, switches, served }) => ({
          ...address,
          running: isRunning,
          ...switches,
          served,
        })),
      }),
    PUT: async (body, rest, { nameServers }) => {
      const server = nameServers[Number(rest)];
      if (server === undefined) throw badRequest(`There is no name server ${rest}; they are numbered from 0.`);
      const { running, ...switches } = withoutUndefined(read(switchesSchema, body));
      server.set(switches);
      if (running !== undefined) await (running ? server.start() : server.stop());
      return withoutBody(204);
    },
  },
  snapshot: { GET: (_body, _rest, parts) => json(200, parts.snapshot()) },
};

/** Throws the ArmError of what cannot be done. */
export async function administer(parts: AdminParts, method: string, path: string, body: Buffer): Promise<ApiResponse> {
  const [, name = '', rest = ''] = /^\/_([a-z-]+)(?:\/(\d+))?$/.exec(path) ?? [];
  const methods = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (methods === undefined) throw noSuchResource(path);
  const action = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (action === undefined) throw methodNotAllowed(method);
  return await action(body, rest, parts);
}

/** What is not named keeps the real limit. */
export function limitsOf(given: Partial<Limits> | 'off' | undefined): Limits | undefined {
  return given === 'off' ? undefined : { ...AZURE_LIMITS, ...given };
}

function read<Schema extends z.ZodType>(schema: Schema, body: Buffer): z.output<Schema> {
  const result = schema.safeParse(parseJson(body));
  if (!result.success) throw badRequest(z.prettifyError(result.error));
  return result.data;
}

type Given<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Given<T>;
}
