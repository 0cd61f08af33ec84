// `--where 'error=Throttled,team=shop'`: which blocked namespaces are meant. Pure.
import type { ListFilter } from '../client/api.ts';
import { ERRORS, isErrorName } from '../spec/errors.ts';
import { nearest } from '../spec/nearest.ts';
import { UsageError } from './usage-error.ts';

/** What may be named, and the field of the filter that it becomes. */
const FIELDS = { error: 'errorType', team: 'team', environment: 'environment', phase: 'phase' } as const;

export function blockedWhere(text: string): ListFilter {
  const filter: ListFilter = {};
  for (const condition of text.split(',').map((each) => each.trim())) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/.exec(condition) ?? [];
    if (!isField(key) || value === '')
      throw new UsageError(`--where "${condition}": expected KEY=VALUE with ${Object.keys(FIELDS).join(', ')}`);
    const field = FIELDS[key];
    if (filter[field] !== undefined) throw new UsageError(`--where names ${key} twice`);
    filter[field] = value;
  }
  if (filter.phase !== undefined && filter.phase !== 'blocked')
    throw new UsageError(`--where phase=${filter.phase}: only what is blocked can be tried again`);
  if (filter.errorType !== undefined && !isErrorName(filter.errorType)) {
    const meant = nearest(filter.errorType, Object.keys(ERRORS));
    const hint = meant === undefined ? 'docs/errors.md lists them' : `did you mean ${meant}?`;
    throw new UsageError(`--where error=${filter.errorType}: there is no such error; ${hint}`);
  }
  return { ...filter, phase: 'blocked' };
}

function isField(key: string): key is keyof typeof FIELDS {
  return Object.hasOwn(FIELDS, key);
}
