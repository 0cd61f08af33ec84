// The client as a consumer gets it: built, loaded by its own entry point, and what that loads before the first call.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/paths.mjs';

/** Inside the checkout, so that the build finds its packages. */
const DIR = join(ROOT, '.naas', `client-build-${process.pid}`);

beforeAll(() => {
  mkdirSync(DIR, { recursive: true });
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', DIR],
    { cwd: ROOT },
  );
}, 60_000);

afterAll(() => rmSync(DIR, { recursive: true, force: true }));

describe('the built client', () => {
  it('stands where package.json says', () => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, { types: string; default: string }>;
    };
    const entry = exports['./client'];
    expect(readFileSync(join(DIR, entry?.default.replace('./dist/', '') ?? ''), 'utf8')).toContain('createNaasClient');
    expect(readFileSync(join(DIR, entry?.types.replace('./dist/', '') ?? ''), 'utf8')).toContain('createNaasClient');
  });

  it('loads no package at all before the first call', () => {
    const script = `
      import { registerHooks } from 'node:module';
      const packages = [];
      registerHooks({ resolve(specifier, context, next) {
        if (!/^(\\.|\\/|file:|node:)/.test(specifier)) packages.push(specifier);
        return next(specifier, context);
      } });
      const client = await import(${JSON.stringify(join(DIR, 'client/index.js'))});
      console.log(JSON.stringify({ names: Object.keys(client), packages }));
    `;
    const seen = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
    );
    // `clientOver` is the fake's way in; the types do not name it.
    expect(seen).toEqual({ names: ['clientOver', 'createNaasClient'], packages: [] });
  });
});
