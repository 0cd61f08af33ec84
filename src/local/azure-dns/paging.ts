// One page of a list, and the link to the next one. Pure. A page begins after the place of the last entry of the page before,
// so that what is written or deleted between two pages neither repeats nor hides anything else.
import type { ApiParts, ApiRequest } from './api.ts';
import { badRequest } from './arm-errors.ts';

const LARGEST_PAGE = 1000;

export interface Listed {
  /** Orders the list. */
  place: string;
  body: Record<string, unknown>;
}

export function page(items: readonly Listed[], request: ApiRequest, parts: ApiParts): Record<string, unknown> {
  const size = pageSize(request.query.get('$top'), parts.pageSize);
  const token = request.query.get('$skipToken');
  const after = token === null ? undefined : Buffer.from(token, 'base64url').toString();
  const rest = after === undefined ? items : items.filter(({ place }) => place > after);
  const value = rest.slice(0, size).map(({ body }) => body);
  if (rest.length <= size) return { value };
  const query = new URLSearchParams(request.query);
  query.set('$skipToken', Buffer.from(rest[size - 1]?.place ?? '').toString('base64url'));
  return { value, nextLink: `${parts.origin()}${request.path}?${query}` };
}

function pageSize(top: string | null, standard: number): number {
  if (top === null) return standard;
  if (!/^\d{1,9}$/.test(top) || Number(top) < 1)
    throw badRequest(`The value '${top}' of $top is not a positive number.`);
  return Math.min(Number(top), LARGEST_PAGE);
}
