// Record sets and owners drawn by lot, canonical as src/spec/record-set.ts wants them.
import { canonicalIpv6 } from '../../src/providers/dns/values.ts';
import { RECORD_TYPES, type RecordOwner, type RecordType } from '../../src/spec/record-set.ts';
import fc from './properties.ts';

const names = (label: RegExp): fc.Arbitrary<string> =>
  fc.array(fc.stringMatching(label), { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));

/** Two to four labels. */
export const hostName = names(/^[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?$/);
/** With underscores, which a server may refuse in the name of a host. */
const serviceName = names(/^[a-z0-9_]([a-z0-9-]{0,12}[a-z0-9])?$/);

/** Below 4,096 bytes of UTF-8, whatever the characters. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ unit: 'binary', maxLength: 900 }),
  fc.constant(''),
);

const caa = fc
  .record({
    flags: fc.constantFrom(0, 128, 1, 255),
    tag: fc.constantFrom('issue', 'issuewild', 'iodef'),
    value: fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
  })
  .map(({ flags, tag, value }) => `${flags} ${tag} "${value}"`);

const VALUE: Record<RecordType, fc.Arbitrary<string>> = {
  A: fc.ipV4(),
  AAAA: fc.ipV6().map(canonicalIpv6),
  CNAME: serviceName,
  TXT: text,
  CAA: caa,
  NS: hostName,
};

export function recordValues(type: RecordType): fc.Arbitrary<string[]> {
  return fc
    .uniqueArray(VALUE[type], { minLength: 1, maxLength: type === 'CNAME' ? 1 : 5 })
    .map((values) => values.sort());
}

export const typedValues: fc.Arbitrary<{ type: RecordType; values: string[] }> = fc
  .constantFrom(...RECORD_TYPES)
  .chain((type) => recordValues(type).map((values) => ({ type, values })));

const word = fc.stringMatching(/^[!-~]{1,60}$/);

export const owner: fc.Arbitrary<RecordOwner> = fc.record({
  installation: word,
  namespace: word,
  incarnation: word,
  requestId: word,
  planDigest: fc.stringMatching(/^[0-9a-f]{64}$/),
});
