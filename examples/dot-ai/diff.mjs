// Prints what embedding changes: the whole difference between before/ and after/, without the times of files.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const { stdout } = spawnSync('diff', ['-ruN', '-x', 'node_modules', '-x', 'dist', 'before', 'after'], {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  encoding: 'utf8',
  env: { ...process.env, LC_ALL: 'C' }, // the order of files
});
process.stdout.write(stdout.replaceAll(/^diff .*\n/gm, '').replaceAll(/^((?:---|\+\+\+) [^\t\n]+)\t.*$/gm, '$1'));
