// What comes along with the package, and what builds it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled, installed } from './contents.js';
import { NotChecked, NPM, output, ROOT, run } from './run.js';

export async function audit(...args) {
  const { stdout } = await run('npm', ['audit', '--json', ...args], { cwd: ROOT, env: NPM });
  const { metadata, message } = JSON.parse(stdout);
  if (metadata === undefined) throw new NotChecked(`the registry has no answer: ${message}`);
  const { total } = metadata.vulnerabilities;
  if (total > 0) throw new Error(`${total} known vulnerabilities; npm audit ${args.join(' ')} names them`);
  return `no known vulnerability in ${metadata.dependencies.total} packages`;
}

/** What the lock file says of every package. */
export function lock() {
  const all = Object.entries(readLock()).filter(([path]) => path !== '');
  const which = (is) => all.filter(([, entry]) => is(entry)).map(([path]) => path.replace(/.*node_modules\//, ''));
  const wrong = [
    ['deprecated', which(({ deprecated }) => deprecated !== undefined)],
    ['runs a script when the package is installed', which((one) => one.hasInstallScript && !isForDevelopment(one))],
    // A registry's address would send everybody's npm there.
    ['has an address', which(({ resolved }) => resolved !== undefined)],
  ].filter(([, packages]) => packages.length > 0);
  if (wrong.length > 0) throw new Error(wrong.map(([what, packages]) => `${what}: ${packages.join(', ')}`).join('\n'));
  const scripts = which(({ hasInstallScript }) => hasInstallScript);
  return `${all.length} packages, none deprecated; no install script in the package's ${installed().length}, in development: ${scripts.join(', ') || 'none'}`;
}

/** What is installed with the package, and what is bundled, which npm takes for tools of development. */
export async function sbom({ out, packed }) {
  const { name, version, filename } = await packed();
  const document = await componentsBy('--omit', 'dev');
  const all = await componentsBy();
  const refs = new Set(bundled().map((one) => `${one.name}@${one.version}`));
  const missing = [...refs].filter((ref) => !all.components.some((one) => one['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}`);

  const root = `${name}@${version}`;
  document.metadata.component.name = name; // npm takes the folder's
  document.components.push(...all.components.filter((one) => refs.has(one['bom-ref'])).map(asBundled));
  document.dependencies.find(({ ref }) => ref === root).dependsOn.push(...refs);
  for (const { ref, dependsOn } of all.dependencies.filter((one) => refs.has(one.ref))) {
    document.dependencies.push({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) });
  }
  const path = join(out, filename.replace('.tgz', '.cdx.json'));
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  return `CycloneDX ${document.specVersion}, ${document.components.length} components, ${refs.size} of them bundled`;
}

async function componentsBy(...args) {
  return JSON.parse(await output('npm', ['sbom', '--sbom-format', 'cyclonedx', ...args], { cwd: ROOT, env: NPM }));
}

function asBundled(component) {
  return { ...component, properties: [{ name: 'dot-ai-analytics:bundled', value: 'true' }] };
}

function readLock() {
  return JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')).packages;
}

function isForDevelopment({ dev, devOptional }) {
  return dev === true || devOptional === true;
}
