// Looks for secrets in bytes, in every dress that a program may have put them in: as they are, in base64 at any offset, in hex,
// in a URL, in UTF-16, and inside of what is packed. It says where and how; it judges nothing.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Place {
  name: string;
  bytes: Buffer;
}

export async function filesBelow(folder: string): Promise<Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (name) => ({ name, bytes: await readFile(name) })));
}

/** `secret "X" in PLACE as base64` for each secret and dress; empty when there is none anywhere. */
export function findSecrets(secrets: Readonly<Record<string, string>>, places: readonly Place[]): string[] {
  const needles = Object.entries(secrets).flatMap(([what, secret]) =>
    Object.entries(dressesOf(secret)).map(([dress, bytes]) => ({ what, dress, bytes })),
  );
  return places.flatMap((place) =>
    [place, ...unpacked(place)].flatMap(({ name, bytes }) =>
      needles
        .filter((needle) => bytes.includes(needle.bytes))
        .map(({ what, dress }) => `${what} in ${name} as ${dress}`),
    ),
  );
}

function dressesOf(secret: string): Record<string, Buffer> {
  const bytes = Buffer.from(secret);
  return {
    text: bytes,
    hex: Buffer.from(bytes.toString('hex')),
    'a part of a URL': Buffer.from(encodeURIComponent(secret)),
    'UTF-16': Buffer.from(secret, 'utf16le'),
    ...Object.fromEntries(
      [0, 1, 2].flatMap((offset) => {
        const text = base64At(bytes, offset);
        const inUrl = text.replaceAll('+', '-').replaceAll('/', '_');
        return [
          [`base64 at ${offset}`, Buffer.from(text)],
          [`base64url at ${offset}`, Buffer.from(inUrl)],
        ];
      }),
    ),
  };
}

/** What stands in the base64 of a longer text for certain, whatever stands around the secret: the ends are left out. */
function base64At(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const start = offset === 0 ? 0 : 4;
  const end = Math.floor((offset + bytes.length) / 3) * 4;
  return text.slice(start, end);
}

/** gzip in base64 begins so; naas packs specs and stages like that. */
const PACKED = /H4sI[A-Za-z0-9+/]{20,}={0,2}/g;

function unpacked({ name, bytes }: Place): Place[] {
  const found: Place[] = [];
  for (const [text] of bytes.toString('latin1').matchAll(PACKED)) {
    try {
      found.push({ name: `${name} (packed)`, bytes: gunzipSync(Buffer.from(text, 'base64'), { finishFlush: 2 }) });
    } catch {
      // Cut in two by a page of the database: what is whole is enough, each is stored several times.
    }
  }
  return found;
}
