// Guards of the catalog: what operators write decides on everybody's requests.
import { type Guard, guardsOf } from '../guard.ts';

const catalog = { servers: 'none', tests: ['test/spec/catalog.test.ts'] } as const;

export const CATALOG: Guard[] = [
  ...guardsOf('src/spec/catalog-schema.ts', catalog, {
    'catalog-unknown-field': {
      find: 'export const policySchema = z.strictObject({',
      replace: 'export const policySchema = z.object({',
    },
    'catalog-negative-quantity': {
      find: 'if (parseQuantity(String(value)).nanos < 0n) throw',
      replace: 'if (false) throw',
    },
  }),
  ...guardsOf('src/spec/catalog.ts', catalog, {
    'catalog-unknown-file': { find: '  refuseUnknownFiles(files, problems);\n', replace: '' },
    'catalog-file-twice': { find: 'if (second !== undefined)', replace: 'if (false)' },
    'catalog-references': {
      find: 'refuseAll(brokenReferences(catalog).map(({ file, path, message }) => placed(sources.get(file), file, path, message)));',
      replace: '',
    },
  }),
  ...guardsOf('src/spec/catalog-references.ts', catalog, {
    'platform-names-are-reserved': { find: '  platformNames,\n];', replace: '];' },
    'metadata-address-is-private': { find: '  openMetadata,\n', replace: '' },
    'private-ranges-leave-an-internet': { find: '  wholeRanges,\n', replace: '' },
    'kept-keys-are-not-allowed': { find: '  allowedKeys,\n', replace: '' },
    'default-profile-is-allowed': { find: '  templateProfiles,\n', replace: '' },
    'tier-numbers-fit': { find: '  tierNumbers,\n', replace: '' },
    'timing-fits': { find: '  timing,\n', replace: '' },
  }),
  ...guardsOf('src/spec/catalog-approvals.ts', catalog, {
    'slot-has-somebody': { find: '...(isNobody(slot.people)', replace: '...(false' },
    'slot-imitates-no-consent': { find: '...(name.startsWith(CONSENT_SLOT_PREFIX)', replace: '...(false' },
    'slot-names-differ': { find: '...(names.indexOf(name) === at ? []', replace: '...(true ? []' },
    'rule-for-every-tier': { find: '    ruleCoverage,\n', replace: '' },
    'rule-times-in-order': { find: '    ruleTimes,\n', replace: '' },
    'rule-names-known-groups': { find: '    ruleSlots,\n', replace: '' },
    'rule-people-can-be-listed': { find: '    awaitedPeople,\n', replace: '' },
    'team-that-is-asked-has-leads': { find: '    teamsWithoutLeads,\n', replace: '' },
  }),
];
