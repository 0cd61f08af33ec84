// Which kinds may hold what nobody may read along. Pure. Told by the name, because a cluster says no more of a kind: better to
// leave a harmless one out than to let one in that is not.

const WORDS = /secret|token|credential|password/i;

/** `resource` is the plural of the API, with or without its group. */
export function mayHoldSecrets(resource: string): boolean {
  return WORDS.test(resource.split('.')[0] ?? '');
}
