// The file system of the image, without a container engine: carries out the COPY lines of the last stage of
// deploy/Dockerfile in a folder, with the packages that `npm ci --omit=dev` would leave. It runs nothing.
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';

export interface Image {
  /** What is `/app` in the image. */
  app: string;
  command: string[];
  env: Record<string, string>;
  user: string;
  remove(): void;
}

/** `dist` is a build made for this test, so that nobody's own is overwritten. */
export function layOutImage(folder: string, dist: string): Image {
  const app = join(folder, 'app');
  const stages = readFileSync(join(ROOT, 'deploy', 'Dockerfile'), 'utf8').split(/^FROM /m);
  const last = (stages.at(-1) ?? '').replaceAll(/\\\n\s*/g, ' ');
  const lines = last.split('\n').map((line) => line.trim());
  for (const line of lines.filter((each) => each.startsWith('COPY '))) {
    const [, stage, from, to] = /^COPY (?:--from=(\w+) )?(\S+) (\S+)$/.exec(line) ?? [];
    if (from === undefined || to === undefined) throw new Error(`a COPY line that this test cannot carry out: ${line}`);
    if (stage === 'packages' && from === '/app/node_modules') copyProductionPackages(join(app, to));
    else if (stage === 'build' && from === '/app/dist') cpSync(dist, join(app, to), { recursive: true });
    else if (stage === undefined) copy(join(ROOT, from), resolve(app, to));
    else if (!from.startsWith('/etc/ssl/')) throw new Error(`nothing is known of ${from} of stage ${stage}`);
  }
  const of = (word: string): string => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? '';
  return {
    app,
    command: JSON.parse(of('CMD')) as string[],
    env: Object.fromEntries(
      of('ENV')
        .split(/\s+/)
        .map((pair): [string, string] => {
          const [name = '', value = ''] = pair.split('=');
          return [name, value.replace(/^\/app\b/, app)];
        }),
    ),
    user: of('USER'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

interface Lock {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
}

/** Copies, not links: a linked package would find its neighbours, development packages among them, where it really is. */
function copyProductionPackages(to: string): void {
  const lock: Lock = JSON.parse(readFileSync(join(ROOT, 'node_modules', '.package-lock.json'), 'utf8'));
  const release = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`;
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    if (dev === true || devOptional === true) continue;
    cpSync(join(ROOT, path), join(to, path.replace(/^node_modules\//, '')), {
      recursive: true,
      filter: (source) => {
        const inside = source.slice(join(ROOT, path).length);
        if (inside.startsWith('/node_modules')) return false;
        const [, core] = /^\/releases\/([^/]+)/.exec(path.endsWith('/core-bridge') ? inside : '') ?? [];
        return core === undefined || core === release;
      },
    });
  }
}
