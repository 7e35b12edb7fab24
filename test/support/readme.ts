import { readFileSync } from 'node:fs';
import { ROOT, run } from './processes.js';

/**
 * The first commands of an example's README, in one shell at the clone's root, with a folder of the test's own.
 * Nothing is installed.
 */
export function runReadme(example: string, folder: string) {
  const text = readFileSync(`${ROOT}examples/${example}/README.md`, 'utf8');
  const [, commands = ''] = /```sh\n(.*?)```/s.exec(text) ?? [];
  const script = commands
    .replace(/DOT_AI_CONFIG_DIR=\S+/, `DOT_AI_CONFIG_DIR=${folder}`)
    .replace(/^npm (install|ci) .*$/m, '');
  return run('sh', ['-ec', script], { cwd: ROOT, env: { PATH: process.env.PATH } });
}
