// Requests that are good but for one thing, and what that one thing is: as data, and as the text of a YAML or JSON document.
import fc from 'fast-check';
import { stringify } from 'yaml';
import { NaasError } from '../../src/spec/errors.ts';
import { type FieldPath, fieldText } from '../../src/spec/field-path.ts';
import { type NamespaceRequest, parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { hostileKeys, hostileTexts, hostileValues, ownEntry } from './hostile-texts.ts';
import { goodRequests } from './request-arbitrary.ts';
import { shippedCatalog } from './shipped-catalog.ts';

export interface HostileRequest {
  value: unknown;
  /** Where it differs from a good request: the old place and the new one, when something was renamed. */
  touched: FieldPath[];
}

const catalog = shippedCatalog();

function resolves(request: NamespaceRequest): boolean {
  try {
    resolve(parseRequest(request), catalog, { cluster: 'local' });
    return true;
  } catch (error) {
    if (error instanceof NaasError) return false;
    throw error;
  }
}

/** Written out, so that every field is there to be spoiled. */
const base = goodRequests
  .map((request) => ({
    name: 'xhostile',
    costCentre: 'CC-1',
    leaseDays: 7,
    labels: { 'example.com/a': 'b' },
    annotations: { 'example.com/a': 'b' },
    quota: { pods: 7 },
    ...request,
    members: { admins: [{ group: 'shop-leads' }], viewers: [{ user: 'ada@example.com' }], ...request.members },
    network: {
      profile: 'team' as const,
      egressTo: [{ cidr: '10.1.2.0/24', ports: [{ protocol: 'TCP' as const, port: 443 }] }],
      ingressFrom: [{ namespace: 'yneighbour', team: request.team }],
      ...request.network,
    },
  }))
  .filter((request) => resolves(request as NamespaceRequest));

function placesIn(value: unknown, path: FieldPath = []): FieldPath[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Array.isArray(value)
    ? value.flatMap((item, index) => placesIn(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

/** A copy in which one place says something else; `remove` takes it away. */
function changed(value: unknown, path: FieldPath, to: { value: unknown } | 'remove'): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return to === 'remove' ? undefined : to.value;
  if (Array.isArray(value)) {
    if (rest.length === 0 && to === 'remove') return value.toSpliced(Number(step), 1);
    return value.with(Number(step), changed(value[Number(step)], rest, to));
  }
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  if (rest.length === 0 && to === 'remove') {
    delete copy[String(step)];
    return copy;
  }
  return ownEntry(copy, String(step), changed(copy[String(step)], rest, to));
}

function at(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((within, step) => (within as Record<string | number, unknown>)[step], value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is hostile in one field only. */
const AIMED: Readonly<Record<string, readonly unknown[]>> = {
  name: [
    'kube-system',
    'default',
    'naas',
    'naas-system',
    'istio-system',
    'shared-registry',
    'x'.repeat(64),
    'payments-x',
    'yneighbour',
  ],
  cidr: [
    '10.0.0.0/8',
    '2001:db8::/32',
    '0.0.0.0/0',
    '::/0',
    '169.254.169.254/32',
    '169.254.0.0/17',
    '127.0.0.1/32',
    '::1/128',
    '::ffff:a9fe:a9fe/128',
    '::ffff:0:0/96',
    '64:ff9b::a9fe:a9fe/128',
    'fe80::1/128',
    'fd00:ec2::254/128',
    '0xa9.0xfe.0xa9.0xfe/32',
    '2852039166/32',
  ],
  user: [
    'system:admin',
    'SYSTEM:admin',
    'system\u200b:admin',
    'ｓystem:admin',
    'ada\u2028x',
    'аda@example.com',
    ' ada',
  ],
  group: ['system:masters', 'system:authenticated', '\u2060system:masters', 'system：masters', 'ѕystem:masters'],
  quota: ['1e999', '-1', '1Zi', '9223372036854775808', '0.0000000001', '9'.repeat(65), 1e308, '٣'],
  leaseDays: [0, 3_651, 91, 1.5, '7', 2 ** 53],
};

function aimedAt(place: FieldPath, number: number): unknown {
  const field = [...place].reverse().find((step) => typeof step === 'string' && Object.hasOwn(AIMED, step));
  const aimed = field === undefined ? [] : (AIMED[field] ?? []);
  return aimed[number % aimed.length];
}

type Change = 'say' | 'remove' | 'add' | 'rename' | 'whole';

/** One place of a good request says something hostile, is gone, has a hostile neighbour or a hostile name. */
export const hostileRequests: fc.Arbitrary<HostileRequest> = fc
  .tuple(
    base,
    fc.nat(),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant<Change>('say') },
      fc.constantFrom<Change>('add', 'rename', 'remove', 'whole'),
    ),
    hostileValues,
    hostileKeys,
  )
  .map(([request, number, change, hostile, key]) => spoiled(request, number, change, hostile, key));

function spoiled(request: object, number: number, change: Change, hostile: unknown, key: string): HostileRequest {
  const places = placesIn(request);
  // First the field, so that a long list draws no more than a single word.
  const fields = Object.keys(request);
  const field = fields[number % fields.length] ?? '';
  const inside = places.filter(([first]) => first === field);
  const place = inside[Math.floor(number / fields.length) % inside.length] ?? [field];
  const said = (number % 3 === 0 ? aimedAt(place, Math.floor(number / 3)) : undefined) ?? hostile;
  const says: HostileRequest = { value: changed(request, place, { value: said }), touched: [place] };
  switch (change) {
    case 'say':
      return says;
    case 'remove':
      return { value: changed(request, place, 'remove'), touched: [place] };
    case 'whole':
      return { value: hostile, touched: [[]] };
    case 'add': {
      const maps: FieldPath[] = [[], ...places].filter((each) => isMap(at(request, each)));
      const within = maps[number % maps.length] ?? [];
      return { value: changed(request, [...within, key], { value: hostile }), touched: [[...within, key]] };
    }
    case 'rename': {
      const parent = place.slice(0, -1);
      if (!isMap(at(request, parent))) return says;
      const moved = [...parent, key];
      return {
        value: changed(changed(request, place, 'remove'), moved, { value: at(request, place) }),
        touched: [place, moved],
      };
    }
  }
}

/** What else a good value in one field can make wrong. */
const CONSEQUENCES: Readonly<Record<string, readonly string[]>> = {
  team: ['project', 'name', 'network'],
  project: ['name'],
  environment: ['project', 'name'],
  // Left out, it is made of the three.
  name: ['project', 'network'],
  tier: ['quota', 'leaseDays', 'template'],
  template: ['tier', 'network'],
};

/** Whether a problem about `field` can come from what was touched. */
export function comesFrom(touched: readonly FieldPath[], field: string): boolean {
  return touched.some((place) => comesFromPlace(place, field));
}

function comesFromPlace(touched: FieldPath, field: string): boolean {
  const place = fieldText(touched);
  // One namespace that is said to be of two teams is a problem of either.
  if (place.startsWith('network.ingressFrom') && field.startsWith('network.ingressFrom')) return true;
  const related = CONSEQUENCES[String(touched[0])] ?? [];
  return field.startsWith(place) || place.startsWith(field) || related.some((each) => field.startsWith(each));
}

/** What YAML and JSON offer beyond the data: put anywhere into a text. */
const SPOILERS: readonly string[] = [
  '&a ',
  '*a ',
  '&a [*a, *a]',
  '!!python/object/apply:os.system ["id"]',
  '!!binary aGk=',
  '!<tag:yaml.org,2002:str> ',
  '!secret ',
  '<<: *a\n',
  '<<: {team: payments}\n',
  '? [a]\n: b\n',
  '? {a: b}\n: c\n',
  '\n---\n',
  '\n...\n',
  '%YAML 1.1\n',
  '%TAG ! tag:x,2000:\n',
  '\u0000',
  '\ufeff',
  '\u202e',
  '\u001b[2J',
  '\t',
  '\r',
  '\u0085',
  '\u2028',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ': ',
  '- ',
  '#',
  '|\n',
  '>9\n',
  '@',
  '`',
  '__proto__: {team: payments}\n',
  '"__proto__": 1,',
  'constructor: {prototype: {team: payments}}\n',
  'team: payments\n',
  '"team": "payments",',
  'apiVersion: naas.dev/v1\n',
];

/** A good document with one or more of these in it. */
const spoiledTexts = fc
  .tuple(
    base,
    fc.boolean(),
    fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...SPOILERS), hostileTexts)), { minLength: 1, maxLength: 3 }),
  )
  .map(([request, asJson, spoilers]) => {
    let text = asJson ? JSON.stringify(request, null, 1) : stringify(request);
    for (const [number, spoiler] of spoilers) {
      // Mostly where something begins, where YAML listens.
      const starts = [...text.matchAll(/^|(?<=[:[{,-] )/gm)].map(({ index }) => index);
      const place = number % 3 === 0 ? number % (text.length + 1) : (starts[number % starts.length] ?? 0);
      text = `${text.slice(0, place)}${spoiler}${text.slice(place)}`;
    }
    return text;
  });

/** Documents that are hostile as a text, or as what they say. */
export const hostileDocuments: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: spoiledTexts },
  { weight: 2, arbitrary: hostileRequests.map(({ value }) => JSON.stringify(value) ?? 'null') },
  { weight: 2, arbitrary: hostileRequests.map(({ value }) => stringify(value)) },
  { weight: 1, arbitrary: hostileTexts },
);
