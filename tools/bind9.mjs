// Finds BIND 9 (named, dig, nsupdate), or takes Debian's packages of it apart in set-up's cache, once. It starts nothing.
// Plain JavaScript without dependencies.
import { readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cached, explain } from './cached.mjs';
import { unpackDebian } from './debian.mjs';
import { cacheDir, onPath } from './paths.mjs';
import { step } from './run.mjs';

/** The programs, and the libraries that a slim image of Debian 12 lacks. */
const PACKAGES = [
  ...['bind9', 'bind9-libs', 'bind9-dnsutils', 'bind9-utils'],
  ...['libcap2', 'libcom-err2', 'libedit2', 'libbsd0', 'libmd0', 'libfstrm0', 'libgssapi-krb5-2', 'libicu72'],
  ...['libidn2-0', 'libjemalloc2', 'libjson-c5', 'libk5crypto3', 'libkeyutils1', 'libkrb5-3', 'libkrb5support0'],
  ...['liblmdb0', 'libmaxminddb0', 'libnghttp2-14', 'libprotobuf-c1', 'libssl3', 'libunistring2', 'libuv1', 'libxml2'],
];

/** Answers the programs and the environment in which they run. */
export async function fetchBind9(env) {
  // Debian has it where only root's PATH looks.
  const wide = { ...env, PATH: [env.PATH, '/usr/sbin', '/usr/local/sbin'].join(delimiter) };
  const installed = ['named', 'dig', 'nsupdate'].map((program) => onPath(program, wide));
  if (installed.every((program) => program !== null)) {
    const [named, dig, nsupdate] = installed;
    return { named, dig, nsupdate, env };
  }
  const named = await cached(env, join(cacheDir(env), 'bind9', 'root', 'usr', 'sbin', 'named'), (draft, logFile) =>
    explain(
      step("BIND 9 from Debian's packages", () => unpackDebian(PACKAGES, draft, { env, logFile })),
      'Install bind9 and bind9-dnsutils, or make apt-get reach Debian, then try again',
    ),
  );
  const usr = dirname(dirname(named));
  const libraries = [join(usr, 'lib'), join(dirname(usr), 'lib')].flatMap((folder) => [folder, ...foldersIn(folder)]);
  const bin = (program) => join(usr, 'bin', program);
  return {
    named,
    dig: bin('dig'),
    nsupdate: bin('nsupdate'),
    env: { ...env, LD_LIBRARY_PATH: libraries.join(delimiter) },
  };
}

/** Such as usr/lib/x86_64-linux-gnu. */
function foldersIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
    .map((entry) => join(folder, entry.name));
}
