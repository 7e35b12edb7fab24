// The packages that come along with ours, and those that build it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled, installed } from './contents.js';
import type { Context } from './context.js';
import { isForDevelopment, type Locked, lockedPackages } from './lock-file.js';
import { NotChecked, NPM, output, ROOT, run } from './run.js';

export async function audit(...args: string[]): Promise<string> {
  const { stdout } = await run('npm', ['audit', '--json', ...args], { cwd: ROOT, env: NPM });
  const { metadata, message } = JSON.parse(stdout);
  if (metadata === undefined) throw new NotChecked(`the registry has no answer: ${message}`);
  const { total } = metadata.vulnerabilities;
  if (total > 0) throw new Error(`${total} known vulnerabilities; npm audit ${args.join(' ')} names them`);
  return `no known vulnerability in ${metadata.dependencies.total} packages`;
}

/** No locked package is deprecated, runs a script at the user's, or has the address of one registry. */
export function lock(): string {
  const all = Object.entries(lockedPackages()).filter(([path]) => path !== '');
  const namesOf = (has: (locked: Locked) => boolean) =>
    all.filter(([, locked]) => has(locked)).map(([path]) => path.replace(/.*node_modules\//, ''));
  const wrong = [
    { what: 'deprecated', names: namesOf(({ deprecated }) => deprecated !== undefined) },
    {
      what: 'runs a script when the package is installed',
      names: namesOf((locked) => locked.hasInstallScript === true && !isForDevelopment(locked)),
    },
    // A registry's address would send everybody's npm there.
    { what: 'has an address', names: namesOf(({ resolved }) => resolved !== undefined) },
  ].filter(({ names }) => names.length > 0);
  if (wrong.length > 0) throw new Error(wrong.map(({ what, names }) => `${what}: ${names.join(', ')}`).join('\n'));
  const scripts = namesOf(({ hasInstallScript }) => hasInstallScript === true);
  return `${all.length} packages, none deprecated; no install script in the package's ${installed().length}, in development: ${scripts.join(', ') || 'none'}`;
}

interface Component {
  readonly 'bom-ref': string;
}

/** CycloneDX, as far as it is read and changed here. */
interface Sbom {
  readonly specVersion: string;
  readonly metadata: { readonly component: { name: string } };
  readonly components: Component[];
  readonly dependencies: { readonly ref: string; readonly dependsOn: string[] }[];
}

/** The packages that are installed with ours, and those in the bundles, which npm counts as development tools. */
export async function sbom({ out, packed }: Context): Promise<string> {
  const { name, version, filename } = await packed();
  const document = await componentsBy('--omit', 'dev');
  const all = await componentsBy();
  const refs = new Set(bundled().map((one) => `${one.name}@${one.version}`));
  const missing = [...refs].filter((ref) => !all.components.some((one) => one['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}`);

  document.metadata.component.name = name; // npm takes the folder's
  document.components.push(...all.components.filter((one) => refs.has(one['bom-ref'])).map(asBundled));
  addDependencies(document, all, `${name}@${version}`, refs);
  const path = join(out, filename.replace('.tgz', '.cdx.json'));
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  return `CycloneDX ${document.specVersion}, ${document.components.length} components, ${refs.size} of them bundled`;
}

function addDependencies(document: Sbom, all: Sbom, root: string, refs: ReadonlySet<string>): void {
  const ours = document.dependencies.find(({ ref }) => ref === root);
  if (ours === undefined) throw new Error(`npm sbom has no dependencies of ${root}`);
  ours.dependsOn.push(...refs);
  for (const { ref, dependsOn } of all.dependencies.filter((one) => refs.has(one.ref))) {
    document.dependencies.push({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) });
  }
}

async function componentsBy(...args: string[]): Promise<Sbom> {
  return JSON.parse(await output('npm', ['sbom', '--sbom-format', 'cyclonedx', ...args], { cwd: ROOT, env: NPM }));
}

function asBundled(component: Component): Component & { properties: readonly object[] } {
  return { ...component, properties: [{ name: 'dot-ai-analytics:bundled', value: 'true' }] };
}
