import { readFileSync } from 'node:fs';
import { ROOT } from './run.js';

/** An entry of package-lock.json, as far as the checks read it. */
export interface Locked {
  readonly version: string;
  readonly license: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly deprecated?: string;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
}

/** By path; the package itself has the empty one. */
export function lockedPackages(): Readonly<Record<string, Locked>> {
  return JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')).packages;
}

export function isForDevelopment({ dev, devOptional }: Locked): boolean {
  return dev === true || devOptional === true;
}
