import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrongProof } from '../../src/spec/proof.ts';

const json = (text: string): unknown => JSON.parse(text);

describe('the shape of a proof', () => {
  it.each<[string, unknown]>([
    ['a compact JWS', 'a.b.c'],
    ['an empty text, which the verification refuses', ''],
    ['a subject alone', { subject: 'ada@example.com' }],
    ['a subject with groups', { subject: 'ada@example.com', groups: ['shop-leads', 'shop-developers'] }],
    ['a subject in no group', { subject: 'ada@example.com', groups: [] }],
  ])('is right: %s', (_what, value) => {
    expect(wrongProof(value)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['a number', 7, ''],
    ['a list', [{ subject: 'ada' }], ''],
    ['a token without end', 'x'.repeat(20_000), ''],
    ['no subject', {}, '.subject'],
    ['a subject that is a number', { subject: 5 }, '.subject'],
    ['a subject that is an object', { subject: { toString: 1 } }, '.subject'],
    ['an empty subject', { subject: '' }, '.subject'],
    ['a subject without end', { subject: 'x'.repeat(300) }, '.subject'],
    ['a subject that is inherited only', json('{"__proto__": {"subject": "ada"}}'), '.__proto__'],
    ['a prototype beside the subject', json('{"subject": "ada", "__proto__": {"groups": ["root"]}}'), '.__proto__'],
    ['another field', { subject: 'ada', admin: true }, '.admin'],
    ['groups that are a text', { subject: 'ada', groups: 'shop-leads' }, '.groups'],
    ['groups that are null', { subject: 'ada', groups: null }, '.groups'],
    ['more groups than anybody has', { subject: 'ada', groups: Array(201).fill('g') }, '.groups'],
    ['a group that is a number', { subject: 'ada', groups: ['a', 5] }, '.groups[1]'],
    ['an empty group', { subject: 'ada', groups: ['a', ''] }, '.groups[1]'],
    ['a group without end', { subject: 'ada', groups: ['x'.repeat(300)] }, '.groups[0]'],
  ])('is wrong: %s', (_what, value, within) => {
    expect(wrongProof(value)).toMatchObject({ within, wanted: expect.stringMatching(/\w/) });
  });

  it('lets nothing through but a text, or a subject with groups', () => {
    const values = fc.oneof(
      fc.jsonValue(),
      fc.record({ subject: fc.jsonValue(), groups: fc.jsonValue() }, { requiredKeys: [] }),
      fc.record({ subject: fc.string(), groups: fc.array(fc.string()) }, { requiredKeys: ['subject'] }),
    );
    fc.assert(
      fc.property(values, (value) => {
        if (wrongProof(value) !== undefined || typeof value === 'string') return;
        const { subject, groups = [], ...rest } = value as { subject: unknown; groups?: unknown };
        expect(rest).toEqual({});
        expect([subject, ...(groups as unknown[])].every((name) => typeof name === 'string' && name !== '')).toBe(true);
      }),
    );
  });
});
