// Where the configuration says that the trusted keys are: a file or an address.
import { keyFile } from './key-file.ts';
import type { KeySource } from './key-set.ts';
import { type KeyUrlOptions, keyUrl } from './key-url.ts';

/** As configured in NAAS_TRUSTED_KEYS. */
export type KeyPlace = { file: string } | { url: string };

export function keySource(place: KeyPlace, options: KeyUrlOptions = {}): KeySource {
  return 'url' in place ? keyUrl(place.url, options) : keyFile(place.file);
}
