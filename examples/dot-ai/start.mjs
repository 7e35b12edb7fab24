// Compiles after/ as dot-ai is compiled, against this clone, and starts it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = fileURLToPath(new URL('after', import.meta.url));
const installed = join(project, 'node_modules', 'dot-ai-analytics');

// As `npm link` would; what else it needs is found further up, in the clone's own node_modules.
mkdirSync(join(installed, '..'), { recursive: true });
rmSync(installed, { force: true });
symlinkSync(root, installed, 'junction');
execFileSync(process.execPath, [join(root, 'node_modules/typescript-5/bin/tsc'), '-p', project], { stdio: 'inherit' });

// A home of its own, and a collector on this machine as destination: trying it changes and sends nothing of yours.
process.env.DOT_AI_CONFIG_DIR ??= join(tmpdir(), 'dot-ai-example');
process.env.DOT_AI_POSTHOG_HOST ??= 'http://127.0.0.1:8377';
process.env.DOT_AI_POSTHOG_KEY ??= 'phc_example';
process.stderr.write(`It counts, once it may, in DOT_AI_CONFIG_DIR=${process.env.DOT_AI_CONFIG_DIR}\n`);
await import('./after/dist/mcp/server.js');
