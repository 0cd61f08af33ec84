// Takes Debian packages apart in a folder, without root and without installing them. It starts nothing that is in them.
// Plain JavaScript without dependencies.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.mjs';

/** Their files are under `folder`/root afterwards. */
export async function unpackDebian(packages, folder, { env, logFile }) {
  const lists = join(folder, 'lists');
  const apt = (...args) => run('apt-get', args, { cwd: folder, env, logFile });
  await mkdir(join(lists, 'partial'), { recursive: true });
  try {
    await apt('download', ...packages);
  } catch {
    // A fresh machine has no package lists, or old ones that name files that are gone; these are our own, so that no root is
    // needed.
    const own = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${folder}`, '-o', 'APT::Sandbox::User='];
    await apt(...own, 'update');
    await apt(...own, 'download', ...packages);
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  for (const file of files) {
    await run('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')], { cwd: folder, env, logFile });
    await rm(join(folder, file));
  }
  await rm(lists, { recursive: true });
}
