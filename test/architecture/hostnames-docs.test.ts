// Runs the examples of docs/hostnames.md against the code, each line of them.
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { zonesSchema } from '../../src/spec/catalog-zones.ts';
import type { NameResult } from '../../src/spec/dns-name.ts';
import { describeShadow, shadowedWildcards } from '../../src/spec/hostname-overlap.ts';
import { canonicalHostname, canonicalRecordName, registrableDomain } from '../../src/spec/hostnames.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { blocksOf } from '../support/doc-blocks.ts';
import { DEV, requestOf } from '../support/scenario-requests.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const BLOCKS = blocksOf('docs/hostnames.md');

/** The lines of the section's example, cut at their sign; none is passed over. */
function examples(section: string, sign: '→' | '|'): [string, string][] {
  const lines = BLOCKS.filter((block) => block.section === section).flatMap(({ text }) => text.trimEnd().split('\n'));
  expect(lines.filter((line) => !/ (→|\|) /.test(line))).toEqual([]);
  const cut = lines.map((line) => line.split(` ${sign} `).map((part) => part.trim()));
  return cut.flatMap(([left = '', right]) => (right === undefined ? [] : [[left, right]]));
}

const textOf = (section: string, index: number): string =>
  BLOCKS.filter((block) => block.section === section)[index]?.text ?? '';

const told = (result: NameResult): string => ('name' in result ? result.name : result.why);

describe('docs/hostnames.md', () => {
  it('has examples under each of its headings, and no others', () => {
    expect(BLOCKS.map(({ section }) => section)).toEqual([
      'One name for all its spellings',
      'What is refused, and why',
      'Names of records',
      'Where a domain begins',
      'Who has which name',
      'Hostnames in a request',
      'Azure DNS',
      'Azure DNS',
      'Azure DNS',
      'A server that takes signed updates',
      'A server that takes signed updates',
      'A server that takes signed updates',
    ]);
  });

  it('shows a request that resolves', () => {
    const { hostnames } = parseDocument(textOf('Hostnames in a request', 0)).toJSON();
    const request = parseRequest({ ...requestOf('cart', DEV), hostnames });
    const { reach } = resolve(request, shippedCatalog(), { cluster: 'local' });
    expect(reach?.names.map(({ name, records }) => [name, records.length])).toEqual([['cart.naas.test', 1]]);
  });

  it('gives the role of Azure the records of one zone, and no other right', () => {
    const { Actions: actions } = JSON.parse(textOf('Azure DNS', 0)) as { Actions: string[] };
    const types = ['A', 'AAAA', 'CNAME', 'TXT', 'CAA', 'NS'];
    const records = types.flatMap((type) => ['read', 'write', 'delete'].map((verb) => `${type}/${verb}`));
    expect(actions).toEqual(['read', ...records].map((action) => `Microsoft.Network/dnsZones/${action}`));
  });

  it('shows a zone for signed updates that the catalog takes', () => {
    const zone = parseDocument(textOf('A server that takes signed updates', 2)).toJSON();
    expect(zonesSchema.safeParse(zone)).toMatchObject({ success: true });
  });

  it.each(examples('One name for all its spellings', '→'))('%s is %s', (written, name) => {
    expect(canonicalHostname(written)).toEqual({ name });
  });

  it.each(examples('What is refused, and why', '|'))('%s is refused: %s', (written, why) => {
    expect(canonicalHostname(written)).toEqual({ why });
  });

  it.each(examples('Names of records', '→'))('%s is the owner name %s', (written, name) => {
    expect(canonicalRecordName(written)).toEqual({ name });
    expect(canonicalHostname(written)).toHaveProperty('why');
  });

  it.each(examples('Where a domain begins', '→'))('%s is of %s', (written, domain) => {
    expect(registrableDomain(told(canonicalHostname(written)))).toBe(domain);
  });

  it.each(examples('Where a domain begins', '|'))('%s is %s', (written) => {
    expect(registrableDomain(told(canonicalHostname(written)))).toBeUndefined();
  });

  it.each(examples('Who has which name', '→'))('%s: %s', (names, warning) => {
    const [added = '', wildcard = ''] = names.split(' beside ');
    expect(shadowedWildcards(added, [wildcard]).map((shadow) => describeShadow(added, shadow))).toEqual([warning]);
  });
});
